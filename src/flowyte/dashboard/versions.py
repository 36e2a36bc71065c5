"""Publishing what the draft says, looking at what a version changed, and going back to one."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.agents import in_words
from flowyte.agents import publish as verbs
from flowyte.agents.publish import difference
from flowyte.agents.store import get_version, list_versions
from flowyte.dashboard.agent_frame import frame_of, named, render_agent
from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.kit.errors import Invalid
from flowyte.report.compose import prepublish
from flowyte.tenancy.principal import Principal

BASE = "/agents/{agent_id:str}"
READ = {"scope": "agents:read"}
WRITE = {"scope": "agents:write"}
MOST_NOTE = 500


@get(f"{BASE}/versions", opt=READ, include_in_schema=False)
async def versions_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
        found = await list_versions(tx, agent_id)
    return render_agent(request, "versions.html", frame, "/versions", versions=found)


@get(f"{BASE}/versions/{{version_id:str}}", opt=READ, include_in_schema=False)
async def version_page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, version_id: str
) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
        version = await get_version(tx, agent_id, version_id)
        before = [each for each in await list_versions(tx, agent_id) if each.number < version.number]
    whole = difference(named(before[0].snapshot) if before else {}, named(version.snapshot))
    changed = list(in_words.field_by_field(whole))
    return render_agent(request, "version.html", frame, "/versions", version=version, changed=changed, words=in_words)


@get(f"{BASE}/review", opt=READ, include_in_schema=False)
async def review_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[str]:
    """What changes for callers, and what the version would do: the report."""
    return await _review(request, pages, viewer, agent_id)


async def _review(
    request: Request[Any, Any, Any], pages: PageServices, viewer: Principal, agent_id: str, *, status: int = 200
) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
        more = await pages.parts_of(tx, agent_id)
        report = await prepublish(tx, pages.sealer, pages.clock, agent_id, more, pages.installation)
    return render_agent(
        request, "review.html", frame, None, words=in_words, report=report, status=status,
        may_publish="agents:write" in viewer.scopes,
    )  # fmt: skip


@post(f"{BASE}/publish", opt=WRITE, include_in_schema=False)
async def publish(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[Any]:
    """A draft that is refused is shown again with what stands against it."""
    note = str((await request.form()).get("note") or "")[:MOST_NOTE]
    try:
        async with pages.database.tenant(viewer) as tx:
            await verbs.publish(tx, viewer, agent_id, note=note.strip(), more=await pages.parts_of(tx, agent_id))
    except Invalid:
        return await _review(request, pages, viewer, agent_id, status=400)
    return Redirect(f"/agents/{agent_id}/versions?done=published", status_code=303)


@post(f"{BASE}/rollback", opt=WRITE, include_in_schema=False)
async def rollback(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Redirect:
    version_id = str((await request.form()).get("versionId") or "")
    async with pages.database.tenant(viewer) as tx:
        await verbs.rollback(tx, agent_id, version_id)
    return Redirect(f"/agents/{agent_id}/versions?done=live", status_code=303)


HANDLERS = [versions_page, version_page, review_page, publish, rollback]
