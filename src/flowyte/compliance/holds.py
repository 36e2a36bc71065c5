"""Legal holds: what must not be deleted, whoever asks and however old it is. Placing and lifting one is audited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flowyte.kit.clock import Clock
from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Conflict, FieldError, Invalid, NotFound
from flowyte.kit.ids import new_id
from flowyte.tenancy.audit import note
from flowyte.tenancy.principal import Principal

KINDS = ("conversation", "agent", "organization")
HELD = (
    "EXISTS (SELECT FROM legal_holds h WHERE h.org_id = c.org_id AND h.lifted_at IS NULL AND (h.kind = 'organization' "
    "OR h.kind = 'agent' AND h.subject = c.agent_id OR h.kind = 'conversation' AND h.subject = c.id))"
)
"""Of a conversation `c`, in SQL."""
_COLUMNS = "id, kind, subject, reason, placed_by, placed_at, lifted_by, lifted_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """`subject` is a conversation's or an agent's id; empty for the whole organization."""

    id: str
    kind: Literal["conversation", "agent", "organization"]
    subject: str
    reason: str
    placed_by: str
    placed_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None


class Held(Conflict):
    """This is under a legal hold and is not deleted. Lift the hold first."""

    code = "legal_hold"


async def place_hold(tx: TenantTx, by: Principal, *, kind: str, subject: str, reason: str) -> Hold:
    """Stands from the commit on, also against what is being deleted in the background."""
    faults = []
    if kind not in KINDS:
        faults.append(FieldError(field="kind", message=f"is one of {', '.join(KINDS)}"))
    if not 1 <= len(reason.strip()) <= 500:
        faults.append(FieldError(field="reason", message="has 1 to 500 characters"))
    if faults:
        raise Invalid(fields=faults)
    if kind != "organization":
        table = "conversations" if kind == "conversation" else "agents"
        if not await tx.fetchval(f"SELECT 1 FROM {table} WHERE org_id = $1 AND id = $2", tx.org, subject):
            raise NotFound
    hold_id = new_id("hld")
    await tx.execute(
        "INSERT INTO legal_holds (org_id, id, kind, subject, reason, placed_by) VALUES ($1, $2, $3, $4, $5, $6)",
        tx.org, hold_id, kind, subject if kind != "organization" else "", reason.strip(), by.signature,
    )  # fmt: skip
    return await get_hold(tx, hold_id)


async def lift_hold(tx: TenantTx, clock: Clock, by: Principal, hold_id: str) -> Hold:
    """It stays in the list, with who lifted it."""
    await get_hold(tx, hold_id)
    await tx.execute(
        "UPDATE legal_holds SET lifted_at = $3, lifted_by = $4 WHERE org_id = $1 AND id = $2 AND lifted_at IS NULL",
        tx.org, hold_id, clock.now(), by.signature,
    )  # fmt: skip
    return await get_hold(tx, hold_id)


async def get_hold(tx: TenantTx, hold_id: str) -> Hold:
    row = await tx.fetchrow(f"SELECT {_COLUMNS} FROM legal_holds WHERE org_id = $1 AND id = $2", tx.org, hold_id)
    if row is None:
        raise NotFound
    return Hold(**dict(row))


async def list_holds(tx: TenantTx) -> list[Hold]:
    """Standing ones first, then the newest."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM legal_holds WHERE org_id = $1 "
        "ORDER BY (lifted_at IS NULL) DESC, placed_at DESC, id LIMIT 500", tx.org,
    )  # fmt: skip
    return [Hold(**dict(row)) for row in rows]


async def held_of(tx: TenantTx, conversations: Sequence[str]) -> set[str]:
    """Those of the conversations that a standing hold keeps."""
    rows = await tx.fetch(
        f"SELECT c.id FROM conversations c WHERE c.org_id = $1 AND c.id = ANY ($2) AND {HELD}",
        tx.org, list(conversations),
    )  # fmt: skip
    return {row["id"] for row in rows}


async def refuse_held(tx: TenantTx, conversation_id: str) -> None:
    """Held, and a line in the audit log, when it must not be deleted."""
    if await held_of(tx, [conversation_id]):
        raise Held


async def note_refusal(tx: TenantTx, conversation_id: str) -> None:
    """In a transaction of its own, for the refused one is rolled back."""
    await note(tx, "legal_holds.refused_deletion", conversation_id)
