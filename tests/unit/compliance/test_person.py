"""Whether a text speaks of a person; and by when they must have an answer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.compliance.deadlines import answer_by, confirm_by
from flowyte.compliance.person import Person, read_person, speaks_of
from flowyte.kit.errors import Invalid

PERSON = read_person("(202) 555-0142", "Jane.Doe@example.com")
FOUND = (
    "+12025550142", "call me at 202-555-0142", "two oh two, triple five, oh one four two", "It is 202 555 01 42.",
    "jane.doe@example.com", "write to Jane dot Doe at example dot com please",
    {"arguments": {"contact": ["x", {"phone": "202.555.0142"}]}}, {"number": 2025550142},
)  # fmt: skip
OTHERS = (
    "+12025550143", "two oh two, triple five, oh one four three", "jane.doe@example.org", "doe at example dot com",
    "At 2 we open, 0 to 5.", "", {"id": "cnv_1"}, {"n": 42}, None, True,
)  # fmt: skip


@pytest.mark.parametrize("data", FOUND, ids=str)
def test_a_number_or_an_address_is_found_however_it_was_said(data: object) -> None:
    """Written, in groups, spoken, deep in what a skill was given."""
    assert speaks_of(PERSON, data)


@pytest.mark.parametrize("data", OTHERS, ids=str)
def test_a_near_neighbour_is_somebody_else(data: object) -> None:
    """One digit or one domain away."""
    assert not speaks_of(PERSON, data)


@pytest.mark.parametrize("given", [
    ("", ""), ("*", ""), ("%", "%"), ("5", ""), ("", "*@example.com"), ("", "%"), ("", "@example.com"), ("", "jane@"),
    ("2025550142 or 2025550143", ""), ("", "a@example.com, b@example.com"), ("+1202555", ""),
])  # fmt: skip
def test_nobody_and_everybody_are_refused(given: tuple[str, str]) -> None:
    """A request is about one person; a pattern would be about all of them."""
    with pytest.raises(Invalid):
        read_person(*given)


def test_the_same_person_is_read_the_same_however_written() -> None:
    """So that a second request is found to be one."""
    assert read_person("202 555 0142", " JANE.DOE@EXAMPLE.COM ") == PERSON
    assert read_person("+1 (202) 555-0142", "") == Person(phone="+12025550142")


@pytest.mark.parametrize(("received", "due"), [
    ("2026-01-31", "2026-02-28"), ("2028-01-31", "2028-02-29"), ("2026-12-15", "2027-01-15"),
])  # fmt: skip
def test_a_month_ends_on_its_own_last_day(received: str, due: str) -> None:
    """GDPR Art. 12(3) counts months."""
    begun = datetime.fromisoformat(received).replace(tzinfo=UTC)
    assert answer_by("gdpr", begun).date().isoformat() == due
    assert confirm_by("gdpr", begun) is None


@given(st.integers(0, 5_000).map(lambda days: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days)))
def test_ten_business_days_are_never_on_a_weekend(received: datetime) -> None:
    """Between 12 and 16 calendar days later; the answer is due 45 days after receipt."""
    confirmed = confirm_by("ccpa", received)
    assert confirmed is not None
    assert confirmed.weekday() < 5
    assert timedelta(days=12) <= confirmed - received <= timedelta(days=16)
    assert answer_by("ccpa", received) - received == timedelta(days=45)
