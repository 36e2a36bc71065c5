"""One attempt of one delivery, and what becomes of it.

The next attempt is queued before this one is made, in the transaction that counts it. A process that dies at any step
therefore loses nothing: the receiver may get the event twice, always under the same id. Success is 2xx; a redirect is
a failure, for it would carry a signed body elsewhere; 410 switches the endpoint off.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flowyte.egress.client import Asks, Denied, Limits
from flowyte.jobs.queue import defer
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Conflict, Invalid, NotFound, VendorFailed
from flowyte.kit.secret import SecretText
from flowyte.tenancy.audit import note
from flowyte.tenancy.principal import Principal
from flowyte.vault.seal import Sealer
from flowyte.webhooks import store
from flowyte.webhooks.emit import DELIVER
from flowyte.webhooks.endpoints import TABLE, EndpointNotFound
from flowyte.webhooks.model import Attempt
from flowyte.webhooks.sign import headers_of

SECONDS = 15.0  # the specification asks for 15 to 30
BYTES = 16 << 10  # of an answer, which nobody reads
# After the first attempt: 20 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h: the specification's example, its five
# seconds made longer than an attempt may take.
RETRIES_S = (20, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
GIVEN_UP_AFTER = timedelta(days=5)  # of nothing but failures; then the endpoint is switched off
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What delivering needs."""

    database: Database
    sealer: Sealer
    clock: Clock
    egress: Asks
    ports: frozenset[int]


async def deliver(post: Post, owner: Principal, delivery_id: str) -> None:
    """The job. Does nothing for a delivery that is settled or whose time has not come."""
    async with post.database.tenant(owner) as tx:
        due = await store.claim(tx, delivery_id, post.clock.now())
        if due is None:
            return
        await _queue_next(tx, post.clock.now(), due)
        kept = await _secrets(tx, post.sealer, due)
    attempt = await _tried(post, due, kept)
    async with post.database.tenant(owner) as tx:
        await store.add_attempt(tx, due.id, attempt)
        await _settle(tx, due, attempt, post.clock.now())


async def resend(tx: TenantTx, clock: Clock, endpoint_id: str, delivery_id: str) -> str:
    """The same event again, under its id, to the endpoint that it was for."""
    endpoint = await store.read_endpoint(tx, endpoint_id)
    if endpoint is None:
        raise EndpointNotFound
    if not endpoint.is_enabled:
        raise Conflict("This endpoint is switched off; switch it on first.")
    made = await store.again(tx, endpoint_id, delivery_id, clock.now())
    if made is None:
        raise NotFound
    await defer(tx, DELIVER, made)
    return made


async def _queue_next(tx: TenantTx, now: datetime, due: store.Due) -> None:
    """Up to a tenth later than planned, so that what failed together does not come back together."""
    if due.attempt > len(RETRIES_S):
        await store.set_next(tx, due.id, None)
        return
    wait = RETRIES_S[due.attempt - 1] * (1 + secrets.randbelow(1_000) / 10_000)
    next_at = now + timedelta(seconds=wait)
    await store.set_next(tx, due.id, next_at)
    await defer(tx, DELIVER, due.id, of=str(due.attempt), at=next_at)


async def _secrets(tx: TenantTx, sealer: Sealer, due: store.Due) -> list[SecretText]:
    places = [("secret", due.secret), ("old_secret", due.old_secret)]
    return [
        SecretText((await sealer.open(tx, TABLE, column, due.endpoint_id, sealed)).decode())
        for column, sealed in places
        if sealed is not None
    ]


async def _tried(post: Post, due: store.Due, kept: list[SecretText]) -> Attempt:
    now, began = post.clock.now(), post.clock.monotonic_ms()
    headers = {"content-type": "application/json", **headers_of(due.message_id, int(now.timestamp()), due.body, kept)}
    limits = Limits(seconds=SECONDS, bytes=BYTES, ports=post.ports)
    status, error = None, None
    try:
        status = (await post.egress.request("POST", due.url, headers=headers, body=due.body, limits=limits)).status
    except (Denied, Invalid, VendorFailed) as failure:
        error = failure.message[:300]
    if status is not None and not 200 <= status < 300:
        error = f"A redirect ({status}) is not followed." if 300 <= status < 400 else f"Answered {status}."
    took = post.clock.monotonic_ms() - began
    return Attempt(number=due.attempt, at=now, duration_ms=took, status=status, error=error)


async def _settle(tx: TenantTx, due: store.Due, attempt: Attempt, now: datetime) -> None:
    endpoint = await store.read_endpoint(tx, due.endpoint_id, lock=True)
    if endpoint is None:
        return
    if attempt.error is None:
        await store.settle(tx, due.id, "delivered", now)
        if endpoint.failing_since is not None:
            await store.update_endpoint(tx, endpoint.id, {"failing_since": None})
        return
    if due.attempt > len(RETRIES_S):
        await store.settle(tx, due.id, "failed", now)
    since = endpoint.failing_since or now
    if attempt.status == 410:
        await _switch_off(tx, endpoint.id, "It answered 410: it is gone.", now)
    elif now - since >= GIVEN_UP_AFTER:
        await _switch_off(tx, endpoint.id, f"Nothing arrived for {GIVEN_UP_AFTER.days} days.", now)
    elif endpoint.failing_since is None:
        await store.update_endpoint(tx, endpoint.id, {"failing_since": now})


async def _switch_off(tx: TenantTx, endpoint_id: str, because: str, now: datetime) -> None:
    await store.update_endpoint(tx, endpoint_id, {"is_enabled": False, "disabled_because": because})
    await store.cancel_waiting(tx, endpoint_id, now)
    await note(tx, "webhook_endpoints.switched_off", endpoint_id)
