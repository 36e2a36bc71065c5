"""Files read for knowledge, each by a process of its own under limits (`knowledge.reading`)."""

import asyncio
import os
import sys
from typing import Protocol, cast

import msgspec

from flowyte.kit.errors import FieldError, Invalid
from flowyte.knowledge.reading import DOCUMENT_AT_FAULT
from flowyte.knowledge.sources import MOST_CHARACTERS

MOST_BYTES = 20 << 20  # a manual of a thousand pages with pictures; what is larger is mostly pictures
FORM_BYTES = 16 << 10  # around the file: the parts' heads and the name
PATIENCE_S = 40  # twice the reader's own limit of processor time: two are read at once, on a machine that is busy
_AT_ONCE = asyncio.Semaphore(2)  # readers, each of which may take a gigabyte


class ReadPage(msgspec.Struct, frozen=True):
    """`links` and their `base` as they are written in the page."""

    title: str
    text: str
    links: list[str]
    base: str


async def read_file(name: str, data: bytes) -> str:
    """The text of a file as Markdown. Invalid says what is the matter with it."""
    found = await _read(data, os.path.basename(name)[-100:])
    if len(found) > MOST_CHARACTERS:
        raise _refused(f"it holds more than {MOST_CHARACTERS} characters of text; split it into several files")
    return found


async def read_page(name: str, data: bytes, *, charset: str = "") -> ReadPage:
    """A page of the web; `name` ends as its kind does: .html, .pdf, .txt. Invalid says what is the matter with it."""
    page = msgspec.json.decode(await _read(data, name, "page", charset), type=ReadPage)
    if len(page.text) > MOST_CHARACTERS:
        raise _refused(f"it holds more than {MOST_CHARACTERS} characters of text")
    return page


async def _read(data: bytes, *asked: str) -> str:
    if len(data) > MOST_BYTES:
        raise _refused(f"at most {MOST_BYTES >> 20} MB; split it, or leave the pictures out")
    async with _AT_ONCE:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "flowyte.knowledge.reading", *asked,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "LANG": "C.UTF-8"},
        )  # fmt: skip
        try:
            async with asyncio.timeout(PATIENCE_S):
                text, said = await process.communicate(data)
        except TimeoutError:
            raise _refused("reading it takes too long; split it") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode == DOCUMENT_AT_FAULT:
        raise _refused(said.decode(errors="replace").strip().splitlines()[-1])
    if process.returncode != 0:  # killed by a limit, or by what the document made of its reader
        raise _refused("it could not be read within the limits of time and memory; split it, or save it again")
    return text.decode(errors="replace")


class Upload(Protocol):
    """A file in a form, as web frameworks give it."""

    filename: str

    async def read(self, size: int = -1, /) -> bytes: ...


async def received(file: object, name: object) -> tuple[str, str, str]:
    """The source's name, the file's name and its text, from a form's two fields. Invalid when there is no file."""
    if not hasattr(file, "filename") or not hasattr(file, "read") or not file.filename:
        raise _refused("a form with a file is needed")
    upload = cast(Upload, file)
    origin = upload.filename.replace("\\", "/").rsplit("/", 1)[-1]
    text = await read_file(origin, await upload.read(MOST_BYTES + 1))
    return str(name or "").strip() or origin[:200], origin, text


def _refused(message: str) -> Invalid:
    return Invalid(fields=[FieldError(field="file", message=message)])
