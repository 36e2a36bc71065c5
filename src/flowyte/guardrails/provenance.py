"""Where a value came from: said by the caller, written by the operator, or brought in by a skill, a page or the model.

Everything that reaches a mind is kept here under its origin, and an argument is looked up in it before it may flow into
a skill. What is found nowhere was made by the model. A value that several origins have is the most trusted one's:
a caller who says what a web page says has still said it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Origin = Literal["operator", "caller", "verified", "skill", "page", "model"]
TRUSTED: frozenset[Origin] = frozenset(("operator", "caller", "verified"))
ORDER: tuple[Origin, ...] = ("caller", "operator", "verified", "skill", "page", "model")

LEAST_DIGITS = 4  # in a row: fewer are counts, hours and prices, which say nothing about where they are from
SHORT = 8  # words: a longer text is composed, and judged by what in it can do harm
SHARE = 0.6  # of a composed text's words must be one origin's for the text to count as its
MOST_KEPT = 200_000  # characters of one origin: an hour's call has a quarter of that

Reading = Callable[[str], Sequence[str]]
"""What a spoken text holds in writing: "double five oh one" is 5501."""

_WORD = re.compile(r"[^\W_]+")
_HANDLE = re.compile(
    r"https?://\S+|www\.\S+|[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+|\b(?=[A-Za-z0-9-]*\d)[A-Za-z]{2}[A-Za-z0-9-]{6,}\b"
)
_DIGITS = re.compile(r"\d(?:[\s().-]?\d)+")


@dataclass(slots=True)
class Corpus:
    """All that one origin has brought, in three forms."""

    words: str = " "
    bare: str = ""
    digits: str = " "

    def add(self, text: str, readings: Sequence[str] = ()) -> None:
        for each in (text, *readings):
            found = words(each)
            self.words = (self.words + " ".join(found) + " ")[-MOST_KEPT:]
            self.bare = (self.bare + "|" + "".join(found))[-MOST_KEPT:]
            self.digits = (self.digits + " ".join(_only_digits(each)) + " ")[-MOST_KEPT:]


@dataclass(slots=True)
class Provenance:
    """Of one conversation. `reading` turns what a caller says into what they mean, for the caller's words only."""

    reading: Reading = lambda text: ()
    _kept: dict[Origin, Corpus] = field(default_factory=dict)

    def add(self, origin: Origin, value: object) -> None:
        corpus = self._kept.setdefault(origin, Corpus())
        for text in texts_of(value):
            corpus.add(text, self.reading(text) if origin == "caller" else ())

    def of(self, value: object) -> Origin:
        """The origin of a value; of a list or an object the least trusted of what is in it."""
        if value is None or isinstance(value, bool):
            return "operator"  # no room for anything of one's own
        parts = texts_of(value)
        return max((self._of_text(part) for part in parts), key=ORDER.index, default="operator")

    def _of_text(self, text: str) -> Origin:
        found = words(text)
        if not found:  # signs alone can carry a message too, and nobody says them
            return "model" if text.strip() else "operator"
        if len(found) <= SHORT or _HANDLE.fullmatch(text.strip()):
            return self._first(text, found)
        handles = [self._first(each, words(each)) for each in _handles(text)]
        composed = self._composed(found)
        return max([composed, *handles], key=ORDER.index)

    def _first(self, text: str, found: Sequence[str]) -> Origin:
        return next(
            (origin for origin in ORDER if origin in self._kept and _has(self._kept[origin], text, found)), "model"
        )

    def _composed(self, found: Sequence[str]) -> Origin:
        for origin in ORDER:
            corpus = self._kept.get(origin)
            if corpus and sum(f" {word} " in corpus.words for word in found) >= SHARE * len(found):
                return origin
        return "model"


def words(text: str) -> list[str]:
    """Lower case, without accents."""
    if text.isascii():  # nearly all of what is judged, and five times as fast
        return _WORD.findall(text.lower())
    folded = unicodedata.normalize("NFKD", text).casefold()
    return _WORD.findall("".join(letter for letter in folded if not unicodedata.combining(letter)))


def texts_of(value: object) -> list[str]:
    """Every text and number in a value, the names of an object's fields left out."""
    if isinstance(value, Mapping):
        return [text for inner in value.values() for text in texts_of(inner)]
    if isinstance(value, list | tuple | set | frozenset):
        return [text for inner in value for text in texts_of(inner)]
    if value is None or isinstance(value, bool):
        return []
    if isinstance(value, float) and value.is_integer():
        return [str(int(value))]
    return [str(value)]


def _has(corpus: Corpus, text: str, found: Sequence[str]) -> bool:
    if f" {' '.join(found)} " in corpus.words:
        return True
    bare = "".join(found)
    if len(bare) >= SHORT and bare in corpus.bare:  # "jane dot doe" has been read as one; "AB 12 34" is AB1234
        return True
    digits = "".join(_only_digits(text))
    return len(digits) >= LEAST_DIGITS and len(digits) >= len(bare) - 2 and _number_in(corpus, digits)


def _number_in(corpus: Corpus, digits: str) -> bool:
    """A country's code in front may be missing on either side: +1 202 555 0142 was said as 202 555 0142."""
    said = corpus.digits.split()
    return any(
        each == digits or (len(each) >= 7 and digits.endswith(each) and len(digits) - len(each) <= 3) for each in said
    )


def _only_digits(text: str) -> list[str]:
    return [found for each in _DIGITS.findall(text) if len(found := re.sub(r"\D", "", each)) >= LEAST_DIGITS]


def _handles(text: str) -> list[str]:
    """What in a text can be used against somebody: addresses, links, account and phone numbers."""
    return [
        *(each.rstrip(".,;:!?") for each in _HANDLE.findall(text)),
        *(each for each in _DIGITS.findall(text) if len(re.sub(r"\D", "", each)) >= LEAST_DIGITS),
    ]
