"""Makes of a model's text what can be said: no thoughts, no markup, and no claim or number out of thin air. Pure."""

import re
from dataclasses import dataclass

from flowyte.kit.errors import FlowyteError
from flowyte.slots.spoken import digits

_OPEN, _CLOSE = "<think>", "</think>"
_MARKUP = re.compile(r"^\s*(#{1,6}|[-*•]|\d{1,2}\))\s+|[*_`#~]+|</?[a-z]+>")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
# "I have filed your message" and its like; "shall I take a message" claims nothing.
_CLAIM = re.compile(
    r"\b(i(['’]ve| have)( just)? (filed|taken|passed on|sent|left|noted|recorded|forwarded|delivered)|"
    r"(has|have) been (filed|taken|passed on|sent|noted|recorded|forwarded|delivered))\b.*\bmessage|"
    r"\bmessage\b.{0,30}\b(has been|is|was) (filed|taken|passed on|sent|noted|recorded|forwarded|delivered)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[\d(+][\d\s().,\-]{5,}\d")
_LEAST_DIGITS = 7  # shorter ones are prices, years and times; the shortest local phone numbers have seven


class Unfounded(FlowyteError):
    """The language model said something that is not so."""

    code = "unfounded"

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__()


@dataclass(slots=True)
class Thoughts:
    """Takes out what a reasoning model thinks aloud between its marks, however the stream is cut."""

    _held: str = ""
    _inside: bool = False

    def add(self, delta: str) -> str:
        self._held += delta
        said = ""
        while True:
            mark = _CLOSE if self._inside else _OPEN
            before, found, after = self._held.partition(mark)
            if not found:
                keep = _beginning(self._held, mark)
                said += "" if self._inside else self._held[: len(self._held) - keep]
                self._held = self._held[len(self._held) - keep :]
                return said
            said += "" if self._inside else before
            self._held, self._inside = after, not self._inside

    def end(self) -> str:
        return "" if self._inside else self._held


def plain(sentence: str) -> str:
    """Without markup; empty when nothing else was there."""
    text = _MARKUP.sub("", _LINK.sub(r"\1", sentence)).strip()
    return text if any(character.isalnum() for character in text) else ""


def check(sentence: str, *, given: str, filed: bool) -> None:
    """Unfounded when the sentence claims a message that was not filed, or has a phone number that nobody gave."""
    if not filed and _CLAIM.search(sentence):
        raise Unfounded("claimed_message")
    known = re.sub(r"\D", "", given)
    for number in _NUMBER.findall(sentence):
        said = re.sub(r"\D", "", number)
        spoken = any(said in digits(line) for line in given.splitlines())
        if len(said) >= _LEAST_DIGITS and said not in known and not spoken:
            raise Unfounded("invented_number")


def _beginning(text: str, mark: str) -> int:
    """How many characters at the end of `text` may be the beginning of `mark`."""
    return next((n for n in range(min(len(mark) - 1, len(text)), 0, -1) if mark.startswith(text[-n:])), 0)
