"""/agents/{id}/skills: what the agent may do besides talk."""

from typing import Any

from litestar import Router, delete, get, patch, post

from flowyte.agents.store import get_agent
from flowyte.api.services import Asker, Services
from flowyte.api.shape import one
from flowyte.skills import store as verbs
from flowyte.skills.spec import plain

BASE = "/agents/{agent_id:str}/skills"


def shown(stored: verbs.StoredSkill) -> dict[str, Any]:
    return {
        "id": stored.id,
        "agentId": stored.agent_id,
        **plain(stored.skill),
        "createdAt": stored.created_at,
        "updatedAt": stored.updated_at,
    }


@get(BASE, opt={"scope": "skills:read"}, operation_id="listSkills")
async def list_skills(services: Services, principal: Asker, agent_id: str) -> dict[str, Any]:
    """All at once: an agent has few, for the model reads each of them in every turn."""
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        found = await verbs.list_skills(tx, agent_id)
    return {
        "success": True,
        "data": [shown(stored) for stored in found],
        "pagination": {"limit": max(len(found), 1), "nextCursor": None, "total": len(found)},
    }


@post(BASE, opt={"scope": "skills:write"}, operation_id="createSkill")
async def create_skill(services: Services, principal: Asker, agent_id: str, data: dict[str, Any]) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        return one(shown(await verbs.create_skill(tx, agent_id=agent_id, fields=data)))


@get(f"{BASE}/{{skill_id:str}}", opt={"scope": "skills:read"}, operation_id="getSkill")
async def get_skill(services: Services, principal: Asker, agent_id: str, skill_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(shown(await verbs.get_skill(tx, agent_id, skill_id)))


@patch(f"{BASE}/{{skill_id:str}}", opt={"scope": "skills:write"}, operation_id="updateSkill")
async def update_skill(
    services: Services, principal: Asker, agent_id: str, skill_id: str, data: dict[str, Any]
) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(shown(await verbs.patch_skill(tx, agent_id, skill_id, data)))


@delete(f"{BASE}/{{skill_id:str}}", opt={"scope": "skills:write"}, operation_id="deleteSkill", status_code=200)
async def delete_skill(services: Services, principal: Asker, agent_id: str, skill_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        await verbs.delete_skill(tx, agent_id, skill_id)
    return one({"id": skill_id, "deleted": True})


ROUTES = Router("/", route_handlers=[list_skills, create_skill, get_skill, update_skill, delete_skill])
