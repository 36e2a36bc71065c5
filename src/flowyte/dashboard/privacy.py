"""Privacy: how long things are kept, what must not be deleted, and what persons ask for."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect, Stream

from flowyte.agents.store import list_agents
from flowyte.compliance import holds, requests, retention
from flowyte.compliance.archive import archive
from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.dashboard.view import render
from flowyte.kit.errors import Conflict, Invalid, NotFound
from flowyte.tenancy.audit import note
from flowyte.tenancy.region import region_of_organization

READ = {"scope": "privacy:read"}
WRITE = {"scope": "privacy:write"}
ONE = "/privacy/requests/{request_id:str}"
SHOWN = 50
Request_ = Request[Any, Any, Any]


@get("/privacy", opt=READ, include_in_schema=False)
async def privacy_page(request: Request_, pages: Pages, viewer: Viewer) -> Response[str]:
    return await _page(request, pages, viewer)


@post("/privacy/retention", opt=WRITE, include_in_schema=False)
async def set_windows(request: Request_, pages: Pages, viewer: Viewer) -> Response[Any]:
    form = {name: str(value).strip() for name, value in (await request.form()).items()}
    try:
        windows = retention.Windows(
            recordings_days=_days(form.get("recordings", "")), transcripts_days=_days(form.get("transcripts", "")),
            receipts_days=_days(form.get("receipts", "")),
            logs_days=None if form.get("agent") else _days(form.get("logs", "")),
        )  # fmt: skip
        async with pages.database.tenant(viewer) as tx:
            await retention.set_windows(tx, windows, form.get("agent", ""))
    except Invalid as error:
        return await _page(request, pages, viewer, error=error.message, status=400)
    return Redirect("/privacy?done=kept", status_code=303)


@post("/privacy/holds", opt=WRITE, include_in_schema=False)
async def place_hold(request: Request_, pages: Pages, viewer: Viewer) -> Response[Any]:
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        async with pages.database.tenant(viewer) as tx:
            await holds.place_hold(
                tx, viewer, kind=form.get("kind", ""), subject=form.get("subject", "").strip(),
                reason=form.get("reason", ""),
            )  # fmt: skip
    except (Invalid, NotFound) as error:
        words = error.message if isinstance(error, Invalid) else "There is no agent or conversation by that id."
        return await _page(request, pages, viewer, error=words, status=400)
    return Redirect("/privacy?done=held", status_code=303)


@post("/privacy/holds/{hold_id:str}/lift", opt=WRITE, include_in_schema=False)
async def lift_hold(pages: Pages, viewer: Viewer, hold_id: str) -> Redirect:
    async with pages.database.tenant(viewer) as tx:
        await holds.lift_hold(tx, pages.clock, viewer, hold_id)
    return Redirect("/privacy?done=lifted", status_code=303)


@post("/privacy/requests", opt=WRITE, include_in_schema=False)
async def take(request: Request_, pages: Pages, viewer: Viewer) -> Response[Any]:
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        async with pages.database.tenant(viewer) as tx:
            made = await requests.take_request(
                tx, pages.sealer, pages.peppers, pages.clock, kind=form.get("kind", ""),
                regime=form.get("regime", ""), phone=form.get("phone", ""), email=form.get("email", ""),
                visitor=form.get("visitor", ""),
            )  # fmt: skip
    except (Invalid, Conflict) as error:
        return await _page(request, pages, viewer, error=error.message, status=400)
    return Redirect(f"/privacy/requests/{made.id}", status_code=303)


@get(ONE, opt=READ, include_in_schema=False)
async def request_page(request: Request_, pages: Pages, viewer: Viewer, request_id: str) -> Response[str]:
    return await _one(request, pages, viewer, request_id)


@post(f"{ONE}/verify", opt=WRITE, include_in_schema=False)
async def verify(request: Request_, pages: Pages, viewer: Viewer, request_id: str) -> Response[Any]:
    how = str((await request.form()).get("how") or "")

    async def change(tx: Any) -> None:
        await requests.verify_request(tx, pages.sealer, viewer, request_id, how=how)

    return await _changed(request, pages, viewer, request_id, change)


@post(f"{ONE}/refuse", opt=WRITE, include_in_schema=False)
async def refuse(request: Request_, pages: Pages, viewer: Viewer, request_id: str) -> Response[Any]:
    because = str((await request.form()).get("because") or "")

    async def change(tx: Any) -> None:
        await requests.refuse_request(tx, pages.sealer, pages.clock, request_id, because=because)

    return await _changed(request, pages, viewer, request_id, change)


@post(f"{ONE}/run", opt=WRITE, include_in_schema=False)
async def run(request: Request_, pages: Pages, viewer: Viewer, request_id: str) -> Response[Any]:
    async def change(tx: Any) -> None:
        await requests.begin_request(tx, pages.sealer, request_id)

    return await _changed(request, pages, viewer, request_id, change)


@get(f"{ONE}/archive", opt=READ, include_in_schema=False)
async def download(request: Request_, pages: Pages, viewer: Viewer, request_id: str) -> Response[Any]:
    try:
        async with pages.database.tenant(viewer) as tx:
            found = await requests.conversations_of(tx, pages.sealer, request_id)
            await note(tx, "privacy_requests.archive_opened", request_id)
    except Conflict as error:
        return await _one(request, pages, viewer, request_id, error=error.message, status=409)
    pieces = archive(pages.database, pages.sealer, pages.objects, viewer, found)
    headers = {"Content-Disposition": f'attachment; filename="{request_id}.zip"', "Cache-Control": "no-store"}
    return Stream(pieces, media_type="application/zip", headers=headers)


async def _changed(
    request: Request_, pages: PageServices, viewer: Any, request_id: str, change: Callable[[Any], Awaitable[None]]
) -> Response[Any]:
    try:
        async with pages.database.tenant(viewer) as tx:
            await change(tx)
    except (Invalid, Conflict) as error:
        status = 400 if isinstance(error, Invalid) else 409
        return await _one(request, pages, viewer, request_id, error=error.message, status=status)
    return Redirect(f"/privacy/requests/{request_id}", status_code=303)


async def _page(
    request: Request_, pages: PageServices, viewer: Any, *, error: str = "", status: int = 200
) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        windows = await retention.windows_of(tx)
        region = await region_of_organization(tx)
        found = await requests.list_requests(tx, pages.sealer, limit=SHOWN)
        standing = await holds.list_holds(tx)
        agents = {agent.id: agent.name for agent in await list_agents(tx, limit=100)}
    return render(
        request, "privacy.html", status=status, windows=windows, found=found, holds=standing, agents=agents,
        error=error, region=region, bucket=pages.objects.home is not None, swept_h=2 * retention.EVERY_S // 3600,
    )  # fmt: skip


async def _one(
    request: Request_, pages: PageServices, viewer: Any, request_id: str, *, error: str = "", status: int = 200
) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        found = await requests.get_request(tx, pages.sealer, request_id)
    return render(request, "privacy_request.html", status=status, asked=found, error=error)


def _days(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdecimal():
        raise Invalid("A window is a whole number of days.")
    return int(text)


HANDLERS = [
    privacy_page, set_windows, place_hold, lift_hold, take, request_page, verify, refuse, run, download,
]  # fmt: skip
