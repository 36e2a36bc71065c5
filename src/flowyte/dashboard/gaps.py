"""Knowledge gaps: what callers asked and an agent could not answer, of one agent and of all, with the box to answer."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from flowyte.agents.publish import live_sources
from flowyte.agents.store import list_agents
from flowyte.dashboard.agent_frame import frame_of, render_agent
from flowyte.dashboard.services import Pages, Viewer
from flowyte.dashboard.view import render
from flowyte.kit.errors import Invalid
from flowyte.knowledge import gaps
from flowyte.knowledge.gap_store import Status

BASE = "/agents/{agent_id:str}/knowledge/gaps"
READ = {"scope": "knowledge:read"}
WRITE = {"scope": "knowledge:write"}
SHOWN = 30  # as much as is answered in one sitting; the heaviest come first
MOST_AGENTS = 100
SHOWS: dict[str, tuple[Status, ...]] = {
    "open": ("open", "in_progress"), "covered": ("covered",), "dismissed": ("dismissed",),
}  # fmt: skip
SIGNALS = {
    "asked_again": "asked again in other words",
    "handed_over": "then asked for a person",
    "message_left": "then left a message",
    "left": "then left",
}
Show = Annotated[str, QueryParameter(max_length=20)]


@get(BASE, opt=READ, include_in_schema=False)
async def gaps_page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, show: Show = "open"
) -> Response[str]:
    return await _page(request, pages, viewer, agent_id, show=show)


@get("/knowledge-gaps", opt=READ, include_in_schema=False)
async def all_gaps_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[str]:
    """Open ones of all agents."""
    async with pages.database.tenant(viewer) as tx:
        names = {agent.id: agent.name for agent in await list_agents(tx, limit=MOST_AGENTS)}
        found = await gaps.list_gaps(tx, pages.sealer, now=pages.clock.now(), statuses=SHOWS["open"], limit=SHOWN)
    return render(request, "gaps_of_all.html", found=found, names=names, signals=SIGNALS, most=SHOWN)


@post(f"{BASE}/{{gap_id:str}}/answer", opt=WRITE, include_in_schema=False)
async def answer(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, gap_id: str
) -> Response[Any]:
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        async with pages.database.tenant(viewer) as tx:
            live = await live_sources(tx, agent_id)
            await pages.storage.check(tx)
            source = await gaps.answer_gap(
                tx, pages.sealer, agent_id, gap_id, question=form.get("question", ""),
                answer=form.get("answer", "").replace("\r\n", "\n"), live=live, now=pages.clock.now(),
            )  # fmt: skip
    except Invalid as error:
        return await _page(request, pages, viewer, agent_id, status=400, wrong=gap_id, form=form, error=error.message)
    done = "live" if source.id in live else "draft"
    return Redirect(f"/agents/{agent_id}/knowledge/gaps?done={done}", status_code=303)


@post(f"{BASE}/{{gap_id:str}}/status", opt=WRITE, include_in_schema=False)
async def change(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, gap_id: str) -> Redirect:
    status = str((await request.form()).get("status") or "")
    async with pages.database.tenant(viewer) as tx:
        await gaps.set_gap_status(tx, pages.sealer, agent_id, gap_id, status, pages.clock.now())
    return Redirect(f"/agents/{agent_id}/knowledge/gaps?done=changed", status_code=303)


async def _page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, *, show: str = "open",
    status: int = 200, **more: Any,
) -> Response[str]:  # fmt: skip
    show = show if show in SHOWS else "open"
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
        found = await gaps.list_gaps(
            tx, pages.sealer, now=pages.clock.now(), agent_id=agent_id, statuses=SHOWS[show], limit=SHOWN
        )
        asked = {gap.counted.id: await gaps.wordings(tx, pages.sealer, gap.counted.id) for gap in found}
    values = {"wrong": "", "form": {}, "error": "", **more}
    return render_agent(
        request, "gaps.html", frame, "/knowledge", status=status, found=found, asked=asked, show=show, most=SHOWN,
        signals=SIGNALS, **values,
    )  # fmt: skip


HANDLERS = [gaps_page, all_gaps_page, answer, change]
