"""Whether a business is open: by its own wall clock, on every day of the year, also when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.agents.hours import DAYS, closed, open_now

ZONES = ("America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu", "UTC")
TIMES = st.builds(lambda minute: f"{minute // 60:02}:{minute % 60:02}", st.integers(0, 1439))
RANGES = st.lists(st.tuples(TIMES, TIMES).filter(lambda span: span[0] < span[1]), max_size=3).map(
    lambda spans: [{"start": start, "end": end} for start, end in spans]
)
WEEKS = st.dictionaries(st.sampled_from(DAYS), RANGES, min_size=1)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(WEEKS, st.sampled_from(ZONES), MOMENTS)
def test_open_is_what_the_wall_clock_of_the_business_says(week: dict[str, Any], zone: str, moment: datetime) -> None:
    """Whatever zone the question is asked in, and on days of 23 and 25 hours."""
    hours = {"timezone": zone, "weekly": week}
    here = moment.astimezone(ZoneInfo(zone))
    minute, shown = here.strftime("%H:%M"), week.get(here.strftime("%a").lower(), [])
    expected = any(s["start"] <= minute and (minute < s["end"] or s["end"] == "23:59") for s in shown)
    assert open_now(hours, moment) is expected
    assert open_now(hours, moment.astimezone(ZoneInfo("Asia/Tokyo"))) is expected


@given(st.sampled_from(ZONES), st.integers(0, 729))
def test_a_day_is_open_for_as_long_as_its_clock_shows(zone: str, number: int) -> None:
    """From nine to five is eight hours on every day: the clocks change at night, and also where they change at
    midnight no minute of the schedule is lost or counted twice."""
    day = date(2026, 1, 1) + timedelta(days=number)
    week = {name: [{"start": "09:00", "end": "17:00"}] for name in DAYS}
    begin = datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC) - timedelta(hours=2)
    minutes = (begin + timedelta(minutes=15 * step) for step in range(4 * 28))
    found = [m for m in minutes if m.astimezone(ZoneInfo(zone)).date() == day]
    assert sum(bool(open_now({"timezone": zone, "weekly": week}, moment)) for moment in found) == 4 * 8


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-08T06:59:00+00:00", True),  # 01:59 in New York, a minute before the clock jumps to three
        ("2026-03-08T07:00:00+00:00", True),  # 03:00
        ("2026-11-01T05:30:00+00:00", True),  # 01:30, for the first time
        ("2026-11-01T06:30:00+00:00", True),  # 01:30, for the second time
        ("2026-11-01T08:30:00+00:00", True),  # 03:30
        ("2026-11-01T09:00:00+00:00", False),  # 04:00
    ],
)
def test_hours_over_the_night_of_the_change(moment: str, expected: bool) -> None:
    """A night bar that is open from one to four is open when its clock shows that, both times."""
    week = {"sun": [{"start": "01:00", "end": "04:00"}]}
    assert open_now({"timezone": "America/New_York", "weekly": week}, datetime.fromisoformat(moment)) is expected


def test_a_holiday_stands_above_the_week() -> None:
    """Closed, or with hours of its own; over several days; and without a week it is all that is known."""
    hours: dict[str, Any] = {
        "timezone": "Europe/London",
        "weekly": {day: [{"start": "00:00", "end": "23:59"}] for day in DAYS},
        "holidays": [
            {"date": "2026-12-24", "name": "Eve", "closed": False, "ranges": [{"start": "09:00", "end": "12:00"}]},
            {"date": "2026-12-25", "endDate": "2026-12-26", "name": "Christmas"},
        ],
    }
    at = lambda text: datetime.fromisoformat(f"2026-12-{text}+00:00")  # noqa: E731
    assert [open_now(hours, at(each)) for each in ("24T11:59", "24T12:00", "26T10:00", "27T23:59")] == [
        True, False, False, True,
    ]  # fmt: skip
    assert open_now({**hours, "weekly": {}}, at("25T10:00")) is False
    assert open_now({**hours, "weekly": {}}, at("28T10:00")) is None


def test_what_holds_while_closed() -> None:
    """Only while it is closed, and what nobody said is as usual: the agent answers, and transfers nobody."""
    monday = datetime(2026, 6, 1, 12, tzinfo=UTC)
    agent = {"businessHours": {"timezone": "UTC", "weekly": {"mon": [{"start": "09:00", "end": "17:00"}]}}}
    assert closed(agent, monday) is None
    found = closed(agent, monday + timedelta(hours=6))
    assert found is not None
    assert (found.mode, found.transfers, found.message) == ("answer", False, "")
    assert closed({"businessHours": {}}, monday) is None
    assert closed({}, monday) is None
