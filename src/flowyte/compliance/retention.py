"""How long recordings and conversations are kept, and the sweep that keeps to it.

A window counts from the end of a conversation. An agent's own window stands before the organization's; without either,
things stay until somebody deletes them. Legal holds stand before every window.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flowyte.compliance.erase import erase_conversation, remove_sound, sweep_files
from flowyte.compliance.holds import Held, held_of
from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import FieldError, Invalid, NotFound
from flowyte.tenancy.organizations import all_organizations, system_principal
from flowyte.tenancy.principal import Principal

logger = log.get(__name__)
EVERY_S = 3_600  # published: what a window ends is gone within two hours of it
LONGEST_DAYS = 3_650
A_SWEEP = 500  # conversations of one organization in one round; the next round takes the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """In days; None: until somebody deletes it."""

    recordings_days: int | None = None
    transcripts_days: int | None = None


async def set_windows(tx: TenantTx, windows: Windows, agent_id: str = "") -> None:
    """Of an agent, or of the organization. Sound cannot outlive the conversation that it belongs to."""
    faults = [
        FieldError(field=field, message=f"is from 1 to {LONGEST_DAYS} days")
        for field, days in (("recordingsDays", windows.recordings_days), ("transcriptsDays", windows.transcripts_days))
        if days is not None and not 1 <= days <= LONGEST_DAYS
    ]
    if faults:
        raise Invalid(fields=faults)
    if agent_id and not await tx.fetchval("SELECT 1 FROM agents WHERE org_id = $1 AND id = $2", tx.org, agent_id):
        raise NotFound
    await tx.execute(
        "INSERT INTO retention_windows (org_id, agent_id, recordings_days, transcripts_days) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (org_id, agent_id) DO UPDATE SET recordings_days = $3, transcripts_days = $4",
        tx.org, agent_id, windows.recordings_days, windows.transcripts_days,
    )  # fmt: skip


async def windows_of(tx: TenantTx) -> Mapping[str, Windows]:
    """By agent; '' is the organization's."""
    rows = await tx.fetch("SELECT * FROM retention_windows WHERE org_id = $1", tx.org)
    found = {
        row["agent_id"]: Windows(recordings_days=row["recordings_days"], transcripts_days=row["transcripts_days"])
        for row in rows
    }
    return {"": Windows(), **found}


async def sweep(database: Database, clock: Clock, data_dir: Path) -> int:
    """Of every organization, what is past its window: how many conversations lost something."""
    async with database.platform() as platform:
        orgs = await all_organizations(platform)
    touched = 0
    for org in orgs:
        owner = system_principal(org)
        touched += await _sweep_one(database, owner, clock.now(), data_dir)
        await sweep_files(database, owner, data_dir)
    return touched


async def overdue(tx: TenantTx, now: datetime) -> int:
    """How many conversations are past a window by more than two sweeps: none, while the sweep runs."""
    late = now - timedelta(seconds=2 * EVERY_S)
    held = 0
    for days_of, condition in (
        ("transcripts_days", "true"),
        ("recordings_days", "c.recording_state IN ('ready', 'partial')"),
    ):
        rows = await _past(tx, days_of, condition, late)
        held += len(set(rows) - await held_of(tx, rows))
    return held


async def _sweep_one(database: Database, owner: Principal, now: datetime, data_dir: Path) -> int:
    async with database.tenant(owner) as tx:
        whole = await _past(tx, "transcripts_days", "true", now)
        sound = await _past(tx, "recordings_days", "c.recording_state IN ('ready', 'partial')", now)
        held = await held_of(tx, [*whole, *sound])
        silent = [each for each in sound if each not in held]
        await tx.execute(
            "UPDATE conversations SET recording_state = 'expired', generation = generation + 1 "
            "WHERE org_id = $1 AND id = ANY ($2)", tx.org, silent,
        )  # fmt: skip
    remove_sound(data_dir, owner, silent)
    gone = []
    for conversation_id in whole:
        if conversation_id not in held and await _erased(database, owner, conversation_id):
            gone.append(conversation_id)
    remove_sound(data_dir, owner, gone)
    if silent or gone:
        logger.info("retention.swept", recordings=len(silent), conversations=len(gone))
    return len({*silent, *gone})


async def _erased(database: Database, owner: Principal, conversation_id: str) -> bool:
    """One transaction each: a hold that is placed meanwhile stops the next one."""
    try:
        async with database.tenant(owner) as tx:
            await erase_conversation(tx, conversation_id)
    except (NotFound, Held):
        return False
    return True


async def _past(tx: TenantTx, days_of: str, condition: str, now: datetime) -> list[str]:
    rows = await tx.fetch(
        "SELECT c.id FROM conversations c "
        "LEFT JOIN retention_windows a ON a.org_id = c.org_id AND a.agent_id = c.agent_id "
        "LEFT JOIN retention_windows o ON o.org_id = c.org_id AND o.agent_id = '' "
        f"WHERE c.org_id = $1 AND c.ended_at IS NOT NULL AND {condition} "
        f"AND c.ended_at < $2::timestamptz - make_interval(days => coalesce(a.{days_of}, o.{days_of})) "
        "ORDER BY c.ended_at LIMIT $3",
        tx.org, now, A_SWEEP,
    )  # fmt: skip
    return [row["id"] for row in rows]
