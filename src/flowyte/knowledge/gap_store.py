"""All SQL of what callers asked and of knowledge gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from flowyte.kit.db import TenantTx

Row = Any  # a database record: read by name here and nowhere else
Status = Literal["open", "in_progress", "covered", "dismissed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedQuestion:
    """A question of a gap as it is kept; `asked` and `vector` open with its conversation's key."""

    gap_id: str
    conversation_id: str
    seq: int
    asked_at: datetime
    top_score: float
    asked: bytes
    vector: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A gap with what its questions add up to, without their words."""

    id: str
    agent_id: str
    status: Status
    source_id: str | None
    covered_at: datetime | None
    count: int
    distinct_calls: int
    first_seen: datetime
    last_seen: datetime
    top_score: float
    signals: tuple[str, ...]
    rank: float


async def lock(tx: TenantTx, agent_id: str) -> None:
    """One fold of an agent's gaps at a time; the deletion of a question takes the same lock."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('gaps/' || $1::uuid || '/' || $2::text, 0))", tx.org, agent_id
    )


async def folded(tx: TenantTx, conversation_id: str) -> frozenset[int]:
    rows = await tx.fetch(
        "SELECT seq FROM knowledge_questions WHERE org_id = $1 AND conversation_id = $2", tx.org, conversation_id
    )
    return frozenset(row["seq"] for row in rows)


async def add_question(
    tx: TenantTx, agent_id: str, conversation_id: str, *, seq: int, asked_at: datetime, top_score: float,
    source_id: str | None, gap_id: str | None = None, signals: Sequence[str] = (), asked: bytes | None = None,
    vector: bytes | None = None,
) -> None:  # fmt: skip
    await tx.execute(
        "INSERT INTO knowledge_questions (org_id, conversation_id, seq, agent_id, asked_at, top_score, source_id, "
        "gap_id, signals, asked, vector) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
        tx.org, conversation_id, seq, agent_id, asked_at, top_score, source_id, gap_id, list(signals), asked, vector,
    )  # fmt: skip


async def first_questions(tx: TenantTx, agent_id: str, gap_ids: Sequence[str] | None = None) -> list[SealedQuestion]:
    """The oldest question of each gap that is still there, of all of the agent's gaps or of these."""
    rows = await tx.fetch(
        f"SELECT DISTINCT ON (q.gap_id) {_QUESTION} FROM knowledge_questions q "
        "JOIN knowledge_gaps g ON g.org_id = q.org_id AND g.id = q.gap_id "
        "WHERE q.org_id = $1 AND q.agent_id = $2 AND ($3::text[] IS NULL OR q.gap_id = ANY ($3)) "
        "ORDER BY q.gap_id, q.asked_at, q.conversation_id, q.seq",
        tx.org, agent_id, None if gap_ids is None else list(gap_ids),
    )  # fmt: skip
    return [SealedQuestion(**dict(row)) for row in rows]


async def newest_questions(tx: TenantTx, gap_id: str, limit: int) -> list[SealedQuestion]:
    rows = await tx.fetch(
        f"SELECT {_QUESTION} FROM knowledge_questions q WHERE q.org_id = $1 AND q.gap_id = $2 "
        "ORDER BY q.asked_at DESC, q.seq DESC LIMIT $3",
        tx.org, gap_id, limit,
    )  # fmt: skip
    return [SealedQuestion(**dict(row)) for row in rows]


_QUESTION = "q.gap_id, q.conversation_id, q.seq, q.asked_at, q.top_score, q.asked, q.vector"


async def insert_gap(tx: TenantTx, id: str, agent_id: str) -> None:
    await tx.execute("INSERT INTO knowledge_gaps (org_id, id, agent_id) VALUES ($1, $2, $3)", tx.org, id, agent_id)


async def set_status(tx: TenantTx, gap_id: str, status: Status, *, source_id: str | None, at: datetime) -> None:
    await tx.execute(
        "UPDATE knowledge_gaps SET status = $3, source_id = $4, updated_at = $5, "
        "covered_at = CASE WHEN $3 = 'covered' THEN $5::timestamptz END WHERE org_id = $1 AND id = $2",
        tx.org, gap_id, status, source_id, at,
    )  # fmt: skip


async def keep_newest(tx: TenantTx, agent_id: str, most: int) -> None:
    """Of more gaps than that, those that were last asked longest ago go, whatever their status."""
    await tx.execute(
        "DELETE FROM knowledge_questions WHERE org_id = $1 AND gap_id IN ("
        "SELECT gap_id FROM knowledge_questions WHERE org_id = $1 AND agent_id = $2 AND gap_id IS NOT NULL "
        "GROUP BY gap_id ORDER BY max(asked_at) DESC OFFSET $3)",
        tx.org, agent_id, most,
    )  # fmt: skip


# A conversation counts once in the rank, by its heaviest question: halved for each HALVED of age, half as much again
# when it cost somebody something.
_COUNTED = """
WITH weighed AS (
  SELECT q.gap_id, q.conversation_id,
         max(power(0.5, greatest(0, extract(epoch FROM $2::timestamptz - q.asked_at)) / $3)
             * CASE WHEN q.signals && ARRAY['handed_over', 'message_left', 'left'] THEN 1.5 ELSE 1 END) AS weight
    FROM knowledge_questions q WHERE q.org_id = $1 AND q.gap_id IS NOT NULL GROUP BY 1, 2
), ranked AS (SELECT gap_id, sum(weight) AS rank FROM weighed GROUP BY 1)
SELECT g.id, g.agent_id, g.status, g.source_id, g.covered_at, count(*)::int AS count,
       count(DISTINCT q.conversation_id)::int AS distinct_calls, min(q.asked_at) AS first_seen,
       max(q.asked_at) AS last_seen, max(q.top_score)::float8 AS top_score,
       array(SELECT DISTINCT s FROM knowledge_questions o, unnest(o.signals) AS s
              WHERE o.org_id = $1 AND o.gap_id = g.id ORDER BY s) AS signals,
       round(r.rank::numeric, 3)::float8 AS rank
  FROM knowledge_gaps g JOIN knowledge_questions q ON q.org_id = g.org_id AND q.gap_id = g.id
  JOIN ranked r ON r.gap_id = g.id
 WHERE g.org_id = $1 AND ($4::text IS NULL OR g.agent_id = $4) AND ($5::text[] IS NULL OR g.status = ANY ($5))
   AND ($6::text IS NULL OR g.id = $6)
 GROUP BY g.org_id, g.id, r.rank ORDER BY r.rank DESC, last_seen DESC, g.id LIMIT $7
"""


async def counted(
    tx: TenantTx, *, now: datetime, halved: timedelta, agent_id: str | None = None,
    statuses: Sequence[Status] | None = None, gap_id: str | None = None, limit: int,
) -> list[Counted]:  # fmt: skip
    """Heaviest first."""
    rows = await tx.fetch(
        _COUNTED, tx.org, now, halved.total_seconds(), agent_id, None if statuses is None else list(statuses), gap_id,
        limit,
    )  # fmt: skip
    return [Counted(**{**dict(row), "signals": tuple(row["signals"])}) for row in rows]


async def count_open(tx: TenantTx) -> dict[str, int]:
    """Open gaps by agent."""
    rows = await tx.fetch(
        "SELECT agent_id, count(*)::int AS open FROM knowledge_gaps WHERE org_id = $1 AND status = 'open' "
        "GROUP BY agent_id", tx.org,
    )  # fmt: skip
    return {row["agent_id"]: row["open"] for row in rows}


async def answered_since(tx: TenantTx, agent_id: str, since: datetime) -> dict[str | None, int]:
    """How many questions each source answered; under None those that none did."""
    rows = await tx.fetch(
        "SELECT source_id, count(*)::int AS n FROM knowledge_questions WHERE org_id = $1 AND agent_id = $2 "
        "AND asked_at >= $3 GROUP BY source_id", tx.org, agent_id, since,
    )  # fmt: skip
    return {row["source_id"]: row["n"] for row in rows}
