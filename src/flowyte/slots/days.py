"""Dates and times of day as people say them, and said back. Pure: today is an argument."""

import re
from datetime import date, timedelta

from flowyte.slots.figures import ORDINAL, SMALL, words_of
from flowyte.slots.spoken import digits

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OLDEST_YEARS = 125  # nobody who calls was born before that
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_FIGURES = re.compile(r"(?<!\d)(\d{1,2})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{4}|\d{2})(?!\d)")
_UNITS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "fortnight": 14}
Found = tuple[date, bool]
"""A day, and whether no other was meant."""


def read_date(text: str, today: date, *, past: bool = False) -> Found | None:
    """`past` is for dates of birth: before today, with their year."""
    found = _any(text.lower(), today, past)
    if found is None or not past:
        return found
    oldest = today.year - OLDEST_YEARS
    return found if found[0] < today and found[0].year >= oldest else None


def say_date(day: date) -> str:
    """ "Tuesday, May 3, 2027": the name of the day is what people check by."""
    return f"{WEEKDAYS[day.weekday()].capitalize()}, {MONTHS[day.month - 1].capitalize()} {day.day}, {day.year}"


def _any(said: str, today: date, past: bool) -> Found | None:
    if written := _ISO.search(said):
        day = _day(int(written[1]), int(written[2]), int(written[3]))
        return (day, True) if day else None
    words = words_of(said)
    for word in words:
        if (month := _month(word)) and (found := _named(words, word, month, today, past)):
            return found
    if written := _FIGURES.search(said):
        return _figures(int(written[1]), int(written[2]), written[3], today, past)
    if not past and (found := _relative(words, today)):
        return found
    return _spoken(words, today, past)


def _month(word: str) -> int:
    if len(word) < 3:
        return 0
    return next((n for n, name in enumerate(MONTHS, 1) if name == word or word in (name[:3], name[:4])), 0)


def _named(words: list[str], name: str, month: int, today: date, past: bool) -> Found | None:
    """Around the month's name: the day before or after it, and the year if one is said."""
    place = words.index(name)
    before, after = _chunks(words[:place]), _chunks(words[place + 1 :])
    if before and 1 <= int(before[-1]) <= 31:
        number, rest = int(before[-1]), after
    elif after:
        number, rest = int(after[0]), after[1:]
    else:
        return None
    if rest:
        year = _year(_joined(rest), today, past)
        day = _day(year, month, number) if year else None
        return (day, True) if day else None
    if past:
        return None
    day = _day(today.year, month, number)
    if day is None or day < today:
        day = next((d for y in range(1, 9) if (d := _day(today.year + y, month, number))), None)
    return (day, True) if day else None


def _figures(first: int, second: int, year_text: str, today: date, past: bool) -> Found | None:
    """The month first, as in the United States, where it can be; both ways possible is not certain."""
    year = _year(year_text, today, past)
    if not year:
        return None
    usual, other = _day(year, first, second), _day(year, second, first)
    day = usual or other
    return (day, usual is None or other is None or usual == other) if day else None


def _relative(words: list[str], today: date) -> Found | None:
    said = " ".join(words)
    for phrase, days in (
        ("day after tomorrow", 2), ("day before yesterday", -2), ("tomorrow", 1), ("yesterday", -1), ("today", 0),
        ("tonight", 0),
    ):  # fmt: skip
        if re.search(rf"\b{phrase}\b", said):
            return _later(today, days)
    if away := re.search(r"\b(?:in )?(\w+) (days?|weeks?|fortnight)(?: from (?:now|today)| time)?\b", said):
        count = 1 if away[1] in ("a", "one", "next") else SMALL.get(away[1], int(away[1]) if _few(away[1]) else 0)
        if count:
            return _later(today, count * _UNITS[away[2]])
    for number, name in enumerate(WEEKDAYS):
        if found := re.search(rf"\b(next |this )?(?:{name}|{name[:3]})\b", said):
            coming = today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
            if found[1] != "next ":
                return coming, True
            # "Next" is of the coming calendar week; who means the nearest one hears the date said back.
            next_week = today + timedelta(days=7 - today.weekday() + number)
            return next_week, next_week == coming
    return None


def _few(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4


def _later(today: date, days: int) -> Found | None:
    try:
        return today + timedelta(days=days), True
    except OverflowError:
        return None


def _spoken(words: list[str], today: date, past: bool) -> Found | None:
    """Figures one after another: "oh four oh five eighty four", "04051984"."""
    single = digits(" ".join(words))
    singly = len(single) in (6, 8) and sum(bool(digits(word)) for word in words) == len(single)
    chunks = [] if singly else _chunks(words)
    said = single if singly else "".join(chunks)
    if len(chunks) >= 3 and len(chunks[0]) <= 2 and len(chunks[1]) <= 2 and len(_joined(chunks[2:])) in (2, 4):
        return _figures(int(chunks[0]), int(chunks[1]), _joined(chunks[2:]), today, past)
    if len(said) not in (6, 8):
        return None
    if len(said) == 8 and said[:2] in ("19", "20") and (day := _day(int(said[:4]), int(said[4:6]), int(said[6:]))):
        return day, True
    return _figures(int(said[:2]), int(said[2:4]), said[4:], today, past)


def _chunks(words: list[str]) -> list[str]:
    """Numbers of at most four digits: "oh four" is "04", "nineteen" "19", "eighty four" "84", "two thousand five"
    "2005"."""
    found: list[str] = []
    place = 0
    while place < len(words):
        word, after = words[place], words[place + 1] if place + 1 < len(words) else ""
        unit = SMALL.get(after, ORDINAL.get(after, 0))
        if word in ("oh", "o", "zero", "nought") and 0 < unit < 10:
            found.append(f"0{unit}")
            place += 2
        elif word in SMALL and after in ("thousand", "hundred"):
            used, value = _thousands(words, place)
            found.append(str(value))
            place += used
        elif SMALL.get(word, 0) >= 20 and 0 < unit < 10:
            found.append(str(SMALL[word] + unit))
            place += 2
        else:
            number = SMALL.get(word, ORDINAL.get(word))
            if number is not None and word not in ("couple", "dozen", "none"):
                found.append(str(number))
            elif word.isdigit() and len(word) <= 8:
                found.append(word)
            place += 1
    return found


def _thousands(words: list[str], place: int) -> tuple[int, int]:
    """ "two thousand and five", "nineteen hundred": how many words, and the year."""
    year = SMALL[words[place]] * (1_000 if words[place + 1] == "thousand" else 100)
    used = 2 + (words[place + 2 : place + 3] == ["and"])
    tail = words[place + used : place + used + 2]
    first = SMALL.get(tail[0], 0) if tail else 0
    if not first:
        return 2, year
    second = SMALL.get(tail[1], 0) if len(tail) > 1 and first >= 20 else 0
    return (used + 2, year + first + second) if 0 < second < 10 else (used + 1, year + first)


def _joined(chunks: list[str]) -> str:
    """A year of one piece or two, "19" and "84"; digit by digit too."""
    if len(chunks) > 1 and len(chunks[0]) == 2 and len(chunks[1]) == 2 and chunks[0] in ("18", "19", "20"):
        return chunks[0] + chunks[1]
    if len(chunks) >= 2 and all(len(chunk) <= 2 for chunk in chunks) and len("".join(chunks)) in (2, 4):
        return "".join(chunks)
    return chunks[0]


def _year(text: str, today: date, past: bool) -> int:
    """Two figures are of this century, unless that has yet to come and the date is of a birth. 0 for no year."""
    if len(text) == 4:
        return int(text)
    if len(text) != 2:
        return 0
    year = today.year // 100 * 100 + int(text)
    return year - 100 if (past and year > today.year) or (not past and year > today.year + 50) else year


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
