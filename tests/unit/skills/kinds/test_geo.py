"""Is it in our area, and which of us is nearest: by ZIP codes, without asking anybody."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.skills.geography import EARTH_MILES, Spot, miles, place_of, zip_of
from flowyte.skills.kinds.geo import found
from flowyte.skills.runner import SkillFailed

AREA = {"action": "check_service_area", "origin_address": "1 Main St, Cambridge, MA 02139", "radius_miles": 10}
NEAREST: dict[str, Any] = {
    "action": "find_nearest_location",
    "locations": [
        {"name": "Boston", "postcode": "02108", "phone": "+12025550142"},
        {"name": "New York", "lat": 40.7128, "lng": -74.006},
        {"name": "Chicago", "postcode": "60601"},
    ],
}


@pytest.mark.parametrize(
    ("said", "served"),
    [("02108", True), ("I am at 44 Elm Street, 02108", True), ("02108-1234", True), ("10001", False)],
)
def test_an_area_is_a_circle_about_a_place(said: str, served: bool) -> None:
    answer = found(AREA, {"postcode": said})
    assert answer["served"] is served
    assert answer["radiusMiles"] == 10
    assert answer["place"] in ("Boston, MA", "New York, NY")
    assert found({**AREA, "radius_miles": answer["miles"] + 0.1}, {"postcode": said})["served"]


@pytest.mark.parametrize(
    ("said", "name"), [("02139", "Boston"), ("10001", "New York"), ("53202", "Chicago"), ("42.3, -71.0", "Boston")]
)
def test_the_nearest_of_us_is_named(said: str, name: str) -> None:
    answer = found(NEAREST, {"service_address": said})
    assert answer["name"] == name
    assert ("phone" in answer) == (name == "Boston")


@pytest.mark.parametrize("said", ["00000", "Main Street", "", "SW1A 1AA", "1234", "123456"])
def test_a_place_that_is_not_known_is_a_failure_and_not_a_no(said: str) -> None:
    for config in (AREA, NEAREST):
        with pytest.raises(SkillFailed) as refused:
            found(config, {"postcode": said})
        assert (refused.value.kind, refused.value.happened) == ("unknown_place", "no")


def test_the_zip_code_is_the_last_in_an_address() -> None:
    """A house number may have five digits too."""
    assert zip_of("10000 Sunset Blvd, Los Angeles, CA 90077-1234") == "90077"
    assert found(AREA, {"note": "soon", "zip": "02139"})["miles"] == 0


def test_known_distances() -> None:
    """Boston to New York and to Los Angeles, as great circles."""
    boston, york = Spot(lat=42.3601, lng=-71.0589), Spot(lat=40.7128, lng=-74.006)
    angeles = Spot(lat=34.0522, lng=-118.2437)
    assert miles(boston, york) == pytest.approx(190, abs=1)
    assert miles(boston, angeles) == pytest.approx(2_591, abs=10)


spots = st.builds(Spot, lat=st.floats(-90, 90), lng=st.floats(-180, 180))


@given(a=spots, b=spots, c=spots)
def test_distances_are_distances(a: Spot, b: Spot, c: Spot) -> None:
    """Nothing to itself, the same both ways, never more than half round the earth, and no way round is shorter."""
    assert miles(a, a) == 0
    assert miles(a, b) == pytest.approx(miles(b, a))
    assert 0 <= miles(a, b) <= math.pi * EARTH_MILES + 1e-6
    assert miles(a, c) <= miles(a, b) + miles(b, c) + 1e-3


@given(text=st.text())
def test_whatever_is_said_is_a_place_or_none(text: str) -> None:
    spot = place_of(text)
    assert spot is None or (abs(spot.lat) <= 90 and abs(spot.lng) <= 180)
