"""Telling of a change of the list: each organization by an event, and who subscribed by a letter, once for each change.

The worker compares the list that its settings make with the one that the organization was last told of. The new one,
the event and the letters are written together; the number of the list is the key, so two workers tell of it once. The
first list of an organization is where its telling begins, and tells of nothing.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from flowyte.jobs.queue import defer
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import NotFound
from flowyte.kit.ids import new_id
from flowyte.tenancy.organizations import all_organizations, only_organization, system_principal
from flowyte.trust.papers.model import Named
from flowyte.trust.processors import Party
from flowyte.webhooks.emit import emit

EVENT = "subprocessors.changed"
TELL = "tell_subscriber"  # the task's name in the queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the settings say now. `parties` is what everybody may read, by id; `names` a digest of what is by name."""

    parties: Mapping[str, Mapping[str, str]]
    names: str

    @property
    def digest(self) -> str:
        return _digest({"parties": self.parties, "names": self.names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From one list to the next: ids of parties, and whether somebody is named otherwise."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    reworded: tuple[str, ...]
    names: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A list that was told of, or where the telling began (number 1)."""

    number: int
    digest: str
    at: datetime
    parties: Mapping[str, Mapping[str, str]]
    names: str


def listing_of(on: Sequence[Party], names: Mapping[str, Sequence[Named]]) -> Listing:
    """Names of parties that are not switched on are nobody's yet, and do not count."""
    shown = {each.id: {"category": each.category, "sent": each.sent, "why": each.why} for each in on}
    named = {
        party.id: [[each.name, each.country, each.what] for each in names[party.id]]
        for party in on
        if party.id in names
    }
    return Listing(parties=shown, names=_digest(named))


def difference(before: Told, now: Listing) -> Change:
    return Change(
        added=tuple(sorted(set(now.parties) - set(before.parties))),
        removed=tuple(sorted(set(before.parties) - set(now.parties))),
        reworded=tuple(
            sorted(each for each in now.parties if each in before.parties and now.parties[each] != before.parties[each])
        ),
        names=before.names != now.names,
    )


async def tell_of_changes(database: Database, clock: Clock, listing: Listing, address: str) -> int:
    """Every organization that was told of another list: how many were told now."""
    async with database.platform() as platform:
        orgs = await all_organizations(platform)
    try:
        operator = await only_organization(database)
    except NotFound:
        return 0
    told = 0
    for org in orgs:
        async with database.tenant(system_principal(org)) as tx:
            told += await note_list(tx, clock.now(), listing, address, letters=org == operator)
    return told


async def note_list(tx: TenantTx, now: datetime, listing: Listing, address: str, *, letters: bool) -> bool:
    """Whether there was something to tell, and it is told when `tx` commits."""
    last = await last_told(tx)
    if last is not None and last.digest == listing.digest:
        return False
    number = last.number + 1 if last else 1
    content = {"parties": listing.parties, "names": listing.names}
    first = await tx.fetchval(
        "INSERT INTO subprocessor_lists (org_id, number, digest, at, parties) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT DO NOTHING RETURNING true", tx.org, number, listing.digest, now, content,
    )  # fmt: skip
    if not first or last is None:  # another worker was first, or there is nothing to compare it with
        return False
    await emit(tx, EVENT, told_of(difference(last, listing), address), now)
    if letters:
        await _write_letters(tx, number, now)
    return True


def told_of(change: Change, address: str) -> dict[str, Any]:
    """The event's data."""
    return {
        "added": list(change.added), "removed": list(change.removed), "reworded": list(change.reworded),
        "namesChanged": change.names, "url": f"{address}/trust/subprocessors",
    }  # fmt: skip


async def last_told(tx: TenantTx, number: int | None = None) -> Told | None:
    """The last, or the one of that number."""
    row = await tx.fetchrow(
        "SELECT * FROM subprocessor_lists WHERE org_id = $1 AND ($2::integer IS NULL OR number = $2) "
        "ORDER BY number DESC LIMIT 1", tx.org, number,
    )  # fmt: skip
    if row is None:
        return None
    kept = row["parties"]
    return Told(number=row["number"], digest=row["digest"], at=row["at"], parties=kept["parties"], names=kept["names"])


async def list_told(tx: TenantTx, *, limit: int = 20) -> list[tuple[int, datetime]]:
    """Numbers and times, the newest first."""
    rows = await tx.fetch(
        "SELECT number, at FROM subprocessor_lists WHERE org_id = $1 ORDER BY number DESC LIMIT $2", tx.org, limit
    )
    return [(row["number"], row["at"]) for row in rows]


async def _write_letters(tx: TenantTx, number: int, now: datetime) -> None:
    rows = await tx.fetch("SELECT id FROM subprocessor_subscribers WHERE org_id = $1 ORDER BY id", tx.org)
    letters = [(tx.org, new_id("ltr"), number, row["id"], now) for row in rows]
    await tx.executemany(
        "INSERT INTO subprocessor_letters (org_id, id, number, subscriber_id, made_at) VALUES ($1, $2, $3, $4, $5)",
        letters,
    )
    for letter in letters:
        await defer(tx, TELL, letter[1])


def _digest(content: object) -> str:
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
