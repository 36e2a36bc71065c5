"""Checkpoints go where an organization wants them: as events to its endpoints, by mail to addresses it named.

Who holds an earlier checkpoint finds every later change behind it. So the place is best one that whoever runs this
installation cannot reach. Sent is the newest one, when the log has grown and the last is old enough; a place that was
away gets the newest one then, which vouches for all that lies between.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Conflict, FlowyteError, NotFound
from flowyte.providers.smtp import Letter, Outbox
from flowyte.receipts import keys, proofs
from flowyte.receipts.leaf import origin_of
from flowyte.receipts.note import SignedHead
from flowyte.tenancy.organizations import all_organizations, system_principal
from flowyte.tenancy.people import normal_email
from flowyte.tenancy.principal import Principal
from flowyte.webhooks.emit import emit

logger = log.get(__name__)
Kind = Literal["webhook", "email"]
EVENT = "checkpoint.signed"
MOST = 5  # addresses of an organization: whoever needs more has a list at their own mail server
LOOK_S = 60.0
# How old the last one is when the next goes out. Who gets events could miss a change of an
# hour; a letter a day is as many as anybody files.
EVERY: dict[Kind, timedelta] = {"webhook": timedelta(hours=1), "email": timedelta(days=1)}
AGAIN = timedelta(minutes=10)  # after a letter that was not taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`seen` is the size of the checkpoint that went there last; `problem` says why the newest one did not."""

    kind: Kind
    target: str
    seen: int
    sent_at: datetime | None
    problem: str

    def is_due(self, head: SignedHead, now: datetime) -> bool:
        wait = AGAIN if self.problem else EVERY[self.kind]
        return head.size > self.seen and (self.sent_at is None or now - self.sent_at >= wait)


async def places(tx: TenantTx) -> list[Place]:
    rows = await tx.fetch(
        "SELECT kind, target, seen, sent_at, problem FROM checkpoint_places WHERE org_id = $1 ORDER BY kind, target",
        tx.org,
    )
    return [Place(**dict(row)) for row in rows]


async def add_address(tx: TenantTx, address: str) -> Place:
    """A mailbox that gets the newest checkpoint once a day. Invalid, or Conflict beyond MOST."""
    wanted = normal_email(address)
    there = [place for place in await places(tx) if place.kind == "email"]
    if len(there) >= MOST and wanted not in {place.target for place in there}:
        raise Conflict(f"An organization has at most {MOST} addresses for checkpoints.")
    await tx.execute(
        "INSERT INTO checkpoint_places (org_id, kind, target) VALUES ($1, 'email', $2) ON CONFLICT DO NOTHING",
        tx.org, wanted,
    )  # fmt: skip
    return next(place for place in await places(tx) if (place.kind, place.target) == ("email", wanted))


async def remove_address(tx: TenantTx, address: str) -> None:
    gone = await tx.fetchval(
        "DELETE FROM checkpoint_places WHERE org_id = $1 AND kind = 'email' AND target = $2 RETURNING 1",
        tx.org, address.strip().lower(),
    )  # fmt: skip
    if gone is None:
        raise NotFound


async def send_due(database: Database, clock: Clock, outbox: Outbox | None, owner: Principal) -> int:
    """What is due of one organization; how many went out."""
    now, sent = clock.now(), 0
    async with database.tenant(owner) as tx:
        head = await proofs.newest_head(tx)
        if head is None:
            return 0
        waiting = [place for place in await _with_webhook(tx) if place.is_due(head, now)]
        for place in waiting:
            if place.kind == "webhook":  # in this transaction: once, also when the process dies here
                shown = {"log": origin_of(tx.org), "size": head.size, "signedAt": keys.time_text(head.signed_at),
                         "checkpoint": head.note}  # fmt: skip
                await emit(tx, EVENT, shown, now)
                await _sent(tx, place, head.size, now)
                sent += 1
    for place in waiting:
        if place.kind == "email":
            sent += await _mail(database, outbox, owner, place, head, now)
    return sent


async def _with_webhook(tx: TenantTx) -> list[Place]:
    await tx.execute(
        "INSERT INTO checkpoint_places (org_id, kind, target) VALUES ($1, 'webhook', '') ON CONFLICT DO NOTHING", tx.org
    )
    return await places(tx)


async def _mail(
    database: Database, outbox: Outbox | None, owner: Principal, place: Place, head: SignedHead, now: datetime
) -> bool:
    """A letter that was taken twice does no harm, so it is noted after it went."""
    problem = ""
    try:
        if outbox is None:
            raise Conflict("No mail server is connected to this installation.")
        await outbox.send(letter(place.target, origin_of(owner.org), head), id=f"checkpoint-{owner.org}-{head.size}")
    except FlowyteError as error:
        problem = error.message[:300]
        logger.warning("checkpoint.not_sent", kind=place.kind, error=type(error).__name__)
    async with database.tenant(owner) as tx:
        await _sent(tx, place, place.seen if problem else head.size, now, problem)
    return not problem


async def _sent(tx: TenantTx, place: Place, seen: int, now: datetime, problem: str = "") -> None:
    await tx.execute(
        "UPDATE checkpoint_places SET seen = $4, sent_at = $5, problem = $6 "
        "WHERE org_id = $1 AND kind = $2 AND target = $3",
        tx.org, place.kind, place.target, seen, now, problem,
    )  # fmt: skip


def letter(to: str, log_name: str, head: SignedHead) -> Letter:
    return Letter(
        to=to,
        subject=f"Checkpoint {head.size} of {log_name}",
        text="Keep this letter. A receipt of this log can be verified against it, and whatever is changed later of "
        "what lies before it is found:\n\n    flowyte verify receipt.json --checkpoint this.txt\n\n"
        "where this.txt holds what stands between the lines.\n\n"
        f"--------\n{head.note}--------\n\n"
        f"Signed at {keys.time_text(head.signed_at)}. You get one a day when the log has grown, until your address is "
        "taken off the list.\n",
    )


async def keep_sending(database: Database, clock: Clock, outbox: Outbox | None) -> None:
    """For the life of the worker."""
    while True:
        try:
            async with database.platform() as platform:
                orgs = await all_organizations(platform)
            for org in orgs:
                await send_due(database, clock, outbox, system_principal(org))
        except FlowyteError as error:
            logger.warning("checkpoint.not_sent", error=type(error).__name__)
        await asyncio.sleep(LOOK_S)
