"""Pausing the recording of a live call from outside, and letting it go on.

The call runs in another process, so the order is said to all of them with the commit, and who gave it waits until the
call's own row tells that it was done. What the caller stopped is not resumed this way.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import msgspec

from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Conflict, Unavailable
from flowyte.observe import store
from flowyte.observe.model import Conversation
from flowyte.tenancy.audit import note
from flowyte.tenancy.principal import Principal

CHANNEL = "flowyte_recordings"
STEPS, STEP_S = 30, 0.1  # a live call writes down what it did within half a second
To = Literal["pause", "go_on"]
STATES: dict[To, str] = {"pause": "paused", "go_on": "recording"}


class NotRecorded(Conflict):
    """This call is not being recorded."""

    code = "not_recorded"


class StoppedByCaller(Conflict):
    """The caller asked not to be recorded; only their own word changes that."""

    code = "stopped_by_caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    org: UUID
    conversation: str
    to: To


async def order(database: Database, principal: Principal, conversation_id: str, to: To) -> Conversation:
    """The conversation once it is done; done already is done. NotFound, NotRecorded, StoppedByCaller, or Unavailable
    when no process answers for the call."""
    async with database.tenant(principal) as tx:
        if await _fits(tx, conversation_id, to):
            await note(tx, "recordings.paused" if to == "pause" else "recordings.resumed", conversation_id)
            said = {"org": str(principal.org), "conversation": conversation_id, "to": to}
            await tx.execute("SELECT pg_notify($1, $2)", CHANNEL, msgspec.json.encode(said).decode())
    for _ in range(STEPS):
        async with database.tenant(principal) as tx:
            if not await _fits(tx, conversation_id, to):
                return await store.get_conversation(tx, conversation_id)
        await asyncio.sleep(STEP_S)
    raise Unavailable("The call did not answer within three seconds; whether it is recorded has not changed.")


def read_order(said: str) -> Order | None:
    """None for what is no order."""
    try:
        return msgspec.json.decode(said, type=Order)
    except msgspec.MsgspecError:
        return None


async def _fits(tx: TenantTx, conversation_id: str, to: To) -> bool:
    """Whether there is anything to be done."""
    found = await store.get_conversation(tx, conversation_id)
    if found.ended_at is not None or found.recording_state not in STATES.values():
        raise NotRecorded
    if found.recording_state == STATES[to]:
        return False
    if found.recording_paused_by == "caller":
        raise StoppedByCaller
    return True
