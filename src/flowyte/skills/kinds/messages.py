"""take_message: filed in the transaction of its ledger entry."""

from collections.abc import Mapping
from typing import Any

from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Invalid
from flowyte.skills.messages import file_message
from flowyte.skills.runner import Inside, Order, SkillFailed
from flowyte.slots.spoken import parse_phone
from flowyte.vault.seal import Sealer


def filing(sealer: Sealer) -> Inside:
    async def take_message(tx: TenantTx, order: Order, run_id: str) -> Mapping[str, Any]:
        given = order.arguments
        phone = parse_phone(str(given.get("phone") or "")) or ""
        try:
            message = await file_message(
                tx, sealer, agent_id=str(order.agent["id"]), conversation_id=order.conversation_id,
                intent_key=order.key, name=str(given.get("name") or ""), phone=phone,
                body=str(given.get("message") or ""),
            )  # fmt: skip
        except Invalid as error:
            raise SkillFailed(error.message, kind="invalid_arguments", happened="no") from error
        return {"messageId": message.id}

    return take_message
