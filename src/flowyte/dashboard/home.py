"""The first page: what needs a person, calls now, and the week in four figures."""

from typing import Any

from litestar import Request, Response, get

from flowyte.agents.store import list_agents
from flowyte.dashboard.services import Pages, Viewer
from flowyte.dashboard.view import render
from flowyte.observe.store import list_conversations


@get("/", opt={"scope": "agents:read"}, include_in_schema=False)
async def home(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        agents = await list_agents(tx, limit=100)
        recent = await list_conversations(tx, limit=8)
    return render(request, "home.html", agents=agents, recent=recent)


HANDLERS = [home]
