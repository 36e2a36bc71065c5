"""All SQL of conversations and their timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import msgspec

from flowyte.jobs.queue import defer
from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Conflict, NotFound
from flowyte.observe.model import Conversation, Event
from flowyte.receipts.leaf import new_leaf, origin_of, preamble, salt_of
from flowyte.receipts.verify_receipt import CLOSED
from flowyte.vault.seal import Sealer, open_with, seal_with

COLUMNS = ", ".join(spec.name for spec in fields(Conversation))
CONVERSATION_ENDED = "conversation_ended"  # the task's name in the queue
Row = tuple[int, int, datetime, str, Mapping[str, object]]


async def insert_conversation(
    tx: TenantTx, *, id: str, agent_id: str, agent_name: str, version_id: str | None, version_number: int | None,
    channel: str, line: str, draft: bool,
) -> None:  # fmt: skip
    """Conflict when the id was used before."""
    begun = await tx.fetchval(
        "INSERT INTO conversations (org_id, id, agent_id, agent_name, version_id, version_number, channel, line, "
        "draft) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING 1",
        tx.org, id, agent_id, agent_name, version_id, version_number, channel, line, draft,
    )  # fmt: skip
    if begun is None:
        raise Conflict("This conversation was begun before.")


async def get_conversation(tx: TenantTx, conversation_id: str, *, lock: bool = False) -> Conversation:
    row = await tx.fetchrow(
        f"SELECT {COLUMNS} FROM conversations WHERE org_id = $1 AND id = $2{' FOR UPDATE' if lock else ''}",
        tx.org, conversation_id,
    )  # fmt: skip
    if row is None:
        raise NotFound
    return Conversation(**dict(row))


async def list_conversations(
    tx: TenantTx, *, agent_id: str | None = None, channel: str | None = None, outcome: str | None = None,
    since: datetime | None = None, until: datetime | None = None, before: str | None = None, limit: int = 20,
) -> list[Conversation]:  # fmt: skip
    """Newest first. `before` is the id that the last page ended with."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM conversations WHERE org_id = $1 "
        "AND ($2::text IS NULL OR agent_id = $2) AND ($3::text IS NULL OR channel = $3) "
        "AND ($4::text IS NULL OR outcome = $4) AND ($5::timestamptz IS NULL OR started_at >= $5) "
        "AND ($6::timestamptz IS NULL OR started_at < $6) AND ($7::text IS NULL OR (started_at, id) < "
        "(SELECT started_at, id FROM conversations WHERE org_id = $1 AND id = $7)) "
        "ORDER BY started_at DESC, id DESC LIMIT $8",
        tx.org, agent_id, channel, outcome, since, until, before, limit,
    )  # fmt: skip
    return [Conversation(**dict(row)) for row in rows]


async def append(tx: TenantTx, conversation_id: str, key: bytes, rows: Sequence[Row]) -> None:
    """Events in one round trip, each sealed for its place in the order and with its leaf for the log."""
    begin, salt, written = preamble(origin_of(tx.org), conversation_id), salt_of(key), []
    for seq, at_ms, at, type, data in rows:
        raw = msgspec.json.encode(data)
        sealed = seal_with(key, 0, _place(conversation_id, seq, type), raw)
        written.append((seq, at_ms, at, type, sealed, new_leaf(begin, salt, seq, type, at, at_ms, raw)))
    columns = list(zip(*written, strict=True))
    await tx.execute(
        "INSERT INTO timeline (org_id, conversation_id, seq, at_ms, at, type, sealed, leaf) "
        "SELECT $1, $2, * FROM unnest($3::int[], $4::int[], $5::timestamptz[], $6::text[], $7::bytea[], $8::bytea[])",
        tx.org, conversation_id, *[list(column) for column in columns],
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An event as it was written: `raw` is its JSON, byte for byte."""

    seq: int
    at_ms: int
    at: datetime
    type: str
    raw: bytes


async def kept(tx: TenantTx, sealer: Sealer, conversation_id: str) -> list[Kept]:
    """The whole timeline in order, opened, with the event that closes it. NotFound for what is not here."""
    await get_conversation(tx, conversation_id)
    key = await sealer.conversation_key(tx, conversation_id)
    rows = await tx.fetch(
        "SELECT seq, at_ms, at, type, sealed FROM timeline WHERE org_id = $1 AND conversation_id = $2 ORDER BY seq",
        tx.org, conversation_id,
    )  # fmt: skip
    return [
        Kept(
            seq=row["seq"], at_ms=row["at_ms"], at=row["at"], type=row["type"],
            raw=open_with(key, _place(conversation_id, row["seq"], row["type"]), row["sealed"]),
        )
        for row in rows
    ]  # fmt: skip


async def events(tx: TenantTx, sealer: Sealer, conversation_id: str) -> list[Event]:
    """What took place, in order. NotFound for a conversation that is not here."""
    return opened(await kept(tx, sealer, conversation_id))


def opened(rows: Sequence[Kept]) -> list[Event]:
    """Without the event that closes a conversation, which speaks of the others: receipts alone have it."""
    return [
        Event(seq=one.seq, at_ms=one.at_ms, at=one.at, type=one.type, data=msgspec.json.decode(one.raw))
        for one in rows
        if one.type != CLOSED
    ]


async def set_recording(
    tx: TenantTx, conversation_id: str, *, state: str, paused_by: str | None, rate: int, from_ms: int
) -> None:
    """Of a call that goes on; once it is closed this changes nothing."""
    await tx.execute(
        "UPDATE conversations SET recording_state = $3, recording_paused_by = $4, recording_rate = $5, "
        "recording_from = $6 WHERE org_id = $1 AND id = $2 AND ended_at IS NULL",
        tx.org, conversation_id, state, paused_by, rate, from_ms,
    )  # fmt: skip


async def close_conversation(
    tx: TenantTx, conversation_id: str, *, ended_at: datetime, duration_ms: int, cause: str, outcome: str,
    consent: str, turns: int, recording_state: str, recording_ms: int | None, latency: list[dict[str, object]],
) -> bool:  # fmt: skip
    """Once: a conversation that is closed stays as it is, and the answer is False. What is folded from it is queued in
    the same transaction."""
    closed = await tx.fetchval(
        "UPDATE conversations SET ended_at = $3, duration_ms = $4, cause = $5, outcome = $6, consent = $7, turns = $8, "
        "recording_state = $9, recording_ms = $10, latency = $11, recording_paused_by = NULL "
        "WHERE org_id = $1 AND id = $2 AND ended_at IS NULL "
        "RETURNING true",
        tx.org, conversation_id, ended_at, duration_ms, cause, outcome, consent, turns, recording_state, recording_ms,
        latency,
    )  # fmt: skip
    if closed:
        await defer(tx, CONVERSATION_ENDED, conversation_id)
    return bool(closed)


async def reopened(tx: TenantTx, conversation_id: str, outcome: str) -> None:
    """Events were added to what was closed: they have no places in the log yet."""
    await tx.execute(
        "UPDATE conversations SET outcome = $3, in_log = false WHERE org_id = $1 AND id = $2 AND ended_at IS NOT NULL",
        tx.org, conversation_id, outcome,
    )  # fmt: skip


async def bytes_kept(tx: TenantTx) -> int:
    """Of all recordings: two tracks of 16-bit samples."""
    kept = await tx.fetchval(
        "SELECT coalesce(sum(recording_ms::bigint * recording_rate * 4 / 1000), 0)::bigint FROM conversations "
        "WHERE org_id = $1 AND recording_state IN ('ready', 'partial')", tx.org,
    )  # fmt: skip
    return int(kept)


async def keep_alive(tx: TenantTx, ids: Sequence[str]) -> None:
    await tx.execute("UPDATE conversations SET alive_at = now() WHERE org_id = $1 AND id = ANY($2)", tx.org, list(ids))


async def orphans(tx: TenantTx, *, older_than_s: float) -> list[Conversation]:
    """Open calls that nobody has held for a while. Chats wait for their reader and are not meant."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM conversations WHERE org_id = $1 AND ended_at IS NULL AND channel = 'voice' "
        "AND alive_at < now() - make_interval(secs => $2)",
        tx.org, older_than_s,
    )  # fmt: skip
    return [Conversation(**dict(row)) for row in rows]


async def end_receipts(tx: TenantTx, conversations: Sequence[str]) -> None:
    """What took place in them goes, event by event; their rows stay, and their leaves in the log."""
    await tx.execute(
        "UPDATE conversations SET receipt_over = true WHERE org_id = $1 AND id = ANY ($2)", tx.org, list(conversations)
    )
    await tx.execute(
        "DELETE FROM timeline WHERE org_id = $1 AND conversation_id = ANY ($2)", tx.org, list(conversations)
    )


async def receipt_is_over(tx: TenantTx, conversation_id: str) -> bool:
    """Whether the window of its receipt has ended: then the events are gone, and the conversation is not."""
    over = await tx.fetchval(
        "SELECT receipt_over FROM conversations WHERE org_id = $1 AND id = $2", tx.org, conversation_id
    )
    return bool(over)


async def delete_conversation(tx: TenantTx, conversation_id: str) -> None:
    """The row, its timeline and its key: what was sealed with it is unreadable everywhere from here on."""
    await get_conversation(tx, conversation_id)
    await tx.execute("DELETE FROM conversations WHERE org_id = $1 AND id = $2", tx.org, conversation_id)
    await tx.execute(
        "DELETE FROM conversation_keys WHERE org_id = $1 AND conversation_id = $2", tx.org, conversation_id
    )


def _place(conversation_id: str, seq: int, type: str) -> bytes:
    return f"timeline\0{conversation_id}\0{seq}\0{type}".encode()
