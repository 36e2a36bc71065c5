"""An agent's keys for web pages: which sites may open its chat, and how often."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.agents.store import get_agent
from flowyte.dashboard.agent_frame import frame_of, render_agent
from flowyte.dashboard.members import said
from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.kit.errors import Invalid
from flowyte.tenancy import embed
from flowyte.tenancy import publishable as verbs
from flowyte.tenancy.principal import Principal

READ = {"scope": "pubkeys:read"}
WRITE = {"scope": "pubkeys:write"}
PAGE = "/agents/{agent_id:str}/website"


@get(PAGE, opt=READ, include_in_schema=False)
async def website_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[str]:
    return await _page(request, pages, viewer, agent_id)


@post(PAGE, opt=WRITE, include_in_schema=False)
async def create_key(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[str]:
    form = await request.form()
    name, origins, rpm = (str(form.get(field) or "") for field in ("name", "origins", "rpm"))
    try:
        wishes = verbs.Wishes(name=name, allowed_origins=_sites(origins), rate_limit_rpm=_number(rpm))
        async with pages.database.tenant(viewer) as tx:
            await get_agent(tx, agent_id)
            _, text = await verbs.create(tx, pages.peppers, pages.sealer, agent_id=agent_id, wishes=wishes, by=viewer)
    except Invalid as error:
        return await _page(
            request, pages, viewer, agent_id, error=said(error), name=name, origins=origins, rpm=rpm, status=400
        )
    return await _page(request, pages, viewer, agent_id, made=text)


@post(f"{PAGE}/{{publishable_key_id:str}}", opt=WRITE, include_in_schema=False)
async def change_key(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, publishable_key_id: str
) -> Response[Any]:
    """Other sites or another limit, from the next request on."""
    form = await request.form()
    changes = {"allowed_origins": _sites(str(form.get("sites") or "")),
               "rate_limit_rpm": _number(str(form.get("limit") or ""))}  # fmt: skip
    try:
        async with pages.database.tenant(viewer) as tx:
            await verbs.update(tx, agent_id, publishable_key_id, changes)
    except Invalid as error:
        return await _page(request, pages, viewer, agent_id, error=said(error), status=400)
    return Redirect(f"/agents/{agent_id}/website?done=changed", status_code=303)


@post(f"{PAGE}/{{publishable_key_id:str}}/revoke", opt=WRITE, include_in_schema=False)
async def revoke_key(pages: Pages, viewer: Viewer, agent_id: str, publishable_key_id: str) -> Redirect:
    async with pages.database.tenant(viewer) as tx:
        await verbs.revoke(tx, agent_id, publishable_key_id)
    return Redirect(f"/agents/{agent_id}/website?done=revoked", status_code=303)


def _sites(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(site.rstrip("/") for site in text.lower().split()))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else 0


async def _page(
    request: Request[Any, Any, Any], pages: PageServices, viewer: Principal, agent_id: str, *, made: str = "",
    error: str = "", name: str = "", origins: str = "", rpm: str = str(verbs.DEFAULT_RPM), status: int = 200,
) -> Response[str]:  # fmt: skip
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
        keys = await verbs.list_of_agent(tx, agent_id)
    return render_agent(
        request,
        "website.html",
        frame,
        "/website",
        status=status,
        keys=keys,
        made=embed.snippet(pages.address, made) if made else "",
        error=error,
        name=name,
        origins=origins,
        rpm=rpm,
    )


HANDLERS = [website_page, create_key, change_key, revoke_key]
