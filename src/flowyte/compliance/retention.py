"""How long recordings and conversations are kept, and the sweep that keeps to it.

A window counts from the end of a conversation. An agent's own window stands before the organization's; without either,
things stay until somebody deletes them. Legal holds stand before every window.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flowyte.compliance.erase import erased, remove_sound, sweep_files
from flowyte.compliance.holds import HELD
from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import FieldError, FlowyteError, Invalid, NotFound
from flowyte.objects import store as places
from flowyte.objects.objects import Objects
from flowyte.objects.remove import carry_out, sweep_bucket
from flowyte.observe import store as observe
from flowyte.tenancy.organizations import all_organizations, system_principal
from flowyte.tenancy.principal import Principal

logger = log.get(__name__)
EVERY_S = 3_600  # published: what a window ends is gone within two hours of it
LONGEST_DAYS = 3_650
LEAST_LOGS_DAYS = 30  # so that nobody can have their own traces swept away before somebody looks
A_ROUND = 500  # conversations of one organization in one transaction: a tenth of a second of locks
WHOLE = ("transcripts_days", "true")
EVENTS = ("receipts_days", "c.in_log AND NOT c.receipt_over")  # what has no place in the log yet gets one first
SOUND = ("recordings_days", "c.recording_state IN ('ready', 'partial')")


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """In days; None: until somebody deletes it."""

    recordings_days: int | None = None
    transcripts_days: int | None = None
    receipts_days: int | None = None
    """What took place, event by event, with what was said; the row with its numbers stays until the conversation's."""
    logs_days: int | None = None
    """The audit log and what webhooks delivered. Of the organization alone, and no less than a month."""


async def set_windows(tx: TenantTx, windows: Windows, agent_id: str = "") -> None:
    """Of an agent, or of the organization. Sound cannot outlive the conversation that it belongs to."""
    faults = [
        FieldError(field=field, message=f"is from {least} to {LONGEST_DAYS} days")
        for field, days, least in (
            ("recordingsDays", windows.recordings_days, 1), ("transcriptsDays", windows.transcripts_days, 1),
            ("receiptsDays", windows.receipts_days, 1), ("logsDays", windows.logs_days, LEAST_LOGS_DAYS),
        )
        if days is not None and not least <= days <= LONGEST_DAYS
    ]  # fmt: skip
    if agent_id and windows.logs_days is not None:
        faults.append(FieldError(field="logsDays", message="is the organization's: logs belong to no agent"))
    if faults:
        raise Invalid(fields=faults)
    if agent_id and not await tx.fetchval("SELECT 1 FROM agents WHERE org_id = $1 AND id = $2", tx.org, agent_id):
        raise NotFound
    await tx.execute(
        "INSERT INTO retention_windows (org_id, agent_id, recordings_days, transcripts_days, receipts_days, logs_days) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (org_id, agent_id) DO UPDATE SET recordings_days = $3, "
        "transcripts_days = $4, receipts_days = $5, logs_days = $6",
        tx.org, agent_id, windows.recordings_days, windows.transcripts_days, windows.receipts_days, windows.logs_days,
    )  # fmt: skip


async def windows_of(tx: TenantTx) -> Mapping[str, Windows]:
    """By agent; '' is the organization's."""
    rows = await tx.fetch("SELECT * FROM retention_windows WHERE org_id = $1", tx.org)
    found = {
        row["agent_id"]: Windows(
            recordings_days=row["recordings_days"], transcripts_days=row["transcripts_days"],
            receipts_days=row["receipts_days"], logs_days=row["logs_days"],
        )
        for row in rows
    }  # fmt: skip
    return {"": Windows(), **found}


async def sweep(database: Database, clock: Clock, objects: Objects) -> int:
    """Of every organization, what is past its window: how many conversations lost something."""
    async with database.platform() as platform:
        orgs = await all_organizations(platform)
    touched = 0
    for org in orgs:
        owner = system_principal(org)
        touched += await _sweep_one(database, owner, clock.now(), objects)
        await sweep_files(database, owner, objects)
        try:
            await sweep_bucket(database, clock, objects, owner)
        except FlowyteError as error:  # it is looked at again in an hour
            logger.warning("bucket.not_swept", problem=error.message)
        await carry_out(database, clock, objects, owner)
    return touched


async def overdue(tx: TenantTx, now: datetime) -> int:
    """How many conversations are past a window by more than two sweeps: none, while the sweep runs."""
    late = now - timedelta(seconds=2 * EVERY_S)
    return len({*await _past(tx, WHOLE, late), *await _past(tx, SOUND, late), *await _past(tx, EVENTS, late)})


async def _sweep_one(database: Database, owner: Principal, now: datetime, objects: Objects) -> int:
    """Round by round, until nothing is past its window that may go."""
    touched = 0
    while True:
        async with database.tenant(owner) as tx:
            silent = await _past(tx, SOUND, now)
            await tx.execute(
                "UPDATE conversations SET recording_state = 'expired', generation = generation + 1 "
                "WHERE org_id = $1 AND id = ANY ($2)", tx.org, silent,
            )  # fmt: skip
            await places.drop(tx, silent)
            past = await _past(tx, EVENTS, now)
            await observe.end_receipts(tx, past)
            if past:  # remembered answers may quote what was said
                await tx.execute("UPDATE idempotency SET body = NULL WHERE org_id = $1 AND quotes", tx.org)
            whole = await _past(tx, WHOLE, now)
        gone = [each for each in whole if await erased(database, owner, each)]
        remove_sound(objects, owner, [*silent, *gone])
        touched += len({*silent, *past, *gone})
        if len(silent) < A_ROUND and len(past) < A_ROUND and (len(whole) < A_ROUND or not gone):
            break
    async with database.tenant(owner) as tx:
        await _sweep_logs(tx, now)
    if touched:
        logger.info("retention.swept", conversations=touched)
    return touched


async def _sweep_logs(tx: TenantTx, now: datetime) -> None:
    """The audit log but for what a hold keeps, and the log of webhooks, which is never kept for longer than its month.
    The database refuses to lose anything younger."""
    days = await tx.fetchval("SELECT logs_days FROM retention_windows WHERE org_id = $1 AND agent_id = ''", tx.org)
    if days is None:
        return
    await tx.execute(
        "DELETE FROM audit_events e WHERE org_id = $1 AND at < least($2, now() - make_interval(days => $3)) "
        "AND NOT EXISTS (SELECT FROM legal_holds h "
        "WHERE h.org_id = e.org_id AND h.lifted_at IS NULL AND (h.kind = 'organization' OR h.subject = e.object))",
        tx.org, now - timedelta(days=days), days,
    )  # fmt: skip


async def _past(tx: TenantTx, window: tuple[str, str], now: datetime) -> list[str]:
    """What no hold keeps, the oldest first."""
    days_of, condition = window
    rows = await tx.fetch(
        "SELECT c.id FROM conversations c "
        "LEFT JOIN retention_windows a ON a.org_id = c.org_id AND a.agent_id = c.agent_id "
        "LEFT JOIN retention_windows o ON o.org_id = c.org_id AND o.agent_id = '' "
        f"WHERE c.org_id = $1 AND c.ended_at IS NOT NULL AND {condition} "
        f"AND c.ended_at < $2::timestamptz - make_interval(days => coalesce(a.{days_of}, o.{days_of})) "
        f"AND NOT {HELD} ORDER BY c.ended_at LIMIT $3",
        tx.org, now, A_ROUND,
    )  # fmt: skip
    return [row["id"] for row in rows]
