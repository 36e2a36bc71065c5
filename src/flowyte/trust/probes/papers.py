"""The list of sub-processors against the settings that this process runs with."""

from collections.abc import Mapping

from flowyte.trust.board import Probe
from flowyte.trust.house import House
from flowyte.trust.model import Seen, bad, good


async def every_party_is_declared(house: House) -> Seen:
    """Each setting that is switched on stands in the registry that the public list is made from."""
    if names := house.undeclared():
        return bad(f"The setting {names[0]} is switched on, and nobody is declared to receive data by it.")
    on = house.parties()
    if not on:
        return good("By its settings this installation sends data of organizations nowhere.")
    return good(f"Declared and switched on: {', '.join(party.category.lower() for party in on)}.")


PROBES: Mapping[str, Probe] = {"every_party_is_declared": every_party_is_declared}
