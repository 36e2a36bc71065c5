"""Opening hours as they are asked and computed: day, now, the week, holidays, the business's own clock."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.minds.demo import load_clinic
from flowyte.minds.holidays import named
from flowyte.minds.hours import answer

HOURS: dict[str, Any] = load_clinic().agent["businessHours"]
TUESDAY_NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # noon in New York
SATURDAY = "from nine in the morning to one in the afternoon."


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What time do you open on Saturday?", f"On Saturday we are open {SATURDAY}"),
        ("are you open sundays", "On Sunday we are closed."),
        ("Are you open today?", "Today we are open from eight in the morning to six in the evening."),
        ("when do you close tomorrow", "Tomorrow we are open from eight in the morning to six in the evening."),
        ("Are you open at Christmas?", "On Christmas we are closed."),
        ("are you open on Christmas Eve", "On Christmas Eve we are open from eight in the morning to noon."),
    ],
)
def test_a_day_is_answered_from_the_schedule(question: str, said: str) -> None:
    """As a sentence that is easily heard."""
    assert answer(HOURS, question, TUESDAY_NOON) == said


def test_now_is_the_businesss_now() -> None:
    """At one in the night of Wednesday in London it is eight in the evening of Tuesday in New York."""
    assert (answer(HOURS, "are you open now", TUESDAY_NOON) or "").startswith("Yes, we are open now.")
    night = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    assert (answer(HOURS, "are you open now", night) or "").startswith("We are closed at the moment. Today we are open")


def test_the_week_is_said_with_equal_days_together() -> None:
    """Every day is in it."""
    found = answer(HOURS, "What are your opening hours?", TUESDAY_NOON) or ""
    assert "Monday to Wednesday from eight in the morning to six in the evening" in found
    assert found.endswith("Sunday closed.")


@pytest.mark.parametrize("question", ["How much is a cleaning?", "I cannot open my mouth", "is my wound open", ""])
def test_what_does_not_ask_for_hours_is_left_to_others(question: str) -> None:
    """Also when the word is in it."""
    assert answer(HOURS, question, TUESDAY_NOON) is None


@given(st.text(max_size=100))
def test_without_a_schedule_nothing_is_said_of_hours(question: str) -> None:
    """Whatever is asked."""
    assert answer({}, question, TUESDAY_NOON) is None


YEAR: dict[str, Any] = {
    **HOURS,
    "holidays": [
        {"date": "2025-12-25", "name": "Christmas", "closed": True},
        {"date": "2026-11-27", "name": "Stocktaking", "closed": False, "ranges": [{"start": "09:00", "end": "11:00"}]},
        {"date": "2026-12-24", "endDate": "2027-01-02", "name": "the winter break", "closed": True},
    ],
}
BREAK = "For the winter break, from Thursday, December 24 to Saturday, January 2, we are closed."


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Are you open over the winter break?", BREAK),
        ("Are you open on Christmas?", BREAK),
        ("are you open on New Year's Day", BREAK),
        ("Are you open on December 28th?", BREAK),
        ("are you closed on the twenty fourth of December", BREAK),
        ("are you open on Friday", "On Stocktaking we are open from nine in the morning to eleven in the morning."),
        (
            "Are you open on December 7?",
            "On Monday, December 7 we are open from eight in the morning to six in the evening.",
        ),
        (
            "are you open on the 4th of July",
            "No special hours are set for Independence Day. On Sunday, July 4 we are closed.",
        ),
        (
            "What are your holiday hours?",
            "On Friday, November 27, Stocktaking, we are open from nine in the morning to eleven in the morning. "
            + BREAK,
        ),
    ],
)
def test_holidays_are_answered_by_name_and_by_date(question: str, said: str) -> None:
    """By the business's own name, by everybody's, and on every day of several; one that is over is not meant."""
    assert answer(YEAR, question, TUESDAY_NOON) == said


def test_the_week_says_what_is_closed_soon() -> None:
    """A closure in the next fourteen days belongs to it, one in a month does not."""
    found = answer(YEAR, "What are your opening hours?", TUESDAY_NOON) or ""
    assert "Stocktaking" in found
    assert "winter" not in found


def test_a_schedule_of_holidays_alone_answers_for_holidays_alone() -> None:
    """Nothing is known about the other days, so nothing is said of them."""
    alone = {"timezone": "America/New_York", "holidays": YEAR["holidays"]}
    assert answer(alone, "Are you open on Christmas?", TUESDAY_NOON) == BREAK
    assert answer(alone, "Are you open today?", TUESDAY_NOON) is None


@pytest.mark.parametrize(
    ("asked", "day"),
    [
        ("thanksgiving", date(2026, 11, 26)),
        ("the day after thanksgiving", date(2026, 11, 27)),
        ("memorial day", date(2027, 5, 31)),
        ("easter", date(2027, 3, 28)),
        ("labor day", date(2027, 9, 6)),
        ("martin luther king day", date(2027, 1, 18)),
        ("new year’s eve", date(2026, 12, 31)),
    ],
)
def test_public_holidays_are_where_the_calendar_has_them(asked: str, day: date) -> None:
    """The next one, by the published dates of 2026 and 2027."""
    found = named(asked, TUESDAY_NOON.date())
    assert found is not None
    assert found[1] == day
