"""Opening hours as they are asked and computed: day, now, the week, holidays, the business's own clock."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.minds.demo import load_clinic
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
