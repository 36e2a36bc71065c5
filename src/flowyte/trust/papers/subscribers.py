"""Who wants a letter when the list changes. A mailbox is kept once it has said so itself, and gone when it says stop.

Asking stores nothing: the letter that confirms carries a signed token. Every letter about a change carries the link
that ends it, which needs no account and works with one click (RFC 8058).
"""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from flowyte.jobs.queue import JobRef, defer
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Unavailable
from flowyte.kit.ids import new_id
from flowyte.providers.smtp import Letter, MailRefused
from flowyte.tenancy.organizations import system_principal
from flowyte.tenancy.people import Door, normal_email
from flowyte.trust.papers import changes
from flowyte.trust.papers.named import count, operator_of
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner

ASKED_LIFE = timedelta(days=2)
STOP_LIFE = timedelta(days=3_650)  # a letter is found again after years, and its link must still end it
MOST = 5_000  # subscribers; each change is then 5,000 letters
RETRIES_S = (60, 600, 3_600, 21_600, 86_400)  # a mail server that is down for a day misses nothing
ASK, STOP = "subscribe", "unsubscribe"


class Send(Protocol):
    """MailRefused when it was not taken."""

    async def __call__(self, letter: Letter, *, id: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What sending letters needs; `send` is None where no mail server is connected."""

    database: Database
    sealer: Sealer
    signer: UrlSigner
    now: Callable[[], datetime]
    address: str
    send: Send | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    subscribers: int
    waiting: int
    failed: int


async def ask(door: Door, email: str, *, address: str) -> tuple[str, str]:
    """The mailbox in one spelling, and the token for the letter to it. TooMany over the limits."""
    email = normal_email(email)
    await count(door, address, email, ASK)
    claims = {"e": email, "n": secrets.token_hex(8)}
    return email, door.signer.sign(ASK, claims, ttl_s=int(ASKED_LIFE.total_seconds()))


async def confirm(door: Door, sealer: Sealer, token: str) -> None:
    """Twice is as once. Unauthenticated for a token that is forged or over."""
    email = str(door.signer.verify(ASK, token)["e"])
    org = await operator_of(door.database)
    async with door.database.tenant(system_principal(org)) as tx:
        if (await counts(tx)).subscribers >= MOST:
            raise Unavailable("Too many have subscribed already. Write to whoever runs this installation.")
        subscriber = new_id("sub")
        await tx.execute(
            "INSERT INTO subprocessor_subscribers (org_id, id, digest, sealed, confirmed_at) "
            "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (org_id, digest) DO NOTHING",
            org, subscriber, door.peppers.digest("subscriber", email),
            await sealer.seal(tx, "subprocessor_subscribers", "sealed", subscriber, email.encode()), door.clock.now(),
        )  # fmt: skip


async def stop(door: Door, token: str) -> None:
    """The mailbox is gone with every letter that waits. Twice is as once."""
    claims = door.signer.verify(STOP, token)
    async with door.database.tenant(system_principal(uuid.UUID(claims["o"]))) as tx:
        await tx.execute("DELETE FROM subprocessor_subscribers WHERE org_id = $1 AND id = $2", tx.org, claims["s"])


async def counts(tx: TenantTx) -> Counts:
    row = await tx.fetchrow(
        "SELECT (SELECT count(*) FROM subprocessor_subscribers WHERE org_id = $1) AS subscribers, "
        "(SELECT count(*) FROM subprocessor_letters WHERE org_id = $1 AND state = 'waiting') AS waiting, "
        "(SELECT count(*) FROM subprocessor_letters WHERE org_id = $1 AND state = 'failed') AS failed", tx.org,
    )  # fmt: skip
    assert row is not None
    return Counts(**dict(row))


async def tell(desk: Desk, job: JobRef) -> None:
    """The job of one letter. The next try is queued before this one is made; a process that dies in between sends the
    same letter again under the same Message-ID, and none is lost."""
    owner = system_principal(job.org)
    async with desk.database.tenant(owner) as tx:
        letter = await _claim(desk, tx, job.id)
    if letter is None:
        return
    try:
        if desk.send is None:
            raise MailRefused("No mail server is connected.")
        await desk.send(letter, id=job.id)
    except MailRefused:
        return  # the next try is queued, or this was the last and the letter says so
    async with desk.database.tenant(owner) as tx:
        await _settle(tx, job.id, "sent", desk.now())


async def _claim(desk: Desk, tx: TenantTx, letter_id: str) -> Letter | None:
    row = await tx.fetchrow(
        "UPDATE subprocessor_letters l SET attempts = l.attempts + 1 FROM subprocessor_subscribers s "
        "WHERE l.org_id = $1 AND l.id = $2 AND l.state = 'waiting' AND s.org_id = l.org_id AND s.id = l.subscriber_id "
        "RETURNING l.number, l.attempts, s.id, s.sealed", tx.org, letter_id,
    )  # fmt: skip
    if row is None:
        return None
    if row["attempts"] > len(RETRIES_S) + 1:
        await _settle(tx, letter_id, "failed", desk.now())
        return None
    wait = RETRIES_S[min(row["attempts"], len(RETRIES_S)) - 1]
    await defer(tx, changes.TELL, letter_id, of=str(row["attempts"]), at=desk.now() + timedelta(seconds=wait))
    before, now = await changes.last_told(tx, row["number"] - 1), await changes.last_told(tx, row["number"])
    assert before is not None
    assert now is not None
    sealed = await desk.sealer.open(tx, "subprocessor_subscribers", "sealed", row["id"], row["sealed"])
    token = desk.signer.sign(STOP, {"o": str(tx.org), "s": row["id"]}, ttl_s=int(STOP_LIFE.total_seconds()))
    return letter_of(sealed.decode(), before, now, desk.address, token)


def letter_of(to: str, before: changes.Told, now: changes.Told, address: str, token: str) -> Letter:
    change = changes.difference(before, changes.Listing(parties=now.parties, names=now.names))
    lines = [f"New: {now.parties[each]['category']}. Sent: {now.parties[each]['sent']}." for each in change.added]
    lines += [f"No longer: {before.parties[each]['category']}." for each in change.removed]
    lines += [f"Described anew: {now.parties[each]['category']}." for each in change.reworded]
    if change.names:
        lines.append("The list by name has changed. It is shown to who accepted the agreement.")
    stop_url = f"{address}/trust/unsubscribe?token={token}"
    return Letter(
        to=to,
        subject="The list of sub-processors has changed",
        text="\n".join(lines) + f"\n\nThe list: {address}/trust/subprocessors\n\n"
        f"You get this because you asked for it. To get no more of these letters:\n\n{stop_url}\n",
        unsubscribe=stop_url,
    )


async def _settle(tx: TenantTx, letter_id: str, state: str, now: datetime) -> None:
    await tx.execute(
        "UPDATE subprocessor_letters SET state = $3, settled_at = $4 WHERE org_id = $1 AND id = $2",
        tx.org, letter_id, state, now,
    )  # fmt: skip
