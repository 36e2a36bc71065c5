"""Where a US ZIP code is, offline, and how far two places are apart. Pure.

The places are the centres of ZIP codes, out of the `zipcodes` package: good for "do you come here?" and for the nearest
branch, a few miles off in a wide rural code.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

import zipcodes

EARTH_MILES = 3_958.8  # mean radius, IUGG
_ZIP = re.compile(r"(?<!\d)(\d{5})(?:-\d{4})?(?!\d)", re.ASCII)
_POINT = re.compile(r"\s*(-?\d{1,2}(?:\.\d{1,8})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,8})?)\s*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    lat: float
    lng: float
    name: str = ""
    """Such as Cambridge, MA; empty for a bare point."""


def zip_of(text: str) -> str | None:
    """The last ZIP code in an address: a house number of five digits stands before it."""
    found = _ZIP.findall(text)
    return found[-1] if found else None


def place_of(text: str) -> Spot | None:
    """Of "lat, lng" or of the ZIP code in an address; None where there is none, or none that is known."""
    point = _POINT.fullmatch(text)
    if point and abs(float(point[1])) <= 90 and abs(float(point[2])) <= 180:
        return Spot(lat=float(point[1]), lng=float(point[2]))
    code = zip_of(text)
    return None if code is None else _centre(code)


@lru_cache(maxsize=4_096)
def _centre(code: str) -> Spot | None:
    found = next(iter(zipcodes.matching(code)), None)  # type: ignore[no-untyped-call]
    if found is None or not found["lat"] or not found["long"]:
        return None
    return Spot(lat=float(found["lat"]), lng=float(found["long"]), name=f"{found['city']}, {found['state']}")


def miles(a: Spot, b: Spot) -> float:
    """Along the surface of a sphere, by the haversine: within half a percent of the true figure."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(b.lng - a.lng) / 2) ** 2
    )
    return 2 * EARTH_MILES * math.asin(math.sqrt(min(1.0, half)))
