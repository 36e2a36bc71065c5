"""Dates of birth. Pure.

Another date (of an appointment, a purchase) stays: a date is one of birth when that was asked, when "born" or
"birthday" stands before it, or when its year is so far back that nobody makes an appointment there.
"""

import re

from flowyte.redact.model import Span
from flowyte.redact.words import pieces_of, vocabulary, words_of
from flowyte.slots.days import MONTHS
from flowyte.slots.figures import ORDINAL

_NAMES = "|".join(f"{month}|{month[:3]}\\.?" for month in MONTHS) + r"|sept\.?"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_SMALL = (
    r"(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|"
    rf"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[\s-](?:{_ONES}))?|{_ONES})"
)
_ORDINAL = "|".join(sorted((re.escape(word) for word in ORDINAL), key=len, reverse=True))
_TENTH = rf"(?:(?:twenty|thirty)[\s-](?:{_ORDINAL})|(?:{_ORDINAL}))"
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|{_TENTH}|{_SMALL})"
_OLD = (
    r"(?:nineteen[\s-]*(?:hundred(?:[\s-]+and)?[\s-]*)?(?:(?:oh|o)[\s-]+)?"
    + _SMALL
    + r"?|'\d\d|’\d\d|1[89]\d\d|19[\s,-]+\d\d)"
)
_NEW = (
    r"(?:two[\s,]+thousand(?:[\s,]+(?:and[\s,]+)?"
    + _SMALL
    + r")?|20\d\d|20[\s,-]+\d\d|twenty[\s-]+(?:(?:oh|o)[\s-]+)?"
    + _SMALL
    + r"|2000\s+and\s+(?:\d+|"
    + _SMALL
    + r")|2,000(?:\s+and\s+\w+)?)"
)
_YEAR = rf"(?:{_OLD}|{_NEW})"
_GAP = r"[\s,.]*(?:of\s+|in\s+|the\s+|uh,?\s+|um,?\s+)*"
_WITH_MONTH = rf"(?:(?:the\s+)?{_DAY}{_GAP}(?:{_NAMES})|(?:{_NAMES}){_GAP}{_DAY})"
_FIGURES = r"\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*(?:\d{4}|\d{2})|\d{4}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{1,2}"
_NAMED = re.compile(
    rf"\b{_WITH_MONTH}(?:{_GAP}(?P<year>\b{_YEAR}|\b\d\d)(?![\w:])(?!\s*(?:am|pm|o'clock|people)))?", re.IGNORECASE
)
_WRITTEN = re.compile(rf"(?<![\d/-])(?:{_FIGURES})(?![\d/-])")
_MONTH_YEAR = re.compile(rf"\b(?:{_NAMES}){_GAP}(?P<year>{_YEAR})\b", re.IGNORECASE)
_TWO = rf"(?:(?:oh|o|zero)[\s-](?:{_ONES})|{_SMALL}|\d{{1,2}})"
_SAID = re.compile(rf"\b{_TWO}[\s,.-]+{_TWO}[\s,.-]+(?:{_YEAR}|\d\d)\b", re.IGNORECASE)
_ANY_YEAR = re.compile(rf"\b{_YEAR}(?!\w)", re.IGNORECASE)
_BIRTH = re.compile(
    r"\b(?:born|(?:day|date|data|they) (?:to|of|the|and|a) birth|birth\s?day|birth\s?date|date of birth|"
    r"of birth|d\.?o\.?b\.?|b-?day)\b",
    re.IGNORECASE,
)
_MONTH = re.compile(_NAMES, re.IGNORECASE)
_LINKS = vocabulary("the of in on and uh um was is it's st nd rd th year")
REACH = 60  # characters after such a word within which its date begins
NEXT = 9  # and before such a word: "is my birthday"
YOUNGEST = 2012  # an earlier year in a full date is one of birth: nobody calls about a visit of then
_FOUR = re.compile(r"\d{4}")


def births_in(text: str, *, asked: bool) -> list[Span]:
    keys = [match.end() for match in _BIRTH.finditer(text)]
    starts = [match.start() for match in _BIRTH.finditer(text)]
    found = []
    for pattern in (_NAMED, _WRITTEN, _MONTH_YEAR, _SAID, _ANY_YEAR):
        for match in pattern.finditer(text):
            after = any(0 <= start - match.end() <= NEXT for start in starts)
            told = asked or after or any(0 <= match.start() - key <= REACH for key in keys)
            if told or (pattern in (_NAMED, _WRITTEN) and _is_old(match[0])):
                start, end = match.span()
                found.append(Span(entity="date_of_birth", start=start, end=end, confidence=0.9 if told else 0.7))
    found += [each for end in keys for each in _told(text, end)]
    if asked:
        found += _told(text, 0, reach=len(text))
    return found


def _told(text: str, start: int, *, reach: int = REACH) -> list[Span]:
    """All that may be of the date from the first word of it on: numbers, months, and what links them."""
    words = [word for word in words_of(text) if word.start >= start]
    dated = {place for piece in pieces_of(words, dictated=True) for place in range(piece.first, piece.last)}
    dated |= {n for n, word in enumerate(words) if word.text in ORDINAL or _MONTH.fullmatch(word.text)}
    if all(words[n].text in ("first", "second", "may", "march") for n in dated) and len(dated) < 2 and reach > REACH:
        return []
    first = min(dated, default=None)
    if first is None or words[first].start - start > reach:
        return []
    first -= first > 0 and words[first - 1].text == "the"
    last, others = first, 0
    for place in range(first, len(words)):
        if place in dated:
            last, others = place, 0
        elif not words[place].is_mark and words[place].text not in _LINKS and not words[place].glued:
            others += 1
            if others > 1:
                break
    return [Span(entity="date_of_birth", start=words[first].start, end=words[last].end, confidence=0.8)]


def _is_old(date: str) -> bool:
    """A full date whose year is written or said and lies before YOUNGEST."""
    if year := _FOUR.search(date):
        return 1880 < int(year[0]) <= YOUNGEST
    return bool(
        re.search(r"\bnineteen[\s-]+(?:hundred|" + _SMALL + r")|'[3-9]\d\b|\btwo thousand\b", date, re.IGNORECASE)
    )
