"""Finding conversations, also by words that were said in them."""

from datetime import datetime

from flowyte.kit.db import TenantTx
from flowyte.observe import store
from flowyte.observe.model import Conversation
from flowyte.observe.transcript import transcript
from flowyte.vault.seal import Sealer

SEARCHED = 500  # newest conversations that `q` looks through: their text is sealed, so each has to be opened


async def find(
    tx: TenantTx,
    sealer: Sealer,
    *,
    q: str | None = None,
    agent_id: str | None = None,
    channel: str | None = None,
    outcome: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: str | None = None,
    limit: int = 20,
) -> list[Conversation]:
    """Newest first. `before` is the id that the last page ended with."""
    found = await store.list_conversations(
        tx,
        agent_id=agent_id,
        channel=channel,
        outcome=outcome,
        since=since,
        until=until,
        before=before,
        limit=SEARCHED if q else limit,
    )
    if not q:
        return found
    wanted = q.casefold()
    hits: list[Conversation] = []
    for conversation in found:
        if wanted in await _text(tx, sealer, conversation.id):
            hits.append(conversation)
            if len(hits) == limit:
                break
    return hits


async def _text(tx: TenantTx, sealer: Sealer, conversation_id: str) -> str:
    turns = transcript(await store.events(tx, sealer, conversation_id))
    return " ".join(turn.text for turn in turns).casefold()
