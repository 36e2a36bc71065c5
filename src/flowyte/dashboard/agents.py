"""The list of agents, a new one, and the deletion of one."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.agents import publish as verbs
from flowyte.agents.store import delete_agent, list_agents
from flowyte.dashboard.agent_frame import frame_of, render_agent
from flowyte.dashboard.services import Pages, Viewer
from flowyte.dashboard.view import render
from flowyte.kit.errors import Invalid

READ = {"scope": "agents:read"}
WRITE = {"scope": "agents:write"}
MOST_SHOWN = 100
NEW = {"greeting": "Hello. How can I help you?"}


@get("/agents", opt=READ, include_in_schema=False)
async def agents_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        frames = [await frame_of(tx, pages, agent.id) for agent in await list_agents(tx, limit=MOST_SHOWN)]
    return render(request, "agents.html", frames=frames)


@get("/agents/new", opt=WRITE, include_in_schema=False)
async def new_agent_page(request: Request[Any, Any, Any]) -> Response[str]:
    return render(request, "agent_new.html", name="", error="")


@post("/agents/new", opt=WRITE, include_in_schema=False)
async def new_agent(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[Any]:
    name = str((await request.form()).get("name") or "").strip()
    try:
        async with pages.database.tenant(viewer) as tx:
            agent = await verbs.create(tx, viewer, {**NEW, "name": name})
    except Invalid as error:
        return render(request, "agent_new.html", status=400, name=name, error=error.fields[0].message)
    return Redirect(f"/agents/{agent.id}", status_code=303)


@get("/agents/{agent_id:str}/delete", opt=WRITE, include_in_schema=False)
async def delete_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
    return render_agent(request, "agent_delete.html", frame, None, error="")


@post("/agents/{agent_id:str}/delete", opt=WRITE, include_in_schema=False)
async def delete(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[Any]:
    typed = str((await request.form()).get("name") or "")
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
        if typed == frame.agent.name:
            await delete_agent(tx, agent_id)
            return Redirect("/agents?done=deleted", status_code=303)
    return render_agent(request, "agent_delete.html", frame, None, error=f"Type {frame.agent.name} to delete it.")


HANDLERS = [agents_page, new_agent_page, new_agent, delete_page, delete]
