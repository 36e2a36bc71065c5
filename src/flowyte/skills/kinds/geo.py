"""geo: whether a caller's place is in the service area, and which location is nearest. Offline, by US ZIP code."""

import asyncio
from collections.abc import Mapping
from typing import Any

from flowyte.skills.geography import Spot, miles, place_of
from flowyte.skills.runner import Order, SkillFailed

# Where a caller's place is looked for, in this order, before any other text that the skill was given.
USUAL = ("postcode", "zip", "zip_code", "postal_code", "address", "service_address")


async def geo(order: Order, run_id: str) -> Mapping[str, Any]:
    """In a thread: the first look into the table of places takes a quarter of a second."""
    return await asyncio.to_thread(found, order.skill.execution_config, order.arguments)


def found(config: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """SkillFailed, kind unknown_place, for a ZIP code that is not there or not known."""
    here = _spot(_said(arguments))
    if config["action"] == "check_service_area":
        away = miles(here, _spot(str(config.get("origin_address") or "")))
        radius = float(config.get("radius_miles", 25))
        return {"served": away <= radius, "miles": round(away, 1), "radiusMiles": radius, "place": here.name}
    away, place = min(((miles(here, _at(place)), place) for place in config["locations"]), key=lambda pair: pair[0])
    known = {name: place[name] for name in ("name", "phone", "postcode") if place.get(name)}
    return {**known, "miles": round(away, 1), "place": here.name}


def _said(arguments: Mapping[str, Any]) -> str:
    texts = [str(arguments[name]) for name in (*USUAL, *arguments) if arguments.get(name) not in (None, "")]
    return next((text for text in texts if place_of(text)), texts[0] if texts else "")


def _at(place: Mapping[str, Any]) -> Spot:
    if place.get("lat") is not None:
        return Spot(lat=float(place["lat"]), lng=float(place["lng"]))
    return _spot(str(place.get("postcode") or ""))


def _spot(text: str) -> Spot:
    spot = place_of(text)
    if spot is None:
        raise SkillFailed("No US ZIP code that is known was given.", kind="unknown_place", happened="no")
    return spot
