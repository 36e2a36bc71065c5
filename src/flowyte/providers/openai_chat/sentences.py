"""Cuts a stream of text into sentences for a mouth, as early as it is safe. Pure."""

import re
from dataclasses import dataclass, field

_END = re.compile(r"[.!?…]+[\"'”’)\]]*\s+|\n+")
_TITLES = frozenset(
    (
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "st",
        "jr",
        "sr",
        "vs",
        "no",
        "etc",
        "approx",
        "ave",
        "blvd",
        "dept",
        "ext",
        "inc",
    )
)
_CLOCK = re.compile(r"\b[ap]\.m\.$", re.IGNORECASE)
_INITIAL = re.compile(r"(?:^|[\s(.])[A-Za-z]\.$")
# A model that never ends a sentence still has to be heard.
_LONGEST = 400


@dataclass(slots=True)
class Sentences:
    """`add` gives the sentences that a piece of text completes; `end` the rest. Nothing is lost but white space."""

    _text: str = field(default="")

    def add(self, delta: str) -> list[str]:
        self._text += delta
        found: list[str] = []
        start = 0
        for mark in _END.finditer(self._text):
            if "\n" in mark.group() or not _goes_on(self._text[start : mark.end()].rstrip(), self._text[mark.end() :]):
                _keep(found, self._text[start : mark.end()])
                start = mark.end()
        self._text = self._text[start:]
        while len(self._text) > _LONGEST:
            cut = self._text.rfind(" ", 0, _LONGEST)
            cut = cut if cut > 0 else _LONGEST
            _keep(found, self._text[:cut])
            self._text = self._text[cut:]
        return found

    def end(self) -> list[str]:
        found: list[str] = []
        _keep(found, self._text)
        self._text = ""
        return found


def _goes_on(sentence: str, after: str) -> bool:
    """Whether the full stop belongs to an abbreviation or an initial instead of ending the sentence."""
    if not sentence.endswith("."):
        return False
    if _CLOCK.search(sentence):
        return not after or not after[0].isupper()  # "9 a.m. We open" ends there, "9 a.m. on" does not
    last = sentence[:-1].rsplit(None, 1)[-1].lower().lstrip("(\"'") if sentence[:-1].strip() else ""
    if last == "no":
        return not after or after[0].isdigit()  # "No. 7", but not "No. We are closed"
    return last in _TITLES or bool(_INITIAL.search(sentence)) or (last.isdigit() and sentence[:-1].strip() == last)


def _keep(found: list[str], text: str) -> None:
    text = text.strip()
    if text:
        found.append(text)
