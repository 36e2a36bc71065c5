"""All SQL of the log but for writing a leaf, which goes with its event in `observe.store.append`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flowyte.kit.db import TenantTx
from flowyte.receipts.note import SignedHead
from flowyte.receipts.tree import TILE, Place

LEAF = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Leaves of one conversation that were written together; `first` is the place of the first one in the log."""

    first: int
    conversation_id: str
    first_seq: int
    leaves: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    number: int
    public: bytes
    since: datetime
    endorsement: bytes | None


async def lock(tx: TenantTx) -> None:
    """One transaction at a time gives places in this organization's log; those that only queue leaves do not wait."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('log/' || $1::text, 0))", str(tx.org))


NEXT_SEQ = (
    "coalesce((SELECT first_seq + length(leaves) / 32 FROM log_entries "
    "WHERE org_id = $1 AND conversation_id = {of} ORDER BY first_seq DESC LIMIT 1), 1)"
)


async def take_new(tx: TenantTx, most: int) -> list[tuple[str, int, bytes]]:
    """Conversation, first seq and leaves of what has no places yet; to be placed in this transaction.

    Each conversation once, as far as it has got. One that is closed is not looked at again.
    """
    deleted = await tx.fetch(
        "DELETE FROM leaf_queue WHERE org_id = $1 AND n IN "
        "(SELECT n FROM leaf_queue WHERE org_id = $1 ORDER BY n LIMIT $2) "
        "RETURNING n, conversation_id, first_seq, leaves",
        tx.org, most,
    )  # fmt: skip
    deleted.sort(key=lambda row: int(row["n"]))
    kept = await tx.fetch(
        "SELECT id AS conversation_id, new.* FROM conversations, LATERAL ("
        "SELECT min(seq) AS first_seq, string_agg(leaf, ''::bytea ORDER BY seq) AS leaves, "
        "bool_or(type = 'closed') AS closed FROM timeline "
        f"WHERE org_id = $1 AND conversation_id = id AND leaf IS NOT NULL AND seq >= {NEXT_SEQ.format(of='id')} "
        "HAVING count(*) > 0) AS new WHERE org_id = $1 AND NOT in_log ORDER BY started_at, id LIMIT $2",
        tx.org, most,
    )  # fmt: skip
    closed = [row["conversation_id"] for row in kept if row["closed"]]
    if closed:
        await tx.execute("UPDATE conversations SET in_log = true WHERE org_id = $1 AND id = ANY($2)", tx.org, closed)
    return [(row["conversation_id"], row["first_seq"], row["leaves"]) for row in (*deleted, *kept)]


async def has_new(tx: TenantTx, conversation_id: str | None = None) -> bool:
    """Whether leaves wait for their places, of this conversation or of any."""
    return bool(
        await tx.fetchval(
            "SELECT EXISTS (SELECT FROM leaf_queue WHERE org_id = $1 AND ($2::text IS NULL OR conversation_id = $2)) "
            "OR EXISTS (SELECT FROM conversations AS c WHERE org_id = $1 AND NOT in_log "
            "AND ($2::text IS NULL OR id = $2) AND EXISTS (SELECT FROM timeline WHERE org_id = $1 "
            f"AND conversation_id = c.id AND leaf IS NOT NULL AND seq >= {NEXT_SEQ.format(of='c.id')}))",
            tx.org, conversation_id,
        )
    )  # fmt: skip


async def size(tx: TenantTx) -> int:
    found = await tx.fetchval(
        "SELECT first + length(leaves) / 32 FROM log_entries WHERE org_id = $1 ORDER BY first DESC LIMIT 1", tx.org
    )
    return int(found or 0)


async def insert_entries(tx: TenantTx, entries: Sequence[Entry]) -> None:
    await tx.execute(
        "INSERT INTO log_entries (org_id, first, conversation_id, first_seq, leaves) "
        "SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::int[], $5::bytea[])",
        tx.org, [entry.first for entry in entries], [entry.conversation_id for entry in entries],
        [entry.first_seq for entry in entries], [entry.leaves for entry in entries],
    )  # fmt: skip


async def insert_nodes(tx: TenantTx, nodes: Sequence[tuple[int, int, bytes]]) -> None:
    """Level, number and hash of each."""
    await tx.execute(
        "INSERT INTO log_nodes (org_id, level, n, hash) SELECT $1, * FROM unnest($2::int[], $3::bigint[], $4::bytea[])",
        tx.org, [node[0] for node in nodes], [node[1] for node in nodes], [node[2] for node in nodes],
    )  # fmt: skip


async def entries_of(tx: TenantTx, conversation_id: str) -> list[Entry]:
    rows = await tx.fetch(
        "SELECT first, conversation_id, first_seq, leaves FROM log_entries "
        "WHERE org_id = $1 AND conversation_id = $2 ORDER BY first_seq",
        tx.org, conversation_id,
    )  # fmt: skip
    return [Entry(**dict(row)) for row in rows]


async def tiles(tx: TenantTx, places: Iterable[Place]) -> dict[Place, list[bytes]]:
    """What is stored of each tile; the last one of a level is shorter than the others."""
    return {place: await (_leaves(tx, place[1]) if place[0] == 0 else _nodes(tx, *place)) for place in sorted(places)}


async def _leaves(tx: TenantTx, number: int) -> list[bytes]:
    begin = number * TILE
    rows = await tx.fetch(
        "SELECT first, leaves FROM log_entries WHERE org_id = $1 AND first < $3 AND first >= coalesce("
        "(SELECT max(first) FROM log_entries WHERE org_id = $1 AND first <= $2), 0) ORDER BY first",
        tx.org, begin, begin + TILE,
    )  # fmt: skip
    if not rows:
        return []
    joined = b"".join(row["leaves"] for row in rows)[(begin - rows[0]["first"]) * LEAF :]
    return split(joined[: TILE * LEAF])


async def _nodes(tx: TenantTx, level: int, number: int) -> list[bytes]:
    rows = await tx.fetch(
        "SELECT hash FROM log_nodes WHERE org_id = $1 AND level = $2 AND n >= $3 AND n < $4 ORDER BY n",
        tx.org, level, number * TILE, (number + 1) * TILE,
    )  # fmt: skip
    return [row["hash"] for row in rows]


def split(leaves: bytes) -> list[bytes]:
    return [leaves[at : at + LEAF] for at in range(0, len(leaves), LEAF)]


# ---- heads


async def insert_head(tx: TenantTx, head: SignedHead) -> None:
    await tx.execute(
        "INSERT INTO checkpoints (org_id, size, signed_at, key, note) VALUES ($1, $2, $3, $4, $5)",
        tx.org, head.size, head.signed_at, head.key, head.note,
    )  # fmt: skip


HEAD = (
    "SELECT size, signed_at, key, note || coalesce((SELECT string_agg(line, '' ORDER BY witness) FROM cosignatures "
    "AS by WHERE by.org_id = $1 AND by.size = head.size), '') AS note FROM checkpoints AS head WHERE org_id = $1 "
)


async def heads(tx: TenantTx, *, below: int | None = None, limit: int = 20) -> list[SignedHead]:
    """The newest first, with what witnesses have signed."""
    rows = await tx.fetch(
        HEAD + "AND ($2::bigint IS NULL OR size < $2) ORDER BY size DESC LIMIT $3", tx.org, below, limit
    )
    return [SignedHead(**dict(row)) for row in rows]


async def head_of_size(tx: TenantTx, size: int) -> SignedHead | None:
    row = await tx.fetchrow(HEAD + "AND size = $2", tx.org, size)
    return SignedHead(**dict(row)) if row else None


# ---- keys


async def keys(tx: TenantTx) -> list[LogKey]:
    """In their order."""
    rows = await tx.fetch(
        "SELECT number, public, since, endorsement FROM log_keys WHERE org_id = $1 ORDER BY number", tx.org
    )
    return [LogKey(**dict(row)) for row in rows]


async def insert_key(tx: TenantTx, key: LogKey, sealed: bytes) -> None:
    """It signs from here on, and the private half of the one before is gone."""
    await tx.execute(
        "INSERT INTO log_keys (org_id, number, public, since, endorsement) VALUES ($1, $2, $3, $4, $5)",
        tx.org, key.number, key.public, key.since, key.endorsement,
    )  # fmt: skip
    await tx.execute("DELETE FROM log_secrets WHERE org_id = $1", tx.org)
    await tx.execute("INSERT INTO log_secrets (org_id, number, sealed) VALUES ($1, $2, $3)", tx.org, key.number, sealed)


async def signing_key(tx: TenantTx) -> tuple[LogKey, bytes] | None:
    """The newest key and its sealed private half; None before the first."""
    row = await tx.fetchrow(
        "SELECT number, public, since, endorsement, sealed FROM log_keys JOIN log_secrets USING (org_id, number) "
        "WHERE org_id = $1",
        tx.org,
    )
    if row is None:
        return None
    values = dict(row)
    return LogKey(**{name: value for name, value in values.items() if name != "sealed"}), values["sealed"]
