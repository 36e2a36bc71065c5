"""/agents/{id}/playbooks: conversations that go step by step, checked before they are kept."""

from typing import Any

import msgspec
from litestar import Router, delete, get, patch, post, put

from flowyte.agents.playbooks import checked_graph, skills_of
from flowyte.agents.store import get_agent
from flowyte.api.agents import Input
from flowyte.api.services import Asker, Services
from flowyte.api.shape import one
from flowyte.playbooks import store

BASE = "/agents/{agent_id:str}/playbooks"
ONE = f"{BASE}/{{playbook_id:str}}"
READ = {"scope": "playbooks:read"}
WRITE = {"scope": "playbooks:write"}


class NewPlaybook(Input):
    """Without a graph it is a start and an end."""

    name: str
    description: str = ""
    is_enabled: bool = True
    graph: dict[str, Any] | None = None


class PlaybookChange(Input):
    name: str | None = None
    description: str | None = None
    is_enabled: bool | None = None


def shown(playbook: store.Playbook) -> dict[str, Any]:
    return {
        "id": playbook.id,
        "agentId": playbook.agent_id,
        "name": playbook.name,
        "description": playbook.description,
        "isEnabled": playbook.is_enabled,
        "graph": playbook.graph,
        "createdAt": playbook.created_at,
        "updatedAt": playbook.updated_at,
    }


@get(BASE, opt=READ, operation_id="listPlaybooks")
async def list_playbooks(services: Services, principal: Asker, agent_id: str) -> dict[str, Any]:
    """All at once: an agent has at most 50."""
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        found = await store.list_playbooks(tx, agent_id)
    return {
        "success": True,
        "data": [shown(playbook) for playbook in found],
        "pagination": {"limit": max(len(found), 1), "nextCursor": None, "total": len(found)},
    }


@post(BASE, opt=WRITE, operation_id="createPlaybook")
async def create_playbook(services: Services, principal: Asker, agent_id: str, data: NewPlaybook) -> dict[str, Any]:
    """Callers meet it once the agent is published. A graph with faults is refused, each fault by its node."""
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        given = store.EMPTY if data.graph is None else data.graph
        graph = checked_graph(given, await skills_of(tx, agent_id))
        made = await store.create_playbook(
            tx, agent_id=agent_id, name=data.name, description=data.description, is_enabled=data.is_enabled, graph=graph
        )
    return one(shown(made))


@get(ONE, opt=READ, operation_id="getPlaybook")
async def get_playbook(services: Services, principal: Asker, agent_id: str, playbook_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(shown(await store.get_playbook(tx, agent_id, playbook_id)))


@patch(ONE, opt=WRITE, operation_id="updatePlaybook")
async def update_playbook(
    services: Services, principal: Asker, agent_id: str, playbook_id: str, data: PlaybookChange
) -> dict[str, Any]:
    """The graph has an address of its own."""
    changes = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not None}
    async with services.database.tenant(principal) as tx:
        return one(shown(await store.change_playbook(tx, agent_id, playbook_id, changes)))


@delete(ONE, opt=WRITE, operation_id="deletePlaybook", status_code=200)
async def delete_playbook(services: Services, principal: Asker, agent_id: str, playbook_id: str) -> dict[str, Any]:
    """Versions that are live go on with it."""
    async with services.database.tenant(principal) as tx:
        await store.delete_playbook(tx, agent_id, playbook_id)
    return one({"id": playbook_id, "deleted": True})


@get(f"{ONE}/graph", opt=READ, operation_id="getPlaybookGraph")
async def get_graph(services: Services, principal: Asker, agent_id: str, playbook_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one((await store.get_playbook(tx, agent_id, playbook_id)).graph)


@put(f"{ONE}/graph", opt=WRITE, operation_id="setPlaybookGraph")
async def set_graph(
    services: Services, principal: Asker, agent_id: str, playbook_id: str, data: dict[str, Any]
) -> dict[str, Any]:
    """The whole graph. Refused with every fault, `nodes.<id>` each."""
    async with services.database.tenant(principal) as tx:
        await store.get_playbook(tx, agent_id, playbook_id)
        graph = checked_graph(data, await skills_of(tx, agent_id))
        changed = await store.change_playbook(tx, agent_id, playbook_id, {"graph": graph})
    return one(changed.graph)


ROUTES = Router(
    "/",
    route_handlers=[
        list_playbooks, create_playbook, get_playbook, update_playbook, delete_playbook, get_graph, set_graph,
    ],
)  # fmt: skip
