"""Which conversations a person is in: every one of the organization is opened and read, in pages, by a job.

Nothing is indexed by person: an index would be one more place that holds who they are. A conversation of two minutes
opens in about a millisecond, so a hundred thousand take a few minutes.
"""

from collections.abc import AsyncIterator, Mapping

from flowyte.compliance.person import Person, speaks_of
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import NotFound
from flowyte.observe import store as observe
from flowyte.observe.model import Event
from flowyte.skills import ledger
from flowyte.skills.messages import list_messages
from flowyte.tenancy.principal import Principal
from flowyte.vault.keyring import SealBroken
from flowyte.vault.seal import Sealer

PAGE = 100  # conversations opened in one transaction: a tenth of a second


async def find_conversations(database: Database, sealer: Sealer, owner: Principal, person: Person) -> list[str]:
    """Ids, in their order. With a visitor's chat come those that it went on from, and those that went on from it."""
    links: dict[str, str] = {}
    found = {each async for each in _matching(database, sealer, owner, person, links)}
    if person.visitor:
        found |= joined(person.visitor, links)
        async with database.tenant(owner) as tx:
            rows = await tx.fetch("SELECT id FROM conversations WHERE org_id = $1 AND id = ANY ($2)", tx.org, [*found])
        found = {row["id"] for row in rows}
    return sorted(found)


def joined(begin: str, links: Mapping[str, str]) -> set[str]:
    """Everything that hangs together with `begin`; `links` leads from a conversation to the one that it continues."""
    known, grew = {begin}, True
    while grew:
        more = {each for pair in links.items() if known.intersection(pair) for each in pair}
        grew = not more <= known
        known |= more
    return known


async def _matching(
    database: Database, sealer: Sealer, owner: Principal, person: Person, links: dict[str, str]
) -> AsyncIterator[str]:
    after = ""
    while True:
        async with database.tenant(owner) as tx:
            rows = await tx.fetch(
                "SELECT id FROM conversations WHERE org_id = $1 AND id > $2 ORDER BY id LIMIT $3", tx.org, after, PAGE
            )
            page = [row["id"] for row in rows]
            found = [each for each in page if await _in_conversation(tx, sealer, each, person, links)]
        for each in found:
            yield each
        if len(page) < PAGE:
            return
        after = page[-1]


async def _in_conversation(
    tx: TenantTx, sealer: Sealer, conversation_id: str, person: Person, links: dict[str, str]
) -> bool:
    try:
        events = await observe.events(tx, sealer, conversation_id)
    except (NotFound, SealBroken):
        return False  # deleted meanwhile, or its key is gone already
    if events and (before := events[0].data.get("continues")):
        links[conversation_id] = str(before)
    said = [_together(events), *(event.data for event in events)]
    if any(speaks_of(person, each) for each in said):
        return True
    messages, _ = await list_messages(tx, sealer, limit=100, conversation_id=conversation_id)
    if any(speaks_of(person, [each.name, each.phone, each.body]) for each in messages):
        return True
    runs = await ledger.of_conversation(tx, sealer, conversation_id)
    return any(speaks_of(person, [run.arguments, run.result]) for run in runs)


def _together(events: list[Event]) -> str:
    """What the caller said, as one text: a number is often given over several turns."""
    return " ".join(str(event.data.get("text") or "") for event in events if event.type == "user_utterance")
