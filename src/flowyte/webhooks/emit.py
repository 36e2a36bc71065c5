"""Saying that something happened, in the transaction in which it did: no event without it, and none is forgotten."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from flowyte.jobs.queue import defer
from flowyte.kit.db import TenantTx
from flowyte.kit.ids import new_id
from flowyte.webhooks import store
from flowyte.webhooks.model import TYPES

DELIVER = "deliver_webhook"  # the task's name in the queue


async def emit(tx: TenantTx, type: str, data: Mapping[str, object], now: datetime | None = None) -> None:
    """`data` holds ids and states in the API's spelling, never what anybody said. One statement when nobody listens.
    `now` is when it happened; without it, the database's own time."""
    await emit_to(tx, type, data, now)


async def emit_to(
    tx: TenantTx, type: str, data: Mapping[str, object], now: datetime | None = None, *, only: str | None = None
) -> list[str]:
    """As `emit`, to one endpoint; the deliveries' ids."""
    assert type in TYPES, type
    at = now or await tx.fetchval("SELECT clock_timestamp()")
    body = msgspec.json.encode({"type": type, "timestamp": at, "data": data})
    deliveries = await store.add_message(tx, new_id("evt"), type, at, body, only=only)
    for delivery in deliveries:
        await defer(tx, DELIVER, delivery)
    return deliveries
