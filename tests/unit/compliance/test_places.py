"""Places: as far as numbers tell, and never to the caller's disadvantage."""

import phonenumbers
import pytest
from phonenumbers import geocoder

from flowyte.compliance.consent import QUESTION, disclosure, ruling_for
from flowyte.compliance.places import ALL_PARTY, AREA_CODES, place_of, wants_all_parties

BY_PLACE = {"recording": {"consentMode": "by_place"}}
NEW_YORK, GEORGIA, CALIFORNIA = "+12125550142", "+14045550142", "+14155550142"
STATES = {
    "CA": "California", "NY": "New York", "WA": "Washington State", "DC": "Washington D.C.", "TX": "Texas",
    "FL": "Florida", "PA": "Pennsylvania", "OR": "Oregon", "IL": "Illinois", "MD": "Maryland",
}  # fmt: skip


@pytest.mark.parametrize(
    ("number", "place"),
    [
        (CALIFORNIA, "US-CA"), (NEW_YORK, "US-NY"), ("+18005550142", "US"), ("+442079460123", "GB"),
        ("+14165550142", "CA"), ("anonymous", ""), ("", ""), ("+1", ""),
    ],
)  # fmt: skip
def test_a_number_tells_a_place_or_nothing(number: str, place: str) -> None:
    """A state, a country, or neither."""
    assert place_of(number) == place


def test_area_codes_are_those_of_the_numbering_plan() -> None:
    """Against a body of data that is too large to have at hand in a call."""
    for state, name in STATES.items():
        for code in AREA_CODES[state].split():
            told = geocoder.description_for_number(phonenumbers.parse(f"+1{code}5550123"), "en")
            assert told.split(", ")[-1] in (name, state)
    every = [code for codes in AREA_CODES.values() for code in codes.split()]
    assert len(every) == len(set(every)) > 300


@pytest.mark.parametrize(
    ("caller", "called", "mode"),
    [
        (NEW_YORK, GEORGIA, "notice"),
        (NEW_YORK, CALIFORNIA, "ask"),
        (CALIFORNIA, NEW_YORK, "ask"),
        ("anonymous", NEW_YORK, "ask"),
        (NEW_YORK, "", "ask"),
        ("+442079460123", NEW_YORK, "ask"),
        ("+18005550142", NEW_YORK, "ask"),
    ],
)
def test_the_stricter_of_both_places_decides(caller: str, called: str, mode: str) -> None:
    """And a place that is not known is a strict one."""
    ruling = ruling_for(BY_PLACE, {"from": caller, "to": called})
    assert ruling.mode == mode
    assert (QUESTION in disclosure(BY_PLACE, ruling.mode)) == (mode == "ask")
    assert ruling.facts()["source"]


def test_a_browser_has_no_place() -> None:
    """So it is asked."""
    assert ruling_for(BY_PLACE).mode == "ask"


def test_every_listed_law_is_a_state_with_area_codes() -> None:
    """A name that is misspelt would relax the rule there."""
    assert {place.removeprefix("US-") for place in ALL_PARTY} <= set(AREA_CODES)
    assert all(map(wants_all_parties, ALL_PARTY))
    assert not wants_all_parties("US-NY")
