"""The documents that the retrieval benchmark asks about: read from installed packages, never copied.

Each becomes the sources of one agent, a page a source, read by the product's own readers. GNOME's help is in Mallard,
which the product does not read; it is turned into the same headings and paragraphs here.
"""

import re
from collections.abc import Iterator
from glob import glob
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from flowyte.knowledge.reading import text_of

_MALLARD = "{http://projectmallard.org/1.0/}"
_NOT_SAID = frozenset(("info", "media", "figure", "code", "screen", "links", "comment"))


def pages_of(document: dict[str, Any]) -> list[tuple[str, str]]:
    """(name, text as Markdown) of each page; empty when its package is not installed."""
    pages = []
    for path in sorted(path for pattern in _patterns(document["files"]) for path in glob(pattern)):
        text = _mallard(path) if path.endswith(".page") else text_of(path, Path(path).read_bytes())
        if text.strip():
            pages.append((Path(path).name, text))
    return pages


def _patterns(files: str) -> Iterator[str]:
    """One `{a,b}` group, as in a shell."""
    braces = re.search(r"\{(.*)\}", files)
    for choice in braces[1].split(",") if braces else [""]:
        yield files.replace(braces[0], choice) if braces else files


def _mallard(path: str) -> str:
    root = ElementTree.parse(path).getroot()
    return "" if root.get("type") == "guide" else "\n\n".join(_lines(root, 1))


def _lines(node: ElementTree.Element, level: int) -> Iterator[str]:
    for child in node:
        tag = str(child.tag).removeprefix(_MALLARD)
        words = " ".join("".join(child.itertext()).split())
        if tag == "title":
            yield f"{'#' * level} {words}"
        elif tag == "p" and words:
            yield words
        elif tag not in _NOT_SAID:
            yield from _lines(child, level + 1 if tag == "section" else level)
