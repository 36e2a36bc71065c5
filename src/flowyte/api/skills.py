"""/agents/{id}/skills: what the agent may do besides talk."""

from typing import Any

import msgspec
from litestar import Router, delete, get, patch, post

from flowyte.agents.store import get_agent
from flowyte.api.agents import Input
from flowyte.api.services import Asker, Services
from flowyte.api.shape import camel, one
from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Unavailable
from flowyte.kit.secret import SecretText
from flowyte.skills import credentials, save, secrets
from flowyte.skills import store as verbs
from flowyte.skills.trial import check
from flowyte.tenancy.audit import note

BASE = "/agents/{agent_id:str}/skills"
ONE = f"{BASE}/{{skill_id:str}}"
ONCE = {"scope": "skills:write", "secrets": ("signingSecret",)}


async def shown(tx: TenantTx, stored: verbs.StoredSkill, signing: SecretText | None = None) -> dict[str, Any]:
    """With the state of its credentials, and the signing secret where it was made just now."""
    kept = [one for one in await secrets.kept(tx, stored.agent_id) if one.skill_id == stored.id]
    return _shown(stored, kept) | ({"signingSecret": signing.reveal()} if signing is not None else {})


def _shown(stored: verbs.StoredSkill, kept: list[secrets.Kept]) -> dict[str, Any]:
    return {
        "id": stored.id,
        "agentId": stored.agent_id,
        **credentials.shown(stored.skill, kept),
        "createdAt": stored.created_at,
        "updatedAt": stored.updated_at,
    }


@get(BASE, opt={"scope": "skills:read"}, operation_id="listSkills")
async def list_skills(services: Services, principal: Asker, agent_id: str) -> dict[str, Any]:
    """All at once: an agent has few, for the model reads each of them in every turn."""
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        found = await verbs.list_skills(tx, agent_id)
        kept = await secrets.kept(tx, agent_id)
    return {
        "success": True,
        "data": [_shown(stored, [one for one in kept if one.skill_id == stored.id]) for stored in found],
        "pagination": {"limit": max(len(found), 1), "nextCursor": None, "total": len(found)},
    }


@post(BASE, opt=ONCE, operation_id="createSkill")
async def create_skill(services: Services, principal: Asker, agent_id: str, data: dict[str, Any]) -> dict[str, Any]:
    """Values of headers and connections are sealed. A webhook's `signingSecret` is in this answer and in no other."""
    async with services.database.tenant(principal) as tx:
        agent = await get_agent(tx, agent_id)
        made, signing = await save.create(
            tx, services.sealer, principal, agent_id=agent_id, draft=agent.draft, fields=data
        )
        return one(await shown(tx, made, signing))


@get(ONE, opt={"scope": "skills:read"}, operation_id="getSkill")
async def get_skill(services: Services, principal: Asker, agent_id: str, skill_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(await shown(tx, await verbs.get_skill(tx, agent_id, skill_id)))


@patch(ONE, opt={"scope": "skills:write"}, operation_id="updateSkill")
async def update_skill(
    services: Services, principal: Asker, agent_id: str, skill_id: str, data: dict[str, Any]
) -> dict[str, Any]:
    """A given executionConfig replaces the old one whole: a header that it does not name goes, with its value."""
    async with services.database.tenant(principal) as tx:
        await verbs.get_skill(tx, agent_id, skill_id)
        agent = await get_agent(tx, agent_id)
        changed, signing = await save.change(
            tx, services.sealer, principal, agent_id=agent_id, skill_id=skill_id, draft=agent.draft, changes=data
        )
        return one(await shown(tx, changed, signing))


@post(f"{ONE}/rotate-signing-secret", opt=ONCE, operation_id="rotateSkillSigningSecret")
async def rotate_signing_secret(services: Services, principal: Asker, agent_id: str, skill_id: str) -> dict[str, Any]:
    """From now on requests are signed with the new one; it is shown here, once."""
    async with services.database.tenant(principal) as tx:
        made = await save.rotate_signing(tx, services.sealer, principal, agent_id=agent_id, skill_id=skill_id)
    return one({"id": skill_id, "signingSecret": made.reveal()})


class Try(Input):
    """`confirm` for a skill that changes something: trying it does it."""

    arguments: dict[str, Any] = msgspec.field(default_factory=dict)
    confirm: bool = False


@post(f"{ONE}/try", opt={"scope": "skills:write", "quotes": True}, operation_id="trySkill", status_code=200)
async def try_skill(
    services: Services, principal: Asker, agent_id: str, skill_id: str, data: Try | None = None
) -> dict[str, Any]:
    """Carried out once, for real, outside any conversation; what was sent is answered without its credentials."""
    asked = data or Try()
    async with services.database.tenant(principal) as tx:
        stored = await verbs.get_skill(tx, agent_id, skill_id)
        agent = {**(await get_agent(tx, agent_id)).draft, **await services.parts_of(tx, agent_id), "id": agent_id}
        check(stored.skill, asked.arguments, confirm=asked.confirm)
        if services.trials is None:
            raise Unavailable("This process carries out no skills.")
        await note(tx, "skills.tried", skill_id)
    trial = await services.trials.run(principal, agent, stored, asked.arguments, confirm=asked.confirm)
    return one(camel(trial))


@delete(ONE, opt={"scope": "skills:write"}, operation_id="deleteSkill", status_code=200)
async def delete_skill(services: Services, principal: Asker, agent_id: str, skill_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        await verbs.delete_skill(tx, agent_id, skill_id)
    return one({"id": skill_id, "deleted": True})


ROUTES = Router(
    "/",
    route_handlers=[list_skills, create_skill, get_skill, update_skill, rotate_signing_secret, try_skill, delete_skill],
)
