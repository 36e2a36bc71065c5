"""/agents/{id}/simulate: what the draft or the live version does with a transcript, event by event; nothing is kept."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, Router, post
from litestar.response import Stream

from flowyte.agents.publish import pinned
from flowyte.api.agents import Input
from flowyte.api.services import Asker, Services
from flowyte.api.shape import camel
from flowyte.kit.errors import FlowyteError
from flowyte.live.chat import ChatFrame

MOST_LINES = 200  # of a transcript; what the agent said in it is not needed, and is left out
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Line(msgspec.Struct, kw_only=True, frozen=True):
    role: Literal["user", "agent"]
    content: str


class Simulation(Input):
    """`voice` is heard on the Talk page; here there is text."""

    transcript: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=MOST_LINES)]
    mode: Literal["text"] = "text"
    draft_mode: bool = True


@post("/agents/{agent_id:str}/simulate", opt={"scope": "agents:write"}, operation_id="simulateAgent", status_code=200)
async def simulate(services: Services, principal: Asker, agent_id: str, data: Simulation) -> Response[Any]:
    """Says each of the user's lines in turn and streams what happens. No skill is carried out."""
    async with services.database.tenant(principal) as tx:
        more = await services.parts_of(tx, agent_id) if data.draft_mode else None
        version = await pinned(tx, agent_id, draft=data.draft_mode, more=more)
    said = [line.content for line in data.transcript if line.role == "user"]
    frames = services.desk.rehearse(principal, version, said)
    first = await anext(frames)  # whatever is refused is refused here, with a status of its own
    return Stream(_events(first, frames), media_type="text/event-stream", headers=HEADERS)


async def _events(first: ChatFrame, rest: AsyncIterator[ChatFrame]) -> AsyncIterator[bytes]:
    try:
        yield _sse(first.type, camel(first))
        async with aclosing(rest) as frames:  # type: ignore[type-var,unused-ignore]
            async for frame in frames:
                yield _sse(frame.type, camel(frame))
    except FlowyteError as error:
        yield _sse("error", {"code": error.code, "detail": error.message})
        return
    yield _sse("done", {})


def _sse(kind: str, data: object) -> bytes:
    return f"event: {kind}\ndata: ".encode() + msgspec.json.encode(data) + b"\n\n"


ROUTES = Router("/", route_handlers=[simulate])
