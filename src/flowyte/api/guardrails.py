"""/agents/{id}/guardrails and /caller-verification: an agent's policies, part of its draft and of every version."""

from typing import Any

import msgspec
from litestar import Router, get, put

from flowyte.agents import publish as verbs
from flowyte.agents.definition import checked_verification
from flowyte.agents.store import get_agent
from flowyte.api.agents import IfMatch, version_of
from flowyte.api.services import Asker, Services
from flowyte.api.shape import one

PATH = "/agents/{agent_id:str}/guardrails"
VERIFICATION = "/agents/{agent_id:str}/caller-verification"


@get(PATH, opt={"scope": "guardrails:read"}, operation_id="listGuardrails")
async def list_guardrails(services: Services, principal: Asker, agent_id: str) -> dict[str, Any]:
    """Of the draft. What every skill says of itself is judged besides, always."""
    async with services.database.tenant(principal) as tx:
        agent = await get_agent(tx, agent_id)
    return one(agent.draft.get("guardrails") or [])


@put(PATH, opt={"scope": "guardrails:write"}, operation_id="setGuardrails")
async def set_guardrails(
    services: Services, principal: Asker, agent_id: str, data: list[dict[str, Any]], if_match: IfMatch = None
) -> dict[str, Any]:
    """The full list; callers meet it once it is published."""
    async with services.database.tenant(principal) as tx:
        agent = await verbs.patch(tx, agent_id, {"guardrails": data}, if_match=version_of(if_match))
    return one(agent.draft["guardrails"])


@get(VERIFICATION, opt={"scope": "guardrails:read"}, operation_id="getCallerVerification")
async def get_verification(services: Services, principal: Asker, agent_id: str) -> dict[str, Any]:
    """Of the draft; null for an agent that verifies nobody."""
    async with services.database.tenant(principal) as tx:
        agent = await get_agent(tx, agent_id)
    return one(agent.draft.get("callerVerification"))


@put(VERIFICATION, opt={"scope": "guardrails:write"}, operation_id="setCallerVerification")
async def set_verification(
    services: Services, principal: Asker, agent_id: str, data: dict[str, Any], if_match: IfMatch = None
) -> dict[str, Any]:
    """The whole of it; an empty object takes it away. Callers meet it once it is published."""
    whole = msgspec.to_builtins(checked_verification(data)) if data else None
    async with services.database.tenant(principal) as tx:
        agent = await verbs.patch(tx, agent_id, {"callerVerification": whole}, if_match=version_of(if_match))
    return one(agent.draft["callerVerification"])


ROUTES = Router("/", route_handlers=[list_guardrails, set_guardrails, get_verification, set_verification])
