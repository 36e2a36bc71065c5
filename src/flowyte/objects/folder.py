"""A folder of this machine as an object store: where sound is written, and where it stays when there is no bucket."""

import asyncio
import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from flowyte.vault.stream import FileSource, Source

PIECE_BYTES = 1 << 20


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def name(self) -> str:
        return str(self.root)

    def path(self, key: str) -> Path:
        return self.root / key

    async def put(self, key: str, path: Path) -> None:
        await asyncio.to_thread(self._copy, path, self.path(key))

    async def digest(self, key: str) -> tuple[int, bytes] | None:
        try:
            return await asyncio.to_thread(digest_of, self.path(key))
        except FileNotFoundError:
            return None

    def source(self, key: str, size: int) -> Source:
        return FileSource(self.path(key))

    async def remove(self, key: str) -> None:
        """With the conversation's folder, once that is empty."""
        path = self.path(key)
        path.unlink(missing_ok=True)
        with suppress(OSError):  # not empty, or gone
            path.parent.rmdir()

    async def keys(self, prefix: str) -> AsyncIterator[str]:
        for path in await asyncio.to_thread(self._below, prefix):
            yield path

    async def check(self) -> str:
        return f"Objects lie in {self.root}."

    def _below(self, prefix: str) -> list[str]:
        found = (path for path in (self.root / prefix).rglob("*") if path.is_file())
        return sorted(str(path.relative_to(self.root)) for path in found)

    def _copy(self, source: Path, to: Path) -> None:
        """Under another name first, so that nobody finds a half."""
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = to.with_name(f"{to.name}.part")
        shutil.copyfile(source, part)
        part.chmod(0o600)
        os.replace(part, to)


def digest_of(path: Path) -> tuple[int, bytes]:
    """Length and SHA-256 of a file."""
    digest, length = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
            length += len(piece)
    return length, digest.digest()
