"""What is learnt of a conversation once it is closed, such as that nobody answered where its caller was put through."""

from collections.abc import Mapping
from datetime import datetime

from flowyte.kit.db import TenantTx
from flowyte.observe import store
from flowyte.observe.model import Event
from flowyte.observe.transcript import outcome
from flowyte.vault.seal import Sealer


async def append(
    tx: TenantTx, sealer: Sealer, conversation_id: str, type: str, data: Mapping[str, object], *, now: datetime
) -> None:
    """One more event behind the last, and the outcome by the whole timeline again. The same event is not added twice:
    who tells of it may tell it again."""
    conversation = await store.get_conversation(tx, conversation_id, lock=True)
    events = await store.events(tx, sealer, conversation_id)
    if any(event.type == type and event.data == data for event in events):
        return
    at_ms = max(int((now - conversation.started_at).total_seconds() * 1000), events[-1].at_ms if events else 0)
    late = Event(seq=events[-1].seq + 1 if events else 1, at_ms=at_ms, at=now, type=type, data=data)
    key = await sealer.conversation_key(tx, conversation_id)
    await store.append(tx, conversation_id, key, [(late.seq, late.at_ms, late.at, late.type, late.data)])
    decided = outcome(conversation.cause or "", [*events, late])
    await store.set_outcome(tx, conversation_id, decided)
