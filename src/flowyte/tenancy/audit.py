"""The audit log: who did what to which object, from where. Written by the database with each change (0008_audit.sql).

What changes nothing but matters, such as listening to a recording, is noted here by the verb that allows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flowyte.kit.db import TenantTx

MOST = 10_000  # events in one answer: some megabytes; a longer export goes on from its last one's time


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """`action` is the kind of object and what was done: `agents.changed`. `changed` names columns, never values."""

    id: str
    at: datetime
    actor: str
    address: str
    action: str
    object: str
    changed: tuple[str, ...]


async def note(tx: TenantTx, action: str, object: str, how: Sequence[str] = ()) -> None:
    """An act that changes no row of its own. `how` stands where others have the names of what changed."""
    await tx.execute("SELECT note($1, $2, $3, $4)", tx.org, action, object, list(how))


async def events(
    tx: TenantTx, *, actor: str | None = None, action: str | None = None, object: str | None = None,
    since: datetime | None = None, until: datetime | None = None, before: str | None = None, limit: int = 50,
) -> list[AuditEvent]:  # fmt: skip
    """Newest first. `action` may be a kind alone (`agents`); `before` is the id that the last page ended with."""
    rows = await tx.fetch(
        "SELECT id, at, actor, address, action, object, changed FROM audit_events WHERE org_id = $1 "
        "AND ($2::text IS NULL OR actor = $2) AND ($3::text IS NULL OR action = $3 OR split_part(action, '.', 1) = $3) "
        "AND ($4::text IS NULL OR object = $4) AND ($5::timestamptz IS NULL OR at >= $5) "
        "AND ($6::timestamptz IS NULL OR at < $6) AND ($7::text IS NULL OR (at, id) < "
        "(SELECT at, id FROM audit_events WHERE org_id = $1 AND id = $7)) ORDER BY at DESC, id DESC LIMIT $8",
        tx.org, actor, action, object, since, until, before, min(limit, MOST),
    )  # fmt: skip
    return [AuditEvent(**{**dict(row), "changed": tuple(row["changed"])}) for row in rows]
