"""The papers against this installation: its settings, what was accepted and told, and what is served."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta

from flowyte.kit.errors import NotFound
from flowyte.tenancy.organizations import only_organization, system_principal
from flowyte.trust import store
from flowyte.trust.board import Probe
from flowyte.trust.house import House
from flowyte.trust.model import Seen, bad, good, nothing
from flowyte.trust.papers import changes
from flowyte.trust.papers.controls import CONTROLS
from flowyte.trust.papers.dpa import not_written
from flowyte.trust.papers.soc2 import Overclaims, only_in_progress

TOLD_WITHIN = timedelta(hours=2)  # the worker looks when it starts and every hour


async def every_party_is_declared(house: House) -> Seen:
    """Each setting that is switched on stands in the registry that the public list is made from."""
    if names := house.undeclared():
        return bad(f"The setting {names[0]} is switched on, and nobody is declared to receive data by it.")
    on = house.parties()
    if not on:
        return good("By its settings this installation sends data of organizations nowhere.")
    return good(f"Declared and switched on: {', '.join(party.category.lower() for party in on)}.")


async def acceptances_have_their_text(house: House) -> Seen:
    """Every text that somebody accepted is kept, and is the one whose digest stands with the acceptance."""
    try:
        owner = system_principal(await only_organization(house.database))
    except NotFound:
        return nothing("There is no organization yet.")
    async with house.database.tenant(owner) as tx:
        accepted, texts = await store.accepted_texts(tx)
    wrong = [digest for digest, text in texts if hashlib.sha256(text.encode()).hexdigest() != digest]
    if wrong:
        return bad("A text that was accepted is not the one that is kept.")
    if not accepted:
        return nothing("Nobody has accepted the agreement behind the list by name yet.")
    return good(f"{accepted} acceptances stand, each with its text.")


async def changes_are_told(house: House) -> Seen:
    """The list that organizations were last told of is the one in force, and no letter about it is late."""
    try:
        owner = system_principal(await only_organization(house.database))
    except NotFound:
        return nothing("There is no organization yet.")
    async with house.database.tenant(owner) as tx:
        last = await changes.last_told(tx)
        late = await store.letters_before(tx, house.clock.now() - TOLD_WITHIN)
    if late:
        return bad(f"Letters about a change of the list that nobody has tried to send: {late}. Does the worker run?")
    if last is None:
        return nothing("The worker has not looked at the list yet.")
    if last.digest != changes.listing_of(house.parties(), house.papers.names).digest:
        return nothing("The list has changed since organizations were told of it; the worker tells within the hour.")
    return good(f"The list in force is the one that was told on {last.at:%d %B %Y}.")


async def soc2_says_only_in_progress(house: House) -> Seen:
    """No word of the list of controls says more, and the page is served."""
    try:
        for control in CONTROLS:
            only_in_progress(f"{control.title} {control.left}")
    except Overclaims as error:
        return bad(error.message)
    return _served(house, "/trust/soc2") or good(f"{len(CONTROLS)} controls are listed, each with its date.")


async def agreement_is_there(house: House) -> Seen:
    """The PDF is served; what the operator has not written down is a gap in it, and is said."""
    if missing := _served(house, "/trust/dpa.pdf"):
        return missing
    gaps = not_written(house.papers)
    return good("The agreement on data is there" + (f", a draft with {len(gaps)} gaps." if gaps else "."))


def _served(house: House, path: str) -> Seen | None:
    """Bad when it is not; on the command line nothing is served, and nothing is missing."""
    served = {route.path for route in house.routes()}
    return bad(f"{path} is not served.") if served and path not in served else None


PROBES: Mapping[str, Probe] = {
    "every_party_is_declared": every_party_is_declared,
    "acceptances_have_their_text": acceptances_have_their_text,
    "changes_are_told": changes_are_told,
    "soc2_says_only_in_progress": soc2_says_only_in_progress,
    "agreement_is_there": agreement_is_there,
}
