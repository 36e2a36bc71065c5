"""Webhooks: where events go, what arrived and what did not, and sending again."""

from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.dashboard.view import render
from flowyte.kit.errors import Conflict, Invalid
from flowyte.webhooks import endpoints, store
from flowyte.webhooks.deliver import resend
from flowyte.webhooks.model import TYPES

READ = {"scope": "webhooks:read"}
WRITE = {"scope": "webhooks:write"}
ONE = "/webhooks/{endpoint_id:str}"
SHOWN = 30
OVERLAP = timedelta(days=1)


@get("/webhooks", opt=READ, include_in_schema=False)
async def webhooks_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        found = await store.list_endpoints(tx)
    return render(request, "webhooks.html", found=found)


@get("/webhooks/new", opt=WRITE, include_in_schema=False)
async def new_page(request: Request[Any, Any, Any]) -> Response[str]:
    return _form(request, {})


@post("/webhooks/new", opt=WRITE, include_in_schema=False)
async def create(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[str]:
    """The only page that ever holds the secret."""
    form = await request.form()
    values = {name: str(form.get(name) or "") for name in ("url", "description", "algorithm")}
    events = [str(each) for each in form.getall("events", [])] if form.get("which") == "some" else []
    try:
        async with pages.database.tenant(viewer) as tx:
            made, secret = await endpoints.create_endpoint(
                tx, pages.sealer, viewer, url=values["url"], description=values["description"], events=events,
                algorithm=values["algorithm"] or "v1",
            )  # fmt: skip
    except (Invalid, Conflict) as error:
        errors = {fault.field: fault.message for fault in error.fields} if isinstance(error, Invalid) else {}
        return _form(request, values, chosen=events, errors=errors or {"url": error.message}, status=400)
    return await _page(request, pages, viewer, made.id, secret=secret.reveal())


@get(ONE, opt=READ, include_in_schema=False)
async def endpoint_page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, endpoint_id: str
) -> Response[str]:
    return await _page(request, pages, viewer, endpoint_id)


@post(f"{ONE}/rotate", opt=WRITE, include_in_schema=False)
async def rotate(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, endpoint_id: str) -> Response[str]:
    """The new secret is shown here, once; the old one signs beside it for a day."""
    async with pages.database.tenant(viewer) as tx:
        _, secret = await endpoints.rotate_secret(tx, pages.sealer, pages.clock, endpoint_id, overlap=OVERLAP)
    return await _page(request, pages, viewer, endpoint_id, secret=secret.reveal(), rotated=True)


@post(f"{ONE}/test", opt=WRITE, include_in_schema=False)
async def send_test(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, endpoint_id: str) -> Response[Any]:
    try:
        async with pages.database.tenant(viewer) as tx:
            await endpoints.send_test(tx, pages.clock, endpoint_id)
    except Conflict as error:
        return await _page(request, pages, viewer, endpoint_id, error=error.message, status=409)
    return Redirect(f"/webhooks/{endpoint_id}?done=sent", status_code=303)


@post(f"{ONE}/switch", opt=WRITE, include_in_schema=False)
async def switch(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, endpoint_id: str) -> Redirect:
    on = (await request.form()).get("on") == "yes"
    async with pages.database.tenant(viewer) as tx:
        await endpoints.change_endpoint(tx, endpoint_id, is_enabled=on)
    return Redirect(f"/webhooks/{endpoint_id}", status_code=303)


@post(f"{ONE}/delete", opt=WRITE, include_in_schema=False)
async def delete(pages: Pages, viewer: Viewer, endpoint_id: str) -> Redirect:
    async with pages.database.tenant(viewer) as tx:
        await endpoints.delete_endpoint(tx, endpoint_id)
    return Redirect("/webhooks?done=deleted", status_code=303)


@post(f"{ONE}/deliveries/{{delivery_id:str}}", opt=WRITE, include_in_schema=False)
async def send_again(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, endpoint_id: str, delivery_id: str
) -> Response[Any]:
    try:
        async with pages.database.tenant(viewer) as tx:
            await resend(tx, pages.clock, endpoint_id, delivery_id)
    except Conflict as error:
        return await _page(request, pages, viewer, endpoint_id, error=error.message, status=409)
    return Redirect(f"/webhooks/{endpoint_id}?done=sent", status_code=303)


async def _page(
    request: Request[Any, Any, Any], pages: PageServices, viewer: Any, endpoint_id: str, *, secret: str = "",
    rotated: bool = False, error: str = "", status: int = 200,
) -> Response[str]:  # fmt: skip
    async with pages.database.tenant(viewer) as tx:
        endpoint = await endpoints.get_endpoint(tx, endpoint_id)
        deliveries = await store.list_deliveries(tx, endpoint_id, limit=SHOWN)
    return render(
        request, "webhook.html", status=status, endpoint=endpoint, deliveries=deliveries, secret=secret,
        rotated=rotated, error=error, types=TYPES,
    )  # fmt: skip


def _form(
    request: Request[Any, Any, Any], values: dict[str, str], *, chosen: list[str] | None = None,
    errors: dict[str, str] | None = None, status: int = 200,
) -> Response[str]:  # fmt: skip
    types = {type: words for type, words in TYPES.items() if type != "webhook.test"}
    shown = {"url": "", "description": "", "algorithm": "v1", **values}
    return render(
        request, "webhook_new.html", status=status, values=shown, types=types, chosen=chosen or [],
        errors=errors or {},
    )  # fmt: skip


HANDLERS = [
    webhooks_page, new_page, create, endpoint_page, rotate, send_test, switch, delete, send_again,
]  # fmt: skip
