"""sms: kept and checked like any skill, and not sent: carriers drop texts of who has no registered campaign."""

from collections.abc import Mapping
from typing import Any

from flowyte.skills.runner import Order, SkillFailed


async def sms(order: Order, run_id: str) -> Mapping[str, Any]:
    raise SkillFailed("Texts are not sent: no messaging campaign is registered.", kind="not_registered", happened="no")
