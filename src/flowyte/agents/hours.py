"""Whether a business is open at a moment, by its own schedule in its own zone. Pure; the time is an argument.

A schedule is in local time and so is every comparison: a day on which the clocks change has the hours that its wall
clock shows, once, even where the day has 23 or 25 of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST_MINUTE = time(23, 59)  # the latest that a schedule can say; it means to the end of the day
Mode = Literal["answer", "message", "transfer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What an agent does while its business is closed."""

    mode: Mode = "answer"
    message: str = ""
    transfers: bool = False
    number: str = ""
    emergency_number: str = ""


def open_now(hours: Mapping[str, Any], now: datetime) -> bool | None:
    """By the schedule and its holidays; None for a business that says nothing about this day."""
    if not hours.get("timezone"):
        return None
    here = now.astimezone(ZoneInfo(str(hours["timezone"])))
    holiday = holiday_of(hours, here.date())
    if holiday is not None:
        ranges = [] if holiday.get("closed", True) else holiday.get("ranges") or []
    elif not hours.get("weekly"):
        return None
    else:
        ranges = hours["weekly"].get(DAYS[here.weekday()]) or []
    return any(_within(here.time(), span) for span in ranges)


def holiday_of(hours: Mapping[str, Any], day: date) -> Mapping[str, Any] | None:
    for holiday in hours.get("holidays") or ():
        first = date.fromisoformat(str(holiday["date"]))
        last = date.fromisoformat(str(holiday.get("endDate") or holiday["date"]))
        if first <= day <= last:
            found: Mapping[str, Any] = holiday
            return found
    return None


def closed(agent: Mapping[str, Any], now: datetime) -> Closed | None:
    """What holds now, or None while the business is open or has no schedule."""
    hours = agent.get("businessHours")
    if not isinstance(hours, Mapping) or open_now(hours, now) is not False:
        return None
    after = hours.get("afterHours") or {}
    return Closed(
        mode=cast(Mode, after.get("mode") or "answer"),
        message=str(after.get("message") or "").strip(),
        transfers=bool(after.get("allowHumanTransfer")),
        number=str(after.get("number") or ""),
        emergency_number=str(after.get("emergencyNumber") or "").strip(),
    )


def _within(moment: time, span: Mapping[str, Any]) -> bool:
    start, end = time.fromisoformat(str(span["start"])), time.fromisoformat(str(span["end"]))
    return start <= moment and (moment < end or end == LAST_MINUTE)
