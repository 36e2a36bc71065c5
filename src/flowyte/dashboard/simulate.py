"""Simulate: a conversation with the draft in text, and all that happened in it. Nothing is kept or carried out."""

from contextlib import aclosing
from typing import Any

import msgspec
from litestar import Request, Response, get, post

from flowyte.agents.publish import pinned
from flowyte.dashboard.agent_frame import frame_of, render_agent
from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.dashboard.story import lines_of
from flowyte.kit.errors import Invalid
from flowyte.live.chat import ChatFrame
from flowyte.observe.model import Event
from flowyte.tenancy.principal import Principal

PAGE = "/agents/{agent_id:str}/simulate"
READ = {"scope": "agents:read"}
WRITE = {"scope": "agents:write"}


@get(PAGE, opt=READ, include_in_schema=False)
async def simulate_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[str]:
    return await _page(request, pages, viewer, agent_id, "", [])


@post(PAGE, opt=WRITE, include_in_schema=False)
async def simulate(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[str]:
    text = str((await request.form()).get("said") or "").strip()
    async with pages.database.tenant(viewer) as tx:
        version = await pinned(tx, agent_id, draft=True, more=await pages.parts_of(tx, agent_id))
    said = [line.strip() for line in text.splitlines() if line.strip()]
    frames: list[ChatFrame] = []
    try:
        if pages.rehearse is None:
            raise Invalid("This process answers no conversations.")
        async with aclosing(pages.rehearse(viewer, version, said)) as happened:
            frames = [frame async for frame in happened if frame.type != "delta"]
    except Invalid as error:
        words = error.fields[0].message if error.fields else error.message
        return await _page(request, pages, viewer, agent_id, text, [], error=words)
    return await _page(request, pages, viewer, agent_id, text, frames)


async def _page(
    request: Request[Any, Any, Any], pages: PageServices, viewer: Principal, agent_id: str, text: str,
    frames: list[ChatFrame], *, error: str = "",
) -> Response[str]:  # fmt: skip
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
    now = pages.clock.now()
    events = [
        Event(seq=number, type=each.type, at_ms=each.at_ms, at=now, data=dict(each.data))
        for number, each in enumerate(frames)
    ]
    told = [(each.at_ms, each.type, msgspec.json.encode(each.data).decode()) for each in frames]
    response = render_agent(
        request, "simulate.html", frame, "/simulate", said=text, lines=lines_of(events, 0), told=told, error=error
    )
    response.status_code = 400 if error else 200
    return response


HANDLERS = [simulate_page, simulate]
