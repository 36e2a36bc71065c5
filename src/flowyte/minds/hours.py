"""Opening hours from the agent's own schedule, computed and said, never recalled. Pure; the time is an argument."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flowyte.agents.hours import DAYS, holiday_of, open_now
from flowyte.minds.holidays import named as public_holiday
from flowyte.slots.days import MONTHS, read_date

HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# "Are you open" and its like; "open" alone also opens mouths and wounds.
_ASKS = re.compile(
    r"\b(opening (hours?|times?)|business hours|office hours|holiday hours|your hours|what hours|"
    r"(when|what time|how late|until when|till when|how long|which days?|"
    r"(are|will|do|is) (you|it|they|the|your))"
    r"\b.*\b(open|close|closed|closing|opening))\b"
)
_DATED = re.compile(rf"\b({'|'.join(MONTHS)}|{'|'.join(name[:3] for name in MONTHS)})\b|\d{{1,2}}/\d{{1,2}}|\d-\d")
SOON_DAYS = 14  # a closure within two weeks belongs to every answer about the week
MOST_LISTED = 5  # holidays in one answer: more than that nobody keeps in mind
_SOON = re.compile(r"\b(now|right now|at the moment|currently|still)\b")


def answer(hours: Mapping[str, Any], question: str, now: datetime) -> str | None:
    """A sentence for a question about opening hours; None when it is none, or there is no schedule."""
    asked = question.lower()
    weekly = hours.get("weekly") or {}
    if not (weekly or hours.get("holidays")) or not hours.get("timezone") or not _ASKS.search(asked):
        return None
    here = now.astimezone(ZoneInfo(str(hours["timezone"])))
    today = here.date()
    if (about := _holidays_asked(hours, asked, today)) or not weekly:
        return about
    if (dated := _dated(asked, today)) is not None:
        return on_day(hours, dated, today, dated=True)
    day = _day(asked, today)
    if day is not None:
        return on_day(hours, day, today)
    if _SOON.search(asked):
        return _now(hours, here)
    soon = [h for h in coming(hours, today) if date.fromisoformat(str(h["date"])) <= today + timedelta(days=SOON_DAYS)]
    return " ".join(["Our opening hours are: " + "; ".join(_week(weekly)) + ".", *map(_listed, soon[:MOST_LISTED])])


def _holidays_asked(hours: Mapping[str, Any], asked: str, today: date) -> str | None:
    """What holds on a holiday that is named, by the business's own name for it or by everybody's."""
    ahead = coming(hours, today)
    own = [holiday for holiday in ahead if str(holiday["name"]).lower() in asked]
    if own:  # the longest name, "Christmas Eve" has "Christmas" in it; of a yearly one the next
        return on_holiday(max(own, key=lambda holiday: len(str(holiday["name"]))))
    known = public_holiday(asked, today)
    if known is not None:
        name, day = known
        if holiday_of(hours, day) is not None:
            return on_day(hours, day, today, dated=True)
        usual = on_day(hours, day, today, dated=True) if hours.get("weekly") else ""
        return f"No special hours are set for {name}. {usual}".strip()
    if re.search(r"\bholidays?\b", asked):
        return " ".join(map(_listed, ahead[:MOST_LISTED])) or "No special hours are set for holidays."
    dated = _dated(asked, today)
    return on_day(hours, dated, today, dated=True) if dated is not None and holiday_of(hours, dated) else None


def _dated(asked: str, today: date) -> date | None:
    """A day that is named by its date."""
    found = read_date(asked, today) if _DATED.search(asked) else None
    return found[0] if found else None


def on_day(hours: Mapping[str, Any], day: date, today: date, *, dated: bool = False) -> str:
    """`dated`: the caller gave the date, so it is said back."""
    name = f"On {_date(day)}" if dated else f"On {NAMES[day.weekday()]}"
    name = "Today" if day == today else "Tomorrow" if day == today + timedelta(days=1) else name
    holiday = holiday_of(hours, day)
    if holiday is not None:
        return on_holiday(holiday)
    ranges = (hours.get("weekly") or {}).get(DAYS[day.weekday()]) or []
    return f"{name} we are open from {said(ranges)}." if ranges else f"{name} we are closed."


def coming(hours: Mapping[str, Any], today: date) -> list[Mapping[str, Any]]:
    """Holidays that are not over, the next first."""
    ahead = [h for h in hours.get("holidays") or () if date.fromisoformat(str(h.get("endDate") or h["date"])) >= today]
    return sorted(ahead, key=lambda holiday: str(holiday["date"]))


def _listed(holiday: Mapping[str, Any]) -> str:
    """Among others, where nobody has asked for its day."""
    if str(holiday.get("endDate") or holiday["date"]) != str(holiday["date"]):
        return on_holiday(holiday)
    return on_holiday({**holiday, "name": f"{_date(date.fromisoformat(str(holiday['date'])))}, {holiday['name']},"})


def _date(day: date) -> str:
    return f"{NAMES[day.weekday()]}, {MONTHS[day.month - 1].capitalize()} {day.day}"


def said(ranges: list[Mapping[str, str]]) -> str:
    """ "nine in the morning to one in the afternoon"."""
    return " and from ".join(f"{_clock(span['start'])} to {_clock(span['end'])}" for span in ranges)


def _clock(text: str) -> str:
    """ "nine in the morning": by telephone "9 AM" is easily misheard."""
    hour, minute = (int(part) for part in text.split(":"))
    if (hour, minute) == (12, 0):
        return "noon"
    part = "in the morning" if hour < 12 else "in the afternoon" if hour < 18 else "in the evening"
    return f"{HOURS[(hour - 1) % 12]}{f' {minute:02}' if minute else ''} {part}"


def _week(weekly: Mapping[str, Any]) -> list[str]:
    """Days in a row with the same hours are said together."""
    groups: list[tuple[int, int, str]] = []
    for number, day in enumerate(DAYS):
        ranges = weekly.get(day) or []
        text = said(ranges) if ranges else "closed"
        if groups and groups[-1][2] == text:
            groups[-1] = (groups[-1][0], number, text)
        else:
            groups.append((number, number, text))
    return [
        f"{NAMES[a] if a == b else f'{NAMES[a]} to {NAMES[b]}'} {text if text == 'closed' else 'from ' + text}"
        for a, b, text in groups
    ]


def _day(asked: str, today: date) -> date | None:
    """The next day that is meant, today included."""
    if "tomorrow" in asked:
        return today + timedelta(days=1)
    if re.search(r"\b(today|tonight|this (morning|afternoon|evening))\b", asked):
        return today
    for number, name in enumerate(NAMES):
        if re.search(rf"\b{name.lower()}s?\b", asked):
            return today + timedelta(days=(number - today.weekday()) % 7)
    return None


def _now(hours: Mapping[str, Any], here: datetime) -> str:
    today = on_day(hours, here.date(), here.date())
    return f"{'Yes, we are open now.' if open_now(hours, here) else 'We are closed at the moment.'} {today}"


def on_holiday(holiday: Mapping[str, Any]) -> str:
    """One of several days is said with the first and the last of them."""
    first, last = str(holiday["date"]), str(holiday.get("endDate") or holiday["date"])
    name = f"On {holiday['name']}"
    if last != first:
        name = f"For {holiday['name']}, from {_date(date.fromisoformat(first))} to {_date(date.fromisoformat(last))},"
    if holiday.get("closed", True) or not holiday.get("ranges"):
        return f"{name} we are closed."
    return f"{name} we are open from {said(holiday['ranges'])}."
