"""The page from which a person talks to an agent. The call itself runs in the browser, over the voice WebSocket."""

from typing import Any

from litestar import Request, Response, get

from flowyte.dashboard.agent_frame import frame_of, render_agent
from flowyte.dashboard.services import Pages, Viewer


@get("/agents/{agent_id:str}/talk", opt={"scope": "agents:write"}, include_in_schema=False)
async def talk_page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, draft: bool = False
) -> Response[str]:
    """With the live version, or with the draft: always the draft where nothing was published."""
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
    return render_agent(request, "talk.html", frame, None, draft=draft or frame.live is None)


HANDLERS = [talk_page]
