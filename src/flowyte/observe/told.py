"""What webhooks are told of conversations: ids and states. Drafts and testers tell nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flowyte.kit.db import TenantTx
from flowyte.observe import store
from flowyte.observe.model import Conversation
from flowyte.webhooks.emit import emit

REFUSALS = ("deny", "escalate")


async def started(tx: TenantTx, conversation_id: str, now: datetime) -> None:
    found = await store.get_conversation(tx, conversation_id)
    if not found.draft:
        await emit(tx, "conversation.started", _who(found), now)


async def refused(tx: TenantTx, conversation_id: str, rows: Sequence[store.Row]) -> None:
    """For each decision against an act among these events."""
    decided = [(at, data) for _, _, at, type, data in rows if type == "guardrail" and data.get("outcome") in REFUSALS]
    if not decided:
        return
    found = await store.get_conversation(tx, conversation_id)
    for at, data in decided if not found.draft else ():
        why: Mapping[str, object] = {name: data.get(name) for name in ("act", "outcome", "policy", "reason")}
        await emit(tx, "guardrail.refused", {**_who(found), **why}, at)


async def ended(tx: TenantTx, conversation_id: str, now: datetime) -> None:
    """After the row was closed."""
    found = await store.get_conversation(tx, conversation_id)
    if found.draft:
        return
    how = {
        "outcome": found.outcome, "cause": found.cause, "durationMs": found.duration_ms, "turns": found.turns,
        "consent": found.consent,
    }  # fmt: skip
    await emit(tx, "conversation.ended", {**_who(found), **how}, now)
    if found.recording_state in ("ready", "partial"):
        sound = {"state": found.recording_state, "durationMs": found.recording_ms}
        await emit(tx, "recording.ready", {**_who(found), **sound}, now)
    if found.latency:
        await emit(tx, "conversation.analysed", {**_who(found), "turns": list(found.latency)}, now)


def _who(found: Conversation) -> dict[str, object]:
    return {
        "conversationId": found.id, "agentId": found.agent_id, "versionId": found.version_id, "channel": found.channel,
        "line": found.line,
    }  # fmt: skip
