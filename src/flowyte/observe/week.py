"""The last seven days of an organization in figures, day by day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flowyte.kit.db import TenantTx

DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Each tuple has one entry a day of 24 hours, the oldest first and the last ending now. Drafts are not counted."""

    conversations: tuple[int, ...]
    completed: tuple[int, ...]
    minutes: tuple[float, ...]
    reply_ms: tuple[float | None, ...]
    """Median voice to voice, measured on the recordings; None for a day without."""
    reply_ms_all: float | None
    live: int


async def week(tx: TenantTx, now: datetime) -> Week:
    begin = now - timedelta(days=DAYS)
    rows = await tx.fetch(
        "SELECT floor(extract(epoch FROM started_at - $2) / 86400)::int AS day, count(*) AS conversations, "
        "count(*) FILTER (WHERE outcome IN ('completed', 'transferred')) AS completed, "
        "coalesce(sum(duration_ms), 0) / 60000.0 AS minutes "
        "FROM conversations WHERE org_id = $1 AND started_at >= $2 AND started_at < $3 AND NOT draft GROUP BY day",
        tx.org, begin, now,
    )  # fmt: skip
    replies = await tx.fetch(
        "SELECT floor(extract(epoch FROM started_at - $2) / 86400)::int AS day, "
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY (turn->>'voiceToVoiceMs')::float) AS median "
        "FROM conversations, jsonb_array_elements(latency) AS turn "
        "WHERE org_id = $1 AND started_at >= $2 AND started_at < $3 AND NOT draft "
        "AND turn->>'voiceToVoiceMs' IS NOT NULL GROUP BY GROUPING SETS ((day), ())",
        tx.org, begin, now,
    )  # fmt: skip
    live = await tx.fetchval("SELECT count(*) FROM conversations WHERE org_id = $1 AND ended_at IS NULL", tx.org)
    by_day = {row["day"]: row for row in rows}
    medians = {row["day"]: row["median"] for row in replies}

    def daily(name: str) -> tuple[int, ...]:
        return tuple(by_day[day][name] if day in by_day else 0 for day in range(DAYS))

    return Week(
        conversations=daily("conversations"),
        completed=daily("completed"),
        minutes=tuple(float(value) for value in daily("minutes")),
        reply_ms=tuple(medians.get(day) for day in range(DAYS)),
        reply_ms_all=medians.get(None),
        live=live,
    )
