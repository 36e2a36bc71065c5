"""All SQL of events out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flowyte.kit.db import TenantTx
from flowyte.webhooks.model import Attempt, Delivery, Endpoint, State

_ENDPOINT = (
    "id, url, description, events, algorithm, public_key, last_four, is_enabled, disabled_because, failing_since, "
    "created_by, created_at, rotated_at"
)
_ID = "replace(gen_random_uuid()::text, '-', '')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A delivery that is to be tried now."""

    id: str
    message_id: str
    endpoint_id: str
    url: str
    body: bytes
    attempt: int
    secret: bytes
    old_secret: bytes | None


async def insert_endpoint(tx: TenantTx, values: dict[str, Any]) -> None:
    names = list(values)
    await tx.execute(
        f"INSERT INTO webhook_endpoints (org_id, {', '.join(names)}) "
        f"VALUES ($1, {', '.join(f'${n}' for n in range(2, len(names) + 2))})",
        tx.org, *values.values(),
    )  # fmt: skip


async def update_endpoint(tx: TenantTx, endpoint_id: str, values: dict[str, Any]) -> None:
    sets = ", ".join(f"{name} = ${at}" for at, name in enumerate(values, start=3))
    await tx.execute(
        f"UPDATE webhook_endpoints SET {sets} WHERE org_id = $1 AND id = $2", tx.org, endpoint_id, *values.values()
    )


async def read_endpoint(tx: TenantTx, endpoint_id: str, *, lock: bool = False) -> Endpoint | None:
    row = await tx.fetchrow(
        f"SELECT {_ENDPOINT} FROM webhook_endpoints WHERE org_id = $1 AND id = $2{' FOR UPDATE' if lock else ''}",
        tx.org, endpoint_id,
    )  # fmt: skip
    return _endpoint(row) if row else None


async def secret_of(tx: TenantTx, endpoint_id: str) -> bytes:
    sealed: bytes = await tx.fetchval(
        "SELECT secret FROM webhook_endpoints WHERE org_id = $1 AND id = $2", tx.org, endpoint_id
    )
    return sealed


async def list_endpoints(tx: TenantTx) -> list[Endpoint]:
    rows = await tx.fetch(
        f"SELECT {_ENDPOINT} FROM webhook_endpoints WHERE org_id = $1 ORDER BY created_at, id", tx.org
    )
    return [_endpoint(row) for row in rows]


async def delete_endpoint(tx: TenantTx, endpoint_id: str) -> bool:
    done = await tx.execute("DELETE FROM webhook_endpoints WHERE org_id = $1 AND id = $2", tx.org, endpoint_id)
    return done != "DELETE 0"


async def add_message(
    tx: TenantTx, message_id: str, type: str, at: datetime, body: bytes, *, only: str | None = None
) -> list[str]:
    """Write the message and a delivery for each endpoint that wants it, or for `only` that one: the deliveries' ids.
    Nothing is written when nobody wants it."""
    rows = await tx.fetch(
        "WITH wanted AS (SELECT id FROM webhook_endpoints WHERE org_id = $1 AND is_enabled AND "
        "CASE WHEN $6::text IS NULL THEN cardinality(events) = 0 OR $3 = ANY (events) ELSE id = $6 END), "
        "message AS (INSERT INTO webhook_messages (org_id, id, type, at, body) "
        "SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT FROM wanted)) "
        "INSERT INTO webhook_deliveries (org_id, id, message_id, endpoint_id, next_at, created_at) "
        f"SELECT $1, 'dlv_' || {_ID}, $2, id, $4, $4 FROM wanted RETURNING id",
        tx.org, message_id, type, at, body, only,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def again(tx: TenantTx, endpoint_id: str, delivery_id: str, now: datetime) -> str | None:
    """A new delivery of the same message to the same endpoint; None when it has no such delivery."""
    found: str | None = await tx.fetchval(
        "INSERT INTO webhook_deliveries (org_id, id, message_id, endpoint_id, next_at, created_at) "
        f"SELECT d.org_id, 'dlv_' || {_ID}, d.message_id, d.endpoint_id, $4, $4 FROM webhook_deliveries d "
        "WHERE d.org_id = $1 AND d.endpoint_id = $2 AND d.id = $3 RETURNING id",
        tx.org, endpoint_id, delivery_id, now,
    )  # fmt: skip
    return found


async def claim(tx: TenantTx, delivery_id: str, now: datetime) -> Due | None:
    """The next attempt of a delivery that still waits; None for one that is settled, too early, or has nowhere to go.
    Counted before it is made, so that a killed process has made it."""
    row = await tx.fetchrow(
        "UPDATE webhook_deliveries d SET attempts = d.attempts + 1 FROM webhook_endpoints e, webhook_messages m "
        "WHERE d.org_id = $1 AND d.id = $2 AND d.state = 'pending' AND d.next_at <= $3 "
        "AND e.org_id = d.org_id AND e.id = d.endpoint_id AND e.is_enabled "
        "AND m.org_id = d.org_id AND m.id = d.message_id "
        "RETURNING d.id, d.message_id, d.endpoint_id, d.attempts, e.url, m.body, e.secret, "
        "CASE WHEN e.old_until > $3 THEN e.old_secret END AS old_secret",
        tx.org, delivery_id, now,
    )  # fmt: skip
    if row is None:
        return None
    return Due(
        id=row["id"], message_id=row["message_id"], endpoint_id=row["endpoint_id"], url=row["url"], body=row["body"],
        attempt=row["attempts"], secret=row["secret"], old_secret=row["old_secret"],
    )  # fmt: skip


async def set_next(tx: TenantTx, delivery_id: str, next_at: datetime | None) -> None:
    await tx.execute(
        "UPDATE webhook_deliveries SET next_at = $3 WHERE org_id = $1 AND id = $2", tx.org, delivery_id, next_at
    )


async def add_attempt(tx: TenantTx, delivery_id: str, attempt: Attempt) -> None:
    await tx.execute(
        "INSERT INTO webhook_attempts (org_id, delivery_id, number, at, duration_ms, status, error) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        tx.org, delivery_id, attempt.number, attempt.at, attempt.duration_ms, attempt.status, attempt.error,
    )  # fmt: skip


async def settle(tx: TenantTx, delivery_id: str, state: State, now: datetime) -> None:
    """The end of a delivery that still waits."""
    await tx.execute(
        "UPDATE webhook_deliveries SET state = $3, settled_at = $4, next_at = NULL "
        "WHERE org_id = $1 AND id = $2 AND state = 'pending'",
        tx.org, delivery_id, state, now,
    )  # fmt: skip


async def cancel_waiting(tx: TenantTx, endpoint_id: str, now: datetime) -> None:
    await tx.execute(
        "UPDATE webhook_deliveries SET state = 'cancelled', settled_at = $3, next_at = NULL "
        "WHERE org_id = $1 AND endpoint_id = $2 AND state = 'pending'",
        tx.org, endpoint_id, now,
    )  # fmt: skip


async def list_deliveries(
    tx: TenantTx, endpoint_id: str, *, before: str | None = None, limit: int = 20
) -> list[Delivery]:
    """Newest first, with their attempts."""
    rows = await tx.fetch(
        "SELECT d.*, m.type, m.at, convert_from(m.body, 'UTF8') AS body FROM webhook_deliveries d "
        "JOIN webhook_messages m ON m.org_id = d.org_id AND m.id = d.message_id "
        "WHERE d.org_id = $1 AND d.endpoint_id = $2 AND ($3::text IS NULL OR (d.created_at, d.id) < "
        "(SELECT created_at, id FROM webhook_deliveries WHERE org_id = $1 AND id = $3)) "
        "ORDER BY d.created_at DESC, d.id DESC LIMIT $4",
        tx.org, endpoint_id, before, limit,
    )  # fmt: skip
    tried = await tx.fetch(
        "SELECT * FROM webhook_attempts WHERE org_id = $1 AND delivery_id = ANY ($2) ORDER BY delivery_id, number",
        tx.org, [row["id"] for row in rows],
    )  # fmt: skip
    return [_delivery(row, [each for each in tried if each["delivery_id"] == row["id"]]) for row in rows]


async def sweep(tx: TenantTx, before: datetime) -> None:
    """Messages from before a time, with their deliveries and attempts."""
    await tx.execute("DELETE FROM webhook_messages WHERE org_id = $1 AND at < $2", tx.org, before)


def _endpoint(row: Any) -> Endpoint:
    return Endpoint(**{**dict(row), "events": tuple(row["events"])})


def _delivery(row: Any, tried: Sequence[Any]) -> Delivery:
    attempts = tuple(
        Attempt(number=each["number"], at=each["at"], duration_ms=each["duration_ms"], status=each["status"],
                error=each["error"])
        for each in tried
    )  # fmt: skip
    return Delivery(
        id=row["id"], message_id=row["message_id"], endpoint_id=row["endpoint_id"], type=row["type"], at=row["at"],
        state=row["state"], attempts=attempts, next_at=row["next_at"], created_at=row["created_at"],
        settled_at=row["settled_at"], body=row["body"],
    )  # fmt: skip
