"""Stretches of digits that were said or written as one number, however it is cut up. Pure.

"4111, uh, 1111, no wait, 1112": marks, fillers and words of correction stand within a number without ending it. In a
number that is being dictated more does ("and", "that is"); elsewhere those join two numbers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from flowyte.redact.words import Piece, Word, pieces_of, vocabulary

MOST_BETWEEN = 7  # words between two pieces of one number; whoever says more has begun to say something else
_YEAR = re.compile(r"19\d\d|20[0-4]\d")
_WHOSE = frozenset(("my", "our", "your", "his", "her"))
_WHAT = vocabulary("number phone card account social cell mobile email e-mail name address telephone birthday")
MOST_UNKNOWN = 2  # of them that may be anything while a number is dictated: "no weight" is a recognizer's "no wait"
_MARKS = frozenset(",.-–—;()…+")
_FILLERS = vocabulary(
    "uh um er erm hmm mm ah then dash hyphen dot point space plus no nope wait sorry actually oops correction "
    "scratch mean meant rather hold let me see like old wrong where"
)
_DICTATING = _FILLERS | vocabulary(
    "and is it's its that that's the i think okay ok so next rest just a moment second now followed by again "
    "yes yeah well on to after before end got did you all in total area code extension ext number first last "
    "start over say again from top beginning repeat which ones are saying i'll "
    "you are writing still pause comma bit put glasses strike excuse bad hang hear me ready "
    "four digits with ending or make it right there's there"
)
# What makes of a number a measure, a price or a time. In a number that is being dictated they do not count.
_UNITS = vocabulary(
    "dollars dollar cents cent euros euro pounds pound bucks percent minutes minute hours hour days day weeks "
    "week months month years year o'clock am pm a.m p.m people persons guests adults children kids nights miles "
    "mile inches inch feet foot meters metres kilos kilograms grams times pieces items units boxes floors rooms "
    "degrees million billion thousand grand st nd rd th"
)
_CURRENCY = frozenset("$€£#")


@dataclass(frozen=True, slots=True)
class Run:
    pieces: tuple[Piece, ...]

    @property
    def digits(self) -> str:
        return "".join(piece.digits for piece in self.pieces)

    @property
    def groups(self) -> tuple[int, ...]:
        return tuple(len(piece.digits) for piece in self.pieces)

    @property
    def first(self) -> int:
        return self.pieces[0].first

    @property
    def last(self) -> int:
        return self.pieces[-1].last


def runs_of(words: list[Word], *, dictated: bool = False, patient: bool = False) -> list[Run]:
    """`dictated`: a number is being given. `patient`: it may be; measures, prices and years still stand apart."""
    found: list[Run] = []
    so_far: list[Piece] = []
    for piece in pieces_of(words, dictated=dictated):
        measure = not dictated and (
            _is_measure(words, piece) or (patient and _YEAR.fullmatch(piece.digits) is not None)
        )
        joins = bool(so_far) and not measure and _joined(words, so_far[-1].last, piece.first, dictated, patient)
        if so_far and not joins:
            found.append(Run(tuple(so_far)))
            so_far = []
        if not measure:
            so_far.append(piece)
    return [*found, Run(tuple(so_far))] if so_far else found


def said_with_numbers(word: str) -> bool:
    """Whether people say it around a number that they are giving."""
    return word in _DICTATING or word in _AROUND


_AROUND = vocabulary(
    "goes starts begins done finally lastly part half group bit set my me please here all last one ones"
)


def _joined(words: list[Word], start: int, end: int, dictated: bool, patient: bool) -> bool:
    between = words[start:end]
    if sum(not word.is_mark for word in between) > MOST_BETWEEN:
        return False
    if any(one.text in _WHOSE and other.text in _WHAT for one, other in pairwise(between)):
        return False  # another thing begins: "and my number is"
    others = sum(not _within(words, start + place, dictated or patient) for place in range(len(between)))
    return others <= (MOST_UNKNOWN if dictated else 0)


def _within(words: list[Word], place: int, dictated: bool) -> bool:
    text = words[place].text
    if words[place].is_mark:
        return text in _MARKS or (dictated and text in ":/'\"?!")
    if text in (_DICTATING if dictated else _FILLERS):
        return True
    after = words[place + 1].text if place + 1 < len(words) else ""
    if text == "i":
        return after in ("mean", "meant")
    return text == "and" and after == "then"


def _is_measure(words: list[Word], piece: Piece) -> bool:
    before = words[piece.first - 1] if piece.first else None
    after = words[piece.last] if piece.last < len(words) else None
    if before is not None and before.text in _CURRENCY:
        return True
    if after is not None and (after.text in _UNITS or after.text == "%"):
        return True
    if _is_code(words, piece):
        return True
    return _touches(words, piece, ":") or _touches(words, piece, "/") or _is_decimal(words, piece)


def _is_code(words: list[Word], piece: Piece) -> bool:
    """ "AB-4736"."""
    dash, letters = (words[place] if place >= 0 else None for place in (piece.first - 1, piece.first - 2))
    if dash is None or letters is None or dash.text not in "-_":
        return False
    return letters.text.isalpha() and letters.end == dash.start and dash.end == words[piece.first].start


def _touches(words: list[Word], piece: Piece, mark: str) -> bool:
    sides = [words[place].text for place in (piece.first - 1, piece.last) if 0 <= place < len(words)]
    return mark in sides


def _is_decimal(words: list[Word], piece: Piece) -> bool:
    """ "49.99" and "1,250", not "202.555.0142"."""
    chain = list(_chain(words, piece))
    if not any(mark for _, mark in chain):
        return False
    sizes, marks = [len(text) for text, _ in chain], {mark for _, mark in chain if mark}
    if marks == {"."}:
        return len(sizes) == 2 and sizes[1] <= 2
    return sizes[0] <= 3 and all(size == 3 or (size == 2 and "." in marks) for size in sizes[1:])


def _chain(words: list[Word], piece: Piece) -> Iterator[tuple[str, str]]:
    """Numerals joined by marks without a space, as (numeral, mark after it)."""
    at = piece.first
    while at >= 2 and _tight(words, at - 1) and words[at - 1].text in ",." and words[at - 2].text.isdigit():
        at -= 2
    while at < len(words) and words[at].text.isdigit():
        joined = at + 2 < len(words) and words[at + 1].text in (",", ".") and _tight(words, at + 1)
        joined = joined and words[at + 2].text.isdigit()
        yield words[at].text, words[at + 1].text if joined else ""
        if not joined:
            return
        at += 2


def _tight(words: list[Word], place: int) -> bool:
    return words[place - 1].end == words[place].start and (
        place + 1 < len(words) and words[place].end == words[place + 1].start
    )
