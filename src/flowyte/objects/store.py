"""All SQL of where objects lie, and of what is to go from a bucket."""

from collections.abc import Sequence
from datetime import datetime

from flowyte.kit.db import TenantTx
from flowyte.objects.model import Removal, Stored

COLUMNS = "conversation_id, kind, region, bucket, key, size, sha256, state"
_ENDED = "ended_at IS NOT NULL AND recording_state IN ('ready', 'partial')"


async def find(tx: TenantTx, conversation_id: str, kind: str) -> Stored | None:
    row = await tx.fetchrow(
        f"SELECT {COLUMNS} FROM stored_objects WHERE org_id = $1 AND conversation_id = $2 AND kind = $3",
        tx.org, conversation_id, kind,
    )  # fmt: skip
    return Stored(**dict(row)) if row else None


async def ripe(tx: TenantTx, conversations: Sequence[str], before: datetime) -> list[str]:
    """Those whose sound is whole and may be moved: the call ended before then, and what it left is kept."""
    rows = await tx.fetch(
        f"SELECT id FROM conversations WHERE org_id = $1 AND id = ANY ($2) AND {_ENDED} AND ended_at <= $3 "
        "ORDER BY ended_at",
        tx.org, list(conversations), before,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def begin(tx: TenantTx, stored: Stored) -> Stored | None:
    """Say where an object is going; what was said before stands. None when its conversation or sound is gone."""
    await tx.execute(
        "INSERT INTO stored_objects (org_id, conversation_id, kind, region, bucket, key, size, sha256) "
        f"SELECT org_id, id, $3, $4, $5, $6, $7, $8 FROM conversations WHERE org_id = $1 AND id = $2 AND {_ENDED} "
        "ON CONFLICT DO NOTHING",
        tx.org, stored.conversation_id, stored.kind, stored.region, stored.bucket, stored.key, stored.size,
        stored.sha256,
    )  # fmt: skip
    return await find(tx, stored.conversation_id, stored.kind)


async def arrived(tx: TenantTx, stored: Stored) -> bool:
    """It was read back and is the same. False when the conversation went meanwhile: then so must the copy."""
    row = await tx.fetchval(
        "UPDATE stored_objects SET state = 'stored', stored_at = coalesce(stored_at, now()) "
        "WHERE org_id = $1 AND conversation_id = $2 AND kind = $3 RETURNING true",
        tx.org, stored.conversation_id, stored.kind,
    )  # fmt: skip
    return bool(row)


async def drop(tx: TenantTx, conversations: Sequence[str]) -> None:
    """Their objects are to go, while the conversations stay. A trigger writes down what the bucket has to lose."""
    await tx.execute(
        "DELETE FROM stored_objects WHERE org_id = $1 AND conversation_id = ANY ($2)", tx.org, list(conversations)
    )


async def ask_removal(tx: TenantTx, *, bucket: str, region: str, key: str, conversation_id: str) -> None:
    """Once for an object, however often it is asked."""
    await tx.execute(
        "INSERT INTO object_removals (org_id, bucket, region, key, conversation_id) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT DO NOTHING",
        tx.org, bucket, region, key, conversation_id,
    )  # fmt: skip


async def removals(tx: TenantTx, *, bucket: str, limit: int, before: datetime) -> list[Removal]:
    """What this bucket still has to lose and was not tried since then, the longest waiting first."""
    rows = await tx.fetch(
        "SELECT bucket, region, key, conversation_id, asked_at, tries, error FROM object_removals "
        "WHERE org_id = $1 AND bucket = $2 AND (tried_at IS NULL OR tried_at < $4) ORDER BY asked_at, key LIMIT $3",
        tx.org, bucket, limit, before,
    )  # fmt: skip
    return [Removal(**dict(row)) for row in rows]


async def removed(tx: TenantTx, removal: Removal) -> None:
    await tx.execute(
        "DELETE FROM object_removals WHERE org_id = $1 AND bucket = $2 AND key = $3",
        tx.org, removal.bucket, removal.key,
    )  # fmt: skip


async def failed(tx: TenantTx, removal: Removal, error: str, now: datetime) -> None:
    await tx.execute(
        "UPDATE object_removals SET tries = tries + 1, tried_at = $4, error = $5 "
        "WHERE org_id = $1 AND bucket = $2 AND key = $3",
        tx.org, removal.bucket, removal.key, now, error[:300],
    )  # fmt: skip


async def left_of(tx: TenantTx, conversations: Sequence[str]) -> set[str]:
    """Those of which a bucket has something, or may still have."""
    rows = await tx.fetch(
        "SELECT conversation_id FROM stored_objects WHERE org_id = $1 AND conversation_id = ANY ($2) "
        "UNION SELECT conversation_id FROM object_removals WHERE org_id = $1 AND conversation_id = ANY ($2)",
        tx.org, list(conversations),
    )  # fmt: skip
    return {row["conversation_id"] for row in rows}


async def kept_of(tx: TenantTx, conversations: Sequence[str]) -> set[str]:
    """Those whose sound is to be kept."""
    rows = await tx.fetch(
        "SELECT id FROM conversations WHERE org_id = $1 AND id = ANY ($2) "
        "AND recording_state NOT IN ('none', 'expired', 'erased')",
        tx.org, list(conversations),
    )  # fmt: skip
    return {row["id"] for row in rows}


async def overdue_removals(tx: TenantTx, before: datetime) -> int:
    """How many were asked before then and are not proven."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM object_removals WHERE org_id = $1 AND asked_at < $2", tx.org, before
    )
    return count


async def some_stored(tx: TenantTx, *, limit: int) -> list[Stored]:
    """The newest, for who looks whether they are as they should be."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM stored_objects WHERE org_id = $1 AND state = 'stored' ORDER BY stored_at DESC LIMIT $2",
        tx.org, limit,
    )  # fmt: skip
    return [Stored(**dict(row)) for row in rows]


async def stored_in(tx: TenantTx, region: str, *, limit: int) -> list[Stored]:
    """Those that lie in a region's bucket."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM stored_objects WHERE org_id = $1 AND region = $2 ORDER BY conversation_id LIMIT $3",
        tx.org, region, limit,
    )  # fmt: skip
    return [Stored(**dict(row)) for row in rows]


async def lies_in(tx: TenantTx, stored: Stored, *, region: str, bucket: str) -> None:
    await tx.execute(
        "UPDATE stored_objects SET region = $4, bucket = $5 WHERE org_id = $1 AND conversation_id = $2 AND kind = $3",
        tx.org, stored.conversation_id, stored.kind, region, bucket,
    )  # fmt: skip


async def strays(tx: TenantTx, region: str) -> int:
    """How many are said to lie in another region than this."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM stored_objects WHERE org_id = $1 AND region <> $2", tx.org, region
    )
    return count
