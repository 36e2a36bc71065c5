"""All SQL of keys: wrapped organization keys, conversation keys, and the key that an organization brought.

`settled` tells whether the transaction that wrote a row has committed. Only then may the key be remembered: one that
is rolled back must not go on sealing values that nobody could open again.
"""

from collections.abc import Sequence

from flowyte.kit.db import TenantTx
from flowyte.vault.opened import Wrapped

SETTLED = "xmin::text <> coalesce(pg_current_xact_id_if_assigned()::xid::text, '') AS settled"


async def newest_version(tx: TenantTx) -> tuple[int, bool] | None:
    """The newest version and whether it is settled; None before the first."""
    row = await tx.fetchrow(
        f"SELECT version, {SETTLED} FROM org_keys WHERE org_id = $1 ORDER BY version DESC LIMIT 1", tx.org
    )
    return (row["version"], row["settled"]) if row else None


async def org_key(tx: TenantTx, version: int) -> Wrapped | None:
    row = await tx.fetchrow(
        f"SELECT kek_id, wrapped, {SETTLED} FROM org_keys WHERE org_id = $1 AND version = $2", tx.org, version
    )
    return Wrapped(**dict(row)) if row else None


async def insert_org_key(tx: TenantTx, version: int, kek_id: str, wrapped: bytes) -> None:
    """Two that make the same version at once end with the one that was first."""
    await tx.execute(
        "INSERT INTO org_keys (org_id, version, kek_id, wrapped) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        tx.org, version, kek_id, wrapped,
    )  # fmt: skip


async def versions_not_under(tx: TenantTx, kek_id: str) -> Sequence[int]:
    """Versions that another key-encryption key wraps, locked until the transaction ends."""
    rows = await tx.fetch(
        "SELECT version FROM org_keys WHERE org_id = $1 AND kek_id <> $2 ORDER BY version FOR UPDATE", tx.org, kek_id
    )
    return [row["version"] for row in rows]


async def replace_wrapping(tx: TenantTx, version: int, kek_id: str, wrapped: bytes) -> None:
    await tx.execute(
        "UPDATE org_keys SET kek_id = $3, wrapped = $4, rewrapped_at = now() WHERE org_id = $1 AND version = $2",
        tx.org, version, kek_id, wrapped,
    )  # fmt: skip


async def versions_by_kek(tx: TenantTx) -> dict[str, int]:
    rows = await tx.fetch("SELECT kek_id, count(*) AS n FROM org_keys WHERE org_id = $1 GROUP BY kek_id", tx.org)
    return {row["kek_id"]: row["n"] for row in rows}


async def own_kek(tx: TenantTx) -> str | None:
    """The key-encryption key that the organization brought."""
    kek_id: str | None = await tx.fetchval("SELECT kek_id FROM own_keys WHERE org_id = $1", tx.org)
    return kek_id


async def set_own_kek(tx: TenantTx, kek_id: str) -> None:
    await tx.execute(
        "INSERT INTO own_keys (org_id, kek_id) VALUES ($1, $2) "
        "ON CONFLICT (org_id) DO UPDATE SET kek_id = $2, created_at = now()",
        tx.org, kek_id,
    )  # fmt: skip


async def drop_own_kek(tx: TenantTx) -> None:
    await tx.execute("DELETE FROM own_keys WHERE org_id = $1", tx.org)


async def insert_conversation_key(tx: TenantTx, conversation_id: str, wrapped: bytes) -> None:
    await tx.execute(
        "INSERT INTO conversation_keys (org_id, conversation_id, wrapped) VALUES ($1, $2, $3)",
        tx.org, conversation_id, wrapped,
    )  # fmt: skip


async def conversation_key(tx: TenantTx, conversation_id: str) -> bytes | None:
    wrapped: bytes | None = await tx.fetchval(
        "SELECT wrapped FROM conversation_keys WHERE org_id = $1 AND conversation_id = $2", tx.org, conversation_id
    )
    return wrapped


async def conversation_keys_after(tx: TenantTx, conversation_id: str, limit: int) -> list[tuple[str, bytes]]:
    """The next page in order of the id, locked until the transaction ends."""
    rows = await tx.fetch(
        "SELECT conversation_id, wrapped FROM conversation_keys WHERE org_id = $1 AND conversation_id > $2 "
        "ORDER BY conversation_id LIMIT $3 FOR UPDATE",
        tx.org, conversation_id, limit,
    )  # fmt: skip
    return [(row["conversation_id"], row["wrapped"]) for row in rows]


async def replace_conversation_keys(tx: TenantTx, rows: Sequence[tuple[str, bytes]]) -> None:
    await tx.executemany(
        "UPDATE conversation_keys SET wrapped = $3 WHERE org_id = $1 AND conversation_id = $2",
        [(tx.org, conversation_id, wrapped) for conversation_id, wrapped in rows],
    )
