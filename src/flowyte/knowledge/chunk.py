"""Cuts a source into chunks. Pure.

A text is cut at its headings, and a long section at its sentences: a chunk is what the agent says in one go, so it is
short enough to listen to. A FAQ entry is one chunk whatever its length, for its author wrote it as one answer.
"""

import re
from collections.abc import Iterator, Sequence

from flowyte.knowledge.model import Chunk, Faq

# About 20 seconds of speech; also well inside the 256 word pieces that the embedding model reads.
MOST_CHARACTERS = 360
_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s+")
_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z0-9$£€])")
# A line of a table of contents: "6.2.1. Which other names have been used?"
_NUMBER = re.compile(r"^\d+(?:\.\d+)+\.?\s+")
_NUMBERED = re.compile(_NUMBER.pattern + r"\S.*[^.!:;,]$")
_SHORT = re.compile(r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|No|vs|etc|approx|a\.m|p\.m|e\.g|i\.e)|\b[A-Z])\.$")


def chunk_faq(entries: Sequence[Faq]) -> tuple[Chunk, ...]:
    return tuple(
        Chunk(
            title=entry.question.strip(),
            text=_flat(entry.answer),
            probes=(
                entry.question.strip(),
                *(other.strip() for other in entry.alternatives),
                f"{entry.question.strip()} {_flat(entry.answer)}",
            ),
        )
        for entry in entries
    )


def chunk_text(text: str, *, name: str = "") -> tuple[Chunk, ...]:
    """Chunks in the order of the text; `name` is the title of what stands before the first heading."""
    chunks: list[Chunk] = []
    said = name
    for title, lines in _sections(text, name):
        for group in _groups([sentence for line in lines for sentence in sentences(line)]):
            body = " ".join(group)
            # Whoever asks what the heading says wants to hear how the section begins, not how it goes on.
            heading = (title.rsplit(": ", 1)[-1],) if title and title != said else ()
            alone = tuple(f"{title}. {sentence}" if title else sentence for sentence in group) if len(group) > 1 else ()
            probes = (f"{title}. {body}" if title else body, *heading, *alone)
            chunks.append(Chunk(title=title, text=body, probes=probes))
            said = title
    return tuple(chunks)


def sentences(text: str) -> list[str]:
    """The sentences of one paragraph; abbreviations and initials do not end one."""
    found: list[str] = []
    for piece in _END.split(_flat(text)):
        if found and _SHORT.search(found[-1]):
            found[-1] = f"{found[-1]} {piece}"
        elif piece:
            found.append(piece)
    return found


def _sections(text: str, name: str) -> Iterator[tuple[str, list[str]]]:
    """(title, paragraphs). A title carries the headings above it: "Prices: Whitening"."""
    above: list[tuple[int, str]] = []
    title, paragraphs, open_lines = name, list[str](), list[str]()

    def close() -> None:
        if open_lines:
            paragraphs.append(" ".join(open_lines))
            open_lines.clear()

    lines = text.splitlines()
    headings = {_plain(heading[2]) for heading in map(_HEADING.match, lines) if heading}
    for line in lines:
        heading = _HEADING.match(line)
        if heading:
            close()
            yield title, paragraphs
            level = len(heading[1])
            above = [*((depth, words) for depth, words in above if depth < level), (level, _plain(heading[2]))]
            # The first level names the document and says nothing about a section of it.
            title = ": ".join(words for depth, words in above if depth > 1 or len(above) == 1)
            paragraphs = []
        elif not line.strip():
            close()
        elif _plain(_BULLET.sub("", line)) in headings or _NUMBERED.match(line.strip()):
            close()  # a table of contents asks what the text answers: it would be found first, and says nothing
        elif _BULLET.match(line):
            close()
            open_lines.append(_ended(_BULLET.sub("", line).strip()))
        else:
            open_lines.append(line.strip())
    close()
    yield title, paragraphs


def _plain(heading: str) -> str:
    """Without its number, and without the mark that many generators put there to link to it."""
    return _NUMBER.sub("", heading.strip().rstrip("¶").strip())


def _ended(line: str) -> str:
    """A list item is said as a sentence of its own."""
    return line if line.endswith((".", "!", "?", ":", ";", ",")) else f"{line}."


def _groups(found: list[str]) -> Iterator[list[str]]:
    group: list[str] = []
    for sentence in found:
        if group and sum(map(len, group)) + len(group) + len(sentence) > MOST_CHARACTERS:
            yield group
            group = []
        group.append(sentence)
    if group:
        yield group


def _flat(text: str) -> str:
    return " ".join(text.split())
