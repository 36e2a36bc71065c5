"""Receipts: the organization's log, its newest checkpoint, where checkpoints go, and who signs them too."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.compliance import checkpoints
from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.dashboard.view import render
from flowyte.kit.errors import Conflict, Invalid
from flowyte.receipts import store, witness
from flowyte.receipts.advance import MERGE_DELAY_S
from flowyte.receipts.leaf import origin_of
from flowyte.receipts.note import LOG, vkey
from flowyte.tenancy.principal import Principal

READ = {"scope": "integrations:read"}
WRITE = {"scope": "integrations:write"}
SHOWN = 10
Request_ = Request[Any, Any, Any]


@get("/receipts", opt=READ, include_in_schema=False)
async def log_page(request: Request_, pages: Pages, viewer: Viewer) -> Response[str]:
    return await _page(request, pages, viewer)


@post("/receipts/addresses", opt=WRITE, include_in_schema=False)
async def add_address(request: Request_, pages: Pages, viewer: Viewer) -> Response[Any]:
    email = str((await request.form()).get("email") or "")

    async def change(tx: Any) -> None:
        await checkpoints.add_address(tx, email)

    return await _changed(request, pages, viewer, change)


@post("/receipts/addresses/remove", opt=WRITE, include_in_schema=False)
async def remove_address(request: Request_, pages: Pages, viewer: Viewer) -> Response[Any]:
    email = str((await request.form()).get("email") or "")

    async def change(tx: Any) -> None:
        await checkpoints.remove_address(tx, email)

    return await _changed(request, pages, viewer, change)


@post("/receipts/buckets", opt=WRITE, include_in_schema=False)
async def add_bucket(request: Request_, pages: Pages, viewer: Viewer) -> Response[Any]:
    form = {name: str(value).strip() for name, value in (await request.form()).items()}

    async def change(tx: Any) -> None:
        await checkpoints.add_bucket(
            tx, pages.sealer, url=form.get("bucketUrl", ""), region=form.get("region", ""),
            access_key=form.get("accessKey", ""), secret_key=form.get("secretKey", ""),
        )  # fmt: skip

    return await _changed(request, pages, viewer, change)


@post("/receipts/buckets/remove", opt=WRITE, include_in_schema=False)
async def remove_bucket(request: Request_, pages: Pages, viewer: Viewer) -> Response[Any]:
    url = str((await request.form()).get("bucketUrl") or "")

    async def change(tx: Any) -> None:
        await checkpoints.remove_bucket(tx, url)

    return await _changed(request, pages, viewer, change)


@post("/receipts/witnesses", opt=WRITE, include_in_schema=False)
async def add_witness(request: Request_, pages: Pages, viewer: Viewer) -> Response[Any]:
    form = {name: str(value).strip() for name, value in (await request.form()).items()}

    async def change(tx: Any) -> None:
        await witness.add(tx, url=form.get("url", ""), key=form.get("key", ""))

    return await _changed(request, pages, viewer, change)


@post("/receipts/witnesses/remove", opt=WRITE, include_in_schema=False)
async def remove_witness(request: Request_, pages: Pages, viewer: Viewer) -> Response[Any]:
    name = str((await request.form()).get("name") or "")

    async def change(tx: Any) -> None:
        await witness.remove(tx, name)

    return await _changed(request, pages, viewer, change)


async def _changed(
    request: Request_, pages: PageServices, viewer: Principal, change: Callable[[Any], Awaitable[None]]
) -> Response[Any]:
    try:
        async with pages.database.tenant(viewer) as tx:
            await change(tx)
    except (Invalid, Conflict) as error:
        faults = error.fields if isinstance(error, Invalid) else ()
        words = " ".join(f"{fault.field} {fault.message}." for fault in faults) or error.message
        return await _page(request, pages, viewer, error=words[:1].upper() + words[1:], status=400)
    return Redirect("/receipts?done=saved", status_code=303)


async def _page(
    request: Request_, pages: PageServices, viewer: Principal, *, error: str = "", status: int = 200
) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        heads = await store.heads(tx, limit=SHOWN)
        keys = await store.keys(tx)
        places = await checkpoints.places(tx)
        witnesses = await witness.witnesses(tx)
    origin = origin_of(viewer.org)
    return render(
        request, "receipts.html", status=status, error=error, log=origin,
        heads=heads, key=vkey(origin, LOG, keys[-1].public) if keys else "", delay_s=MERGE_DELAY_S,
        addresses=[place for place in places if place.kind == "email"],
        buckets=[place for place in places if place.kind == "bucket"],
        events=next((place for place in places if place.kind == "webhook"), None),
        witnesses=witnesses, most=checkpoints.MOST, mail=pages.mail is not None,
    )  # fmt: skip


HANDLERS = [log_page, add_address, remove_address, add_bucket, remove_bucket, add_witness, remove_witness]
