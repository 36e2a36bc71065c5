"""Messages that callers left: filed exactly once for an intent, the personal parts sealed, read and ticked off."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from flowyte.kit.db import TenantTx
from flowyte.kit.errors import FieldError, Invalid, NotFound
from flowyte.kit.ids import new_id
from flowyte.vault.seal import Sealer
from flowyte.webhooks.emit import emit

MOST_NAME = 200
MOST_BODY = 5_000
_COLUMNS = "id, agent_id, conversation_id, name, phone_e164, body, status, created_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`phone` is E.164, or empty when the caller gave none."""

    id: str
    agent_id: str
    conversation_id: str
    name: str
    phone: str
    body: str
    status: Literal["new", "read"]
    created_at: datetime


class MessageNotFound(NotFound):
    """There is no such message."""


async def file_message(
    tx: TenantTx, sealer: Sealer, *, agent_id: str, conversation_id: str, intent_key: str, name: str, phone: str,
    body: str,
) -> Message:  # fmt: skip
    """Keep a message. A second call with the same conversation and intent gives the first message back unchanged."""
    _check(name, body)
    id = new_id("msg")
    sealed = [
        await sealer.seal(tx, "messages", column, id, value.encode())
        for column, value in (("name", name.strip()), ("phone_e164", phone), ("body", body.strip()))
    ]
    row = await tx.fetchrow(
        "INSERT INTO messages (org_id, id, agent_id, conversation_id, intent_key, name, phone_e164, body) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
        f"ON CONFLICT (org_id, conversation_id, intent_key) DO NOTHING RETURNING {_COLUMNS}",
        tx.org, id, agent_id, conversation_id, intent_key, *sealed,
    )  # fmt: skip
    if row is not None:
        what = {"messageId": id, "agentId": agent_id, "conversationId": conversation_id}
        await emit(tx, "message.taken", what, row["created_at"])
    else:
        row = await tx.fetchrow(
            f"SELECT {_COLUMNS} FROM messages WHERE org_id = $1 AND conversation_id = $2 AND intent_key = $3",
            tx.org, conversation_id, intent_key,
        )  # fmt: skip
    return await _opened(tx, sealer, row)


async def list_messages(
    tx: TenantTx, sealer: Sealer, *, limit: int = 20, cursor: str | None = None, conversation_id: str | None = None
) -> tuple[tuple[Message, ...], str | None]:
    """Newest first, with the cursor of the next page or None."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM messages WHERE org_id = $1 AND ($3::text IS NULL OR conversation_id = $3) "
        "AND ($2::text IS NULL OR (created_at, id) < "
        "(SELECT created_at, id FROM messages WHERE org_id = $1 AND id = $2)) "
        "ORDER BY created_at DESC, id DESC LIMIT $4",
        tx.org, cursor, conversation_id, limit + 1,
    )  # fmt: skip
    page = tuple([await _opened(tx, sealer, row) for row in rows[:limit]])
    return page, page[-1].id if len(rows) > limit else None


async def get_message(tx: TenantTx, sealer: Sealer, message_id: str) -> Message:
    row = await tx.fetchrow(f"SELECT {_COLUMNS} FROM messages WHERE org_id = $1 AND id = $2", tx.org, message_id)
    if row is None:
        raise MessageNotFound
    return await _opened(tx, sealer, row)


async def mark_read(tx: TenantTx, sealer: Sealer, message_id: str, *, read: bool = True) -> Message:
    row = await tx.fetchrow(
        f"UPDATE messages SET status = $3 WHERE org_id = $1 AND id = $2 RETURNING {_COLUMNS}",
        tx.org, message_id, "read" if read else "new",
    )  # fmt: skip
    if row is None:
        raise MessageNotFound
    return await _opened(tx, sealer, row)


async def count_new(tx: TenantTx) -> int:
    count: int = await tx.fetchval("SELECT count(*) FROM messages WHERE org_id = $1 AND status = 'new'", tx.org)
    return count


def _check(name: str, body: str) -> None:
    wrong = []
    if not name.strip() or len(name) > MOST_NAME:
        wrong.append(FieldError(field="name", message=f"between 1 and {MOST_NAME} characters"))
    if not body.strip() or len(body) > MOST_BODY:
        wrong.append(FieldError(field="message", message=f"between 1 and {MOST_BODY} characters"))
    if wrong:
        raise Invalid(fields=wrong)


async def _opened(tx: TenantTx, sealer: Sealer, row: Any) -> Message:
    async def text(column: str) -> str:
        return (await sealer.open(tx, "messages", column, row["id"], row[column])).decode()

    return Message(
        id=row["id"], agent_id=row["agent_id"], conversation_id=row["conversation_id"], name=await text("name"),
        phone=await text("phone_e164"), body=await text("body"), status=row["status"], created_at=row["created_at"],
    )  # fmt: skip
