"""Opening hours from the agent's own schedule, computed and said, never recalled. Pure; the time is an argument."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flowyte.agents.hours import DAYS, holiday_of, open_now

HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# "Are you open" and its like; "open" alone also opens mouths and wounds.
_ASKS = re.compile(
    r"\b(opening (hours?|times?)|business hours|office hours|your hours|what hours|"
    r"(when|what time|how late|until when|till when|how long|which days?|"
    r"(are|will|do|is) (you|it|they|the|your))"
    r"\b.*\b(open|close|closed|closing|opening))\b"
)
_SOON = re.compile(r"\b(now|right now|at the moment|currently|still)\b")


def answer(hours: Mapping[str, Any], question: str, now: datetime) -> str | None:
    """A sentence for a question about opening hours; None when it is none, or there is no schedule."""
    asked = question.lower()
    weekly = hours.get("weekly") or {}
    if not weekly or not hours.get("timezone") or not _ASKS.search(asked):
        return None
    here = now.astimezone(ZoneInfo(str(hours["timezone"])))
    named = [holiday for holiday in hours.get("holidays") or () if str(holiday["name"]).lower() in asked]
    if named:  # the longest name: "Christmas Eve" has "Christmas" in it
        return on_holiday(max(named, key=lambda holiday: len(str(holiday["name"]))))
    day = _day(asked, here.date())
    if day is not None:
        return on_day(hours, day, here.date())
    if _SOON.search(asked):
        return _now(hours, here)
    return "Our opening hours are: " + "; ".join(_week(weekly)) + "."


def on_day(hours: Mapping[str, Any], day: date, today: date) -> str:
    name = "Today" if day == today else "Tomorrow" if day == today + timedelta(days=1) else f"On {NAMES[day.weekday()]}"
    holiday = holiday_of(hours, day)
    if holiday is not None:
        return on_holiday(holiday)
    ranges = (hours.get("weekly") or {}).get(DAYS[day.weekday()]) or []
    return f"{name} we are open from {said(ranges)}." if ranges else f"{name} we are closed."


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
    if holiday.get("closed", True) or not holiday.get("ranges"):
        return f"On {holiday['name']} we are closed."
    return f"On {holiday['name']} we are open from {said(holiday['ranges'])}."
