"""Style sheets, scripts and pictures, read once. Their address holds a digest of them, so browsers keep them a year.

The chat on other people's sites is among them. Its one address without a digest is its loader's, which is asked for
again after a few minutes, so that an update reaches every site by itself.
"""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from litestar import Response, get

from flowyte.kit.errors import NotFound
from flowyte.tenancy.embed import LOADER

TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=300"
WIDGET = "widget/"
# The same for everybody and nobody's secret: a page of any site may load them, also one that isolates itself.
FOR_ALL_SITES = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


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
            content, name = entry.read_bytes(), under + entry.name
            if name.startswith(WIDGET):
                content = lean_css(content) if name.endswith(".css") else lean(content)
            found[name] = content
    return found


def lean(content: bytes) -> bytes:
    """Without indentation and lines of comment, which are for who reads the source: every visitor loads the rest."""
    kept, within = [], False
    for line in (line.strip() for line in content.decode().split("\n")):
        within = within or line.startswith("/**")
        if line and not within and not line.startswith("//"):
            kept.append(line)
        within = within and not line.endswith("*/")
    return ("\n".join(kept) + "\n").encode()


def lean_css(content: bytes) -> bytes:
    """As `lean`, and without the spaces beside the marks of a rule, which mean nothing there."""
    text = lean(content).decode()
    for spaced, mark in ((" {", "{"), ("{ ", "{"), ("; }", "}"), (" }", "}"), ("; ", ";"), (": ", ":")):
        text = text.replace(spaced, mark)
    return text.encode()


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
        headers={"Cache-Control": caching, "X-Content-Type-Options": "nosniff", **FOR_ALL_SITES},
    )


@get(LOADER, opt={"public": "the same for everybody"}, include_in_schema=False)
async def loader() -> Response[bytes]:
    """What the tag on a site names; it knows under which digest the rest of the chat is."""
    return Response(
        ASSETS.by_name["widget/loader.js"].replace(b"DIGEST", ASSETS.digest.encode()),
        media_type=TYPES["js"],
        headers={"Cache-Control": A_WHILE, "X-Content-Type-Options": "nosniff", **FOR_ALL_SITES},
    )
