"""A text as words with their places, and the numbers among them as digits. Pure.

Recognizers and people write the same number in many ways: "4111", "4-1-1-1", "four one double one", "forty-one
eleven", "four thousand one hundred eleven". A `Piece` is one of those words or groups of words and its digits.
"""

import re
from dataclasses import dataclass

from flowyte.slots.figures import SMALL

_WORD = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)*|[^\w\s]|_")
LONGEST = 4_000  # characters looked at: two pages; what is longer is looked at in parts
ONES = {word: str(value) for word, value in SMALL.items() if 0 <= value <= 9 and word not in ("couple", "none")} | {
    "o": "0", "naught": "0", "nil": "0", "niner": "9",
}  # fmt: skip
TEENS = {word: str(value) for word, value in SMALL.items() if 10 <= value <= 19 and word != "dozen"}
TENS = {word: value // 10 for word, value in SMALL.items() if value >= 20}
TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
# Heard for a digit between two others. "to" and "for" join two numbers as often, so they count only in a number that
# is being dictated.
ALIKE = {"to": "2", "too": "2", "for": "4", "fore": "4", "ate": "8", "won": "1", "owe": "0", "nigh": "9", "tree": "3",
         "sex": "6", "fife": "5", "ait": "8", "wun": "1", "tu": "2"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """`text` in small letters. `glued`: letters and digits in one piece ("x580", "3pm")."""

    text: str
    start: int
    end: int
    glued: bool
    capital: bool

    @property
    def is_mark(self) -> bool:
        return not self.text[0].isalnum()


@dataclass(frozen=True, slots=True)
class Piece:
    """Words `first` to `last` (without it) are the digits."""

    digits: str
    first: int
    last: int
    spoken: bool


def vocabulary(text: str) -> frozenset[str]:
    return frozenset(text.split())


def words_of(text: str) -> list[Word]:
    found = []
    for each in _WORD.finditer(text):
        beside = text[max(0, each.start() - 1) : each.start()] + text[each.end() : each.end() + 1]
        glued = each[0][0].isalnum() and any(character.isalnum() for character in beside)
        found.append(Word(each[0].lower(), each.start(), each.end(), glued, each[0][0].isupper()))
    return found


def pieces_of(words: list[Word], *, dictated: bool = False) -> list[Piece]:
    """`dictated`: a number is expected, so what sounds like a digit beside one is one."""
    found: list[Piece] = []
    place = 0
    while place < len(words):
        digits, used = _number(words, place, dictated)
        if not digits and words[place].text in ALIKE and _beside(words, place, found, dictated):
            digits, used = ALIKE[words[place].text], 1
        if digits and not _is_no_digit(words, place, used):
            found.append(Piece(digits, place, place + used, not words[place].text[0].isdigit()))
        place += max(used, 1)
    return found


def _beside(words: list[Word], place: int, found: list[Piece], dictated: bool) -> bool:
    """Between two digits, or directly after two; where no number is expected, only among digits said one by one."""
    if not dictated and not _one_by_one(words, place, found):
        return False
    before = bool(found) and all(word.is_mark for word in words[found[-1].last : place])
    after = next((at for at in range(place + 1, len(words)) if not words[at].is_mark), None)
    if after is None or not before:
        return before and len(found) > 1
    return bool(_number(words, after)[0]) or words[after].text in ALIKE


def _one_by_one(words: list[Word], place: int, found: list[Piece]) -> bool:
    after = words[place + 1].text if place + 1 < len(words) else ""
    return len(found) > 2 and after in ONES and all(piece.spoken and len(piece.digits) == 1 for piece in found[-3:])


_NUMERALS = frozenset(ONES) | frozenset(TEENS) | frozenset(TENS) | frozenset(TIMES)
_BEFORE_ONE = vocabulary("the this that which old new last other another no any same first second only right wrong")
_AFTER_ONE = vocabulary("sec second moment minute of more thing time for i we you that who")


def _is_no_digit(words: list[Word], first: int, used: int) -> bool:
    """ "The one I have", "one sec", and "oh, right"."""
    text = words[first].text
    before = words[first - 1] if first else None
    after = words[first + used] if first + used < len(words) else None
    if text == "one" and used == 1:
        named = before is not None and before.text in _BEFORE_ONE and before.text != "first"
        return (named and (after is None or after.text not in ONES)) or (after is not None and after.text in _AFTER_ONE)
    if text == "oh" and (before is None or before.text in ".?!"):
        following = next((word for word in words[first + used : first + used + 2] if not word.is_mark), None)
        number = following is not None and (following.text in _NUMERALS or following.text.isdigit())
        return following is not None and not number
    return False


def _number(words: list[Word], place: int, dictated: bool = False) -> tuple[str, int]:
    """The digits that begin at `place` and how many words they took; ("", 0) when none do."""
    word = words[place]
    text = word.text
    if text.isdigit() and text.isascii():
        return ("", 0) if word.glued and not dictated else (text, 1)
    if text in TIMES:
        at = place + 1 + (_after(words, place + 1) in (",", "-"))
        single = _after(words, at)
        digit = ONES.get(single) or (single if len(single) == 1 and single.isdigit() else "")
        if digit:
            return digit * TIMES[text], at + 1 - place
        if single.isdigit():  # "triple 151": the first of them is meant three times
            return single[0] * (TIMES[text] - 1) + single, at + 1 - place
        return "", 0
    return _cardinal(words, place)


def _cardinal(words: list[Word], place: int) -> tuple[str, int]:
    """ "forty one", "four hundred eleven", "four thousand one hundred and eleven"; or one digit."""
    small, used = _small(words, place)
    if not used:
        return "", 0
    at = place + used
    if _after(words, at) == "thousand" and small.lstrip("0"):
        rest, taken = _rest(words, at + 1, hundreds=True)
        return f"{int(small)}{rest:03}", used + 1 + taken
    if _after(words, at) == "hundred" and small.lstrip("0"):
        rest, taken = _rest(words, at + 1, hundreds=False)
        return f"{int(small)}{rest:02}", used + 1 + taken
    return small, used


def _rest(words: list[Word], place: int, *, hundreds: bool) -> tuple[int, int]:
    at, value = place, 0
    if hundreds:
        skipped = _skipped(words, at)
        small, used = _small(words, skipped)
        if used and len(small) == 1 and _after(words, skipped + used) == "hundred":
            value, at = int(small) * 100, skipped + used + 1
    skipped = _skipped(words, at)
    small, used = _small(words, skipped)
    ends = _after(words, skipped + used) not in ("hundred", "thousand")
    # "four hundred, five": the next group begins; "four hundred five" and "and five" belong together
    if used and ends and small[0] != "0":
        return value + int(small), skipped + used - place
    return value, at - place


def _skipped(words: list[Word], at: int) -> int:
    while _after(words, at) in ("and", ",", "-"):
        at += 1
    return at


def _small(words: list[Word], place: int) -> tuple[str, int]:
    """Below a hundred, in words."""
    text = _after(words, place)
    if text in ONES:
        return ONES[text], 1
    if text in TEENS:
        return TEENS[text], 1
    if text not in TENS:
        return "", 0
    at = place + 1 + (_after(words, place + 1) == "-")
    one = ONES.get(_after(words, at), "0")
    if one != "0" and _after(words, at) != "o":
        return f"{TENS[text]}{one}", at + 1 - place
    return f"{TENS[text]}0", 1


def _after(words: list[Word], place: int) -> str:
    return words[place].text if place < len(words) else ""
