"""Looks for what a person said in the raw bytes of files: in every encoding in which a value could have been left.

A database's pages, a log, an index or a temporary file is bytes to it. The patterns are looked for without regard to
case, so a value is found in prose, in JSON, in a URL, in base64 at any of its three alignments, in UTF-16, and a number
also in groups and as words.
"""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

WINDOW = 1 << 22  # read at a time; files overlap by the longest pattern
LEAST = 7  # bytes of a pattern: shorter ones are found everywhere by chance
DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    file: str
    how: str
    offset: int


def written_as(value: str) -> dict[str, bytes]:
    """By the name of each way, the bytes of `value` in small letters."""
    found = {"text": value.lower().encode()}
    for name, text in _spellings(value):
        found[name] = text.lower().encode()
    for name, raw in _encodings(value):
        found[name] = raw
    return {name: raw for name, raw in found.items() if len(raw) >= LEAST}


def _spellings(value: str) -> Iterator[tuple[str, str]]:
    yield "in a URL", quote(value, safe="")
    yield "in a form", quote_plus(value)
    yield "backwards", value[::-1]
    if value.isdigit():
        yield "digit by digit", " ".join(value)
        yield "digit by digit, with commas", ", ".join(value)
        words = [DIGIT_WORDS[int(digit)] for digit in value]
        yield "as words", " ".join(words)
        yield "as words, with oh", " ".join("oh" if word == "zero" else word for word in words)
        if len(value) == 10:
            groups = (value[:3], value[3:6], value[6:])
            for mark in (" ", "-", "."):
                yield f"in groups by {mark!r}", mark.join(groups)
            yield "in brackets", f"({groups[0]}) {groups[1]}-{groups[2]}"


def _encodings(value: str) -> Iterator[tuple[str, bytes]]:
    for codec in ("utf-16-le", "utf-16-be", "utf-32-le"):
        yield codec, value.lower().encode(codec)
    for form, text in (("", value), (" of small letters", value.lower())):
        raw = text.encode()
        yield f"hex{form}", raw.hex().encode()
        for shift in range(3):  # what the neighbours' bits cannot change
            whole = base64.b64encode(b"\0" * shift + raw)
            inner = whole[-(-shift * 4 // 3) :][: (len(raw) + shift) * 4 // 3 - -(-shift * 4 // 3)]
            yield f"base64, shifted by {shift}{form}", inner.lower()


def sound_of(pcm: bytes, *, pieces: int = 24, length: int = 48) -> dict[str, bytes]:
    """Parts of a recording that no other has, as they were: silent stretches are no sign of anybody."""
    found: dict[str, bytes] = {}
    step = max(length, len(pcm) // (pieces * 4)) & ~3
    for at in range(0, len(pcm) - length, step):
        part = pcm[at : at + length]
        if len(set(part)) > length // 2:
            found[f"sound at byte {at}"] = part
        if len(found) == pieces:
            break
    return found


def scan(roots: Iterable[Path], patterns: dict[str, bytes], *, exact: dict[str, bytes] | None = None) -> list[Hit]:
    """Every file below `roots`, whatever it is called. `patterns` in small letters; `exact` byte by byte."""
    longest = max((len(raw) for raw in (*patterns.values(), *(exact or {}).values())), default=0)
    hits: list[Hit] = []
    for root in roots:
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.is_symlink():
                hits += _in_file(path, root, patterns, exact or {}, longest)
    return hits


def _in_file(
    path: Path, root: Path, patterns: dict[str, bytes], exact: dict[str, bytes], longest: int
) -> Iterator[Hit]:
    name = str(path.relative_to(root))
    for how, raw in patterns.items():
        if raw in name.lower().encode():
            yield Hit(file=name, how=f"{how}, in its name", offset=0)
    base, kept = 0, b""
    with open(path, "rb") as file:
        while part := file.read(WINDOW):
            window = kept + part
            small = window.lower()
            for sought, where in ((patterns, small), (exact, window)):
                for how, raw in sought.items():
                    at = where.find(raw)
                    if at >= 0:
                        yield Hit(file=name, how=how, offset=base + at)
            kept = window[-(longest - 1) :] if longest > 1 else b""
            base += len(window) - len(kept)
