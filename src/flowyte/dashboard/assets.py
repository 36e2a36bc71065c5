"""Style sheets, scripts and pictures, read once. Their address holds a digest of them, so browsers keep them a year."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from litestar import Response, get

from flowyte.kit.errors import NotFound

TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    digest: str
    by_name: dict[str, bytes]

    def url(self, name: str) -> str:
        """KeyError for a name that is not there: a template's mistake is seen when it is rendered."""
        self.by_name[name]
        return f"/static/{self.digest}/{name}"


def _read(folder: Traversable, under: str = "") -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            found |= _read(entry, f"{under}{entry.name}/")
        elif entry.name.rpartition(".")[2] in TYPES:
            found[under + entry.name] = entry.read_bytes()
    return found


def load() -> Assets:
    by_name = _read(files("flowyte.dashboard") / "static")
    digest = hashlib.sha256()
    for name, content in by_name.items():
        digest.update(name.encode() + b"\0" + content)
    return Assets(digest=digest.hexdigest()[:12], by_name=by_name)


ASSETS = load()


@get("/static/{digest:str}/{path:path}", opt={"public": "the same for everybody"}, include_in_schema=False)
async def asset(digest: str, path: str) -> Response[bytes]:
    """An address from before an update gives today's file, but not to keep."""
    name = path.lstrip("/")
    content = ASSETS.by_name.get(name)
    if content is None:
        raise NotFound
    caching = FOREVER if digest == ASSETS.digest else "no-store"
    return Response(
        content,
        media_type=TYPES[name.rpartition(".")[2]],
        headers={"Cache-Control": caching, "X-Content-Type-Options": "nosniff"},
    )
