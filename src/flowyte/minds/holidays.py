"""Days that callers name instead of dating: the public holidays of the United States, and when they next are. Pure.

Federal holidays by 5 U.S.C. 6103, and the days around them that shops are asked about. Which of them a business keeps
is for its own schedule to say.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

THURSDAY, MONDAY = 3, 0


def _nth(month: int, weekday: int, number: int) -> Callable[[int], date]:
    """The third Monday of a month, say; number -1 for the last."""

    def of(year: int) -> date:
        if number < 0:
            last = date(year, month % 12 + 1, 1) - timedelta(days=1)
            return last - timedelta(days=(last.weekday() - weekday) % 7)
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))

    return of


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def easter(year: int) -> date:
    """Gregorian, by the anonymous algorithm (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), g = divmod(b, 4), (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


# The first that is found in what was asked is meant: "Christmas Eve" before "Christmas".
_DAYS: Mapping[str, tuple[str, Callable[[int], date]]] = {
    r"new year'?s? eve": ("New Year's Eve", _fixed(12, 31)),
    r"new year'?s?( day)?": ("New Year's Day", _fixed(1, 1)),
    r"martin luther king|mlk": ("Martin Luther King Day", _nth(1, MONDAY, 3)),
    r"presidents'?s?'? day": ("Presidents' Day", _nth(2, MONDAY, 3)),
    r"good friday": ("Good Friday", lambda year: easter(year) - timedelta(days=2)),
    r"easter monday": ("Easter Monday", lambda year: easter(year) + timedelta(days=1)),
    r"easter": ("Easter Sunday", easter),
    r"memorial day": ("Memorial Day", _nth(5, MONDAY, -1)),
    r"juneteenth": ("Juneteenth", _fixed(6, 19)),
    r"independence day|(4th|fourth) of july|july (4th|fourth|four)": ("Independence Day", _fixed(7, 4)),
    r"labou?r day": ("Labor Day", _nth(9, MONDAY, 1)),
    r"columbus day|indigenous peoples'? day": ("Columbus Day", _nth(10, MONDAY, 2)),
    r"halloween": ("Halloween", _fixed(10, 31)),
    r"veterans'? day": ("Veterans Day", _fixed(11, 11)),
    r"black friday|day after thanksgiving": (
        "the day after Thanksgiving",
        lambda year: _nth(11, THURSDAY, 4)(year) + timedelta(days=1),
    ),
    r"thanksgiving": ("Thanksgiving", _nth(11, THURSDAY, 4)),
    r"christmas eve": ("Christmas Eve", _fixed(12, 24)),
    r"christmas|xmas": ("Christmas Day", _fixed(12, 25)),
}


def named(asked: str, today: date) -> tuple[str, date] | None:
    """The holiday that a question in small letters names, and the next day it falls on, today included."""
    said = asked.replace("’", "'")
    for pattern, (name, of) in _DAYS.items():
        if re.search(rf"\b({pattern})(?!\w)", said):
            this = of(today.year)
            return name, this if this >= today else of(today.year + 1)
    return None
