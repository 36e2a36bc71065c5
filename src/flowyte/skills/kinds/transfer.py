"""transfer: the order that a line's carrier carries out once the agent's own stream is closed.

The entry in the ledger is the order. What the carrier is told comes from it alone (`ordered`), so that a call goes to
the one destination that was judged and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flowyte.kit.db import TenantTx
from flowyte.skills import ledger
from flowyte.skills.address import destination
from flowyte.skills.registry import TRANSFER
from flowyte.skills.runner import Order, SkillFailed
from flowyte.vault.seal import Sealer

# The agent hangs up as soon as the order is kept, and the carrier asks at once. What it asks later than this is the end
# of a call that went on after all.
FRESH = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    label: str
    destination: str


async def transfer(tx: TenantTx, order: Order, run_id: str) -> Mapping[str, Any]:
    """In the transaction of its entry."""
    if destination(str(order.arguments.get("destination") or "")) is None:
        raise SkillFailed("No phone number or SIP address.", kind="invalid_arguments", happened="no")
    return {"ordered": True}


async def ordered(tx: TenantTx, sealer: Sealer, conversation_id: str, *, now: datetime | None) -> Ordered | None:
    """Where this conversation's caller is to be put through to now, if anywhere; without `now`, where they were."""
    entries = await ledger.of_conversation(tx, sealer, conversation_id)
    orders = [entry for entry in entries if entry.kind == TRANSFER and entry.state == "done"]
    if not orders or orders[-1].finished_at is None:
        return None
    if now is not None and now - orders[-1].finished_at > FRESH:
        return None
    given = orders[-1].arguments
    return Ordered(label=str(given["label"]), destination=str(given["destination"]))
