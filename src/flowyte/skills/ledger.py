"""The effect ledger: what skills were asked to do and what came of it, once for each intent.

A run is claimed before anything happens and finished when its result is known; both sealed. Whoever meets a claim of
the same intent does not run it again: it takes the result, waits for the process that has it, or, when that process
is gone, is told that nobody knows. Doing a thing twice is worse than asking a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

import msgspec

from flowyte.kit.db import TenantTx
from flowyte.kit.ids import new_id
from flowyte.vault.seal import Sealer
from flowyte.webhooks.emit import emit

Row = Any  # a database record: read by name here and nowhere else
State = Literal["claimed", "done", "failed", "in_doubt"]
_COLUMNS = "id, conversation_id, skill, kind, is_write, state, arguments, result, error_code, claimed_at, finished_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What is to be done. The same `key` in the same conversation is the same effect, whoever asks for it again."""

    agent_id: str
    conversation_id: str
    key: str
    skill: str
    kind: str
    is_write: bool
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A run as the ledger has it. `result` is empty while it is claimed."""

    id: str
    conversation_id: str
    skill: str
    kind: str
    is_write: bool
    state: State
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]
    error_code: str | None
    claimed_at: datetime
    finished_at: datetime | None


def intent_key(skill: str, arguments: Mapping[str, object], occasion: str = "") -> str:
    """Of an effect; `occasion` sets apart what is meant to happen again."""
    plain = msgspec.json.encode([skill, arguments, occasion], order="deterministic")
    return f"{skill}-{sha256(plain).hexdigest()[:32]}"


async def claim(
    tx: TenantTx, sealer: Sealer, intent: Intent, *, now: datetime, deadline: datetime
) -> tuple[Entry, bool]:
    """The run and whether it is ours to carry out; it is not when the intent is in the ledger already.

    A claim whose deadline has passed without a result turns to `in_doubt` here; one that only reads is taken over.
    """
    while True:
        id = new_id("run")
        row = await _claimed(tx, id, await _sealed(tx, sealer, id, intent), intent, now, deadline)
        if row is not None:
            return await _entry(tx, sealer, row), True
        row = await _taken_over(tx, intent, now, deadline)
        if row is not None:
            return await _entry(tx, sealer, row), True
        row = await _known(tx, intent, now)
        if row is not None:  # else it was forgotten between the two statements, and is free again
            return await _entry(tx, sealer, row), False


async def _sealed(tx: TenantTx, sealer: Sealer, id: str, intent: Intent) -> bytes:
    return await sealer.seal(tx, "skill_runs", "arguments", id, msgspec.json.encode(intent.arguments))


async def _claimed(
    tx: TenantTx, id: str, sealed: bytes, intent: Intent, now: datetime, deadline: datetime
) -> Row | None:
    return await tx.fetchrow(
        "INSERT INTO skill_runs (org_id, id, agent_id, conversation_id, intent_key, skill, kind, is_write, arguments, "
        "claimed_at, deadline) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
        f"ON CONFLICT (org_id, conversation_id, intent_key) DO NOTHING RETURNING {_COLUMNS}",
        tx.org, id, intent.agent_id, intent.conversation_id, intent.key, intent.skill, intent.kind, intent.is_write,
        sealed, now, deadline,
    )  # fmt: skip


async def _taken_over(tx: TenantTx, intent: Intent, now: datetime, deadline: datetime) -> Row | None:
    """A read whose process is gone: reading again harms nobody."""
    return await tx.fetchrow(
        "UPDATE skill_runs SET state = 'claimed', claimed_at = $4, deadline = $5 WHERE org_id = $1 "
        "AND conversation_id = $2 AND intent_key = $3 AND NOT is_write AND state IN ('claimed', 'in_doubt') "
        f"AND deadline < $4 RETURNING {_COLUMNS}",
        tx.org, intent.conversation_id, intent.key, now, deadline,
    )  # fmt: skip


async def _known(tx: TenantTx, intent: Intent, now: datetime) -> Row | None:
    return await tx.fetchrow(
        "UPDATE skill_runs SET state = CASE WHEN state = 'claimed' AND deadline < $4 THEN 'in_doubt' ELSE state END "
        f"WHERE org_id = $1 AND conversation_id = $2 AND intent_key = $3 RETURNING {_COLUMNS}",
        tx.org, intent.conversation_id, intent.key, now,
    )  # fmt: skip


async def finish(
    tx: TenantTx, sealer: Sealer, run_id: str, *, now: datetime, result: Mapping[str, object],
    error_code: str | None = None,
) -> None:  # fmt: skip
    """Keep what came of it, also when somebody has meanwhile called it in doubt: now it is known."""
    sealed = await sealer.seal(tx, "skill_runs", "result", run_id, msgspec.json.encode(result))
    row = await tx.fetchrow(
        "UPDATE skill_runs SET state = $3, result = $4, error_code = $5, finished_at = $6 "
        "WHERE org_id = $1 AND id = $2 AND state IN ('claimed', 'in_doubt') "
        "RETURNING agent_id, conversation_id, skill, kind, state",
        tx.org, run_id, "failed" if error_code else "done", sealed, error_code, now,
    )  # fmt: skip
    if row is not None:
        what = {"runId": run_id, "conversationId": row["conversation_id"], "agentId": row["agent_id"],
                "skill": row["skill"], "skillType": row["kind"], "state": row["state"],
                "errorCode": error_code}  # fmt: skip
        await emit(tx, "skill.done", what, now)


async def doubt(tx: TenantTx, run_id: str) -> None:
    """It may have happened, and nobody here will learn it."""
    await tx.execute(
        "UPDATE skill_runs SET state = 'in_doubt' WHERE org_id = $1 AND id = $2 AND state = 'claimed'", tx.org, run_id
    )


async def forget(tx: TenantTx, run_id: str) -> None:
    """Nothing has happened and nothing will: the intent is free again. For what failed before it left this process."""
    await tx.execute("DELETE FROM skill_runs WHERE org_id = $1 AND id = $2 AND state = 'claimed'", tx.org, run_id)


async def of_conversation(tx: TenantTx, sealer: Sealer, conversation_id: str) -> tuple[Entry, ...]:
    """Oldest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM skill_runs WHERE org_id = $1 AND conversation_id = $2 ORDER BY claimed_at, id",
        tx.org, conversation_id,
    )  # fmt: skip
    return tuple([await _entry(tx, sealer, row) for row in rows])


async def in_doubt(tx: TenantTx, sealer: Sealer, *, now: datetime, limit: int = 50) -> tuple[Entry, ...]:
    """Runs that nobody will finish any more, the newest first: a person finds out what became of them."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM skill_runs WHERE org_id = $1 AND is_write "
        "AND (state = 'in_doubt' OR (state = 'claimed' AND deadline < $2)) ORDER BY claimed_at DESC LIMIT $3",
        tx.org, now, limit,
    )  # fmt: skip
    return tuple([await _entry(tx, sealer, row) for row in rows])


async def found_out(tx: TenantTx, run_id: str, *, happened: bool, now: datetime) -> bool:
    """A person says what became of a run in doubt; whether there was one. What it brought stays unknown."""
    status = await tx.execute(
        "UPDATE skill_runs SET state = $3, error_code = $4, finished_at = $5 WHERE org_id = $1 AND id = $2 "
        "AND (state = 'in_doubt' OR (state = 'claimed' AND deadline < $5))",
        tx.org, run_id, "done" if happened else "failed", None if happened else "not_done", now,
    )  # fmt: skip
    return status == "UPDATE 1"


async def _entry(tx: TenantTx, sealer: Sealer, row: Any) -> Entry:
    async def opened(column: str) -> Mapping[str, Any]:
        if row[column] is None:
            return {}
        found: dict[str, Any] = msgspec.json.decode(await sealer.open(tx, "skill_runs", column, row["id"], row[column]))
        return found

    return Entry(**{**dict(row), "arguments": await opened("arguments"), "result": await opened("result")})
