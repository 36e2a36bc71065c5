"""What is learnt of a conversation once it is closed, such as that nobody answered where its caller was put through."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import json

from flowyte.kit import log
from flowyte.kit.db import TenantTx
from flowyte.observe import store
from flowyte.observe.model import Event
from flowyte.observe.receipt import closing_again
from flowyte.observe.transcript import outcome
from flowyte.receipts.verify_receipt import AWAITS, CLOSED
from flowyte.vault.seal import Sealer

logger = log.get(__name__)


async def append(
    tx: TenantTx, sealer: Sealer, conversation_id: str, type: str, data: Mapping[str, object], *, now: datetime
) -> None:
    """One more event behind the last, another that closes the conversation, and the outcome by the whole timeline
    again. The same event is not added twice: who tells of it may tell it again. What nobody waits for is not added: the
    receipt says that nothing more will come."""
    conversation = await store.get_conversation(tx, conversation_id, lock=True)
    kept = await store.kept(tx, sealer, conversation_id)
    events = store.opened(kept)
    if any(event.type == type and event.data == data for event in events):
        return
    closed = json.decode(kept[-1].raw) if kept and kept[-1].type == CLOSED else None
    if closed is not None and closed.get(AWAITS) != 1:
        logger.warning("conversation.told_too_late", conversation=conversation_id, type=type)
        return
    last = kept[-1] if kept else None
    at_ms = max(int((now - conversation.started_at).total_seconds() * 1000), last.at_ms if last else 0)
    late = Event(seq=last.seq + 1 if last else 1, at_ms=at_ms, at=now, type=type, data=data)
    cause = conversation.cause or ""
    rows: list[store.Row] = [(late.seq, late.at_ms, late.at, late.type, late.data)]
    if closed is not None:
        rows.append(closing_again(closed, [*events, late], cause, now))
    await store.append(tx, conversation_id, await sealer.conversation_key(tx, conversation_id), rows)
    await store.reopened(tx, conversation_id, outcome(cause, [*events, late]))
