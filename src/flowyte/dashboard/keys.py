"""API keys: made and shown once, listed by what may be shown of them, revoked."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.dashboard.services import Pages, Viewer
from flowyte.dashboard.view import render
from flowyte.kit.errors import Invalid
from flowyte.tenancy import keys as verbs
from flowyte.tenancy.scopes import SECRET_KEY_SCOPES

READ = {"scope": "keys:read"}
WRITE = {"scope": "keys:write"}


@get("/api-keys", opt=READ, include_in_schema=False)
async def keys_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[str]:
    return await _page(request, pages, viewer)


@post("/api-keys", opt=WRITE, include_in_schema=False)
async def create_key(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[str]:
    """The only page that ever holds the key: it is not kept, so it cannot be shown again."""
    form = await request.form()
    name = str(form.get("name") or "")
    chosen = frozenset(str(scope) for scope in form.getall("scope", []))
    scopes = (chosen if form.get("which") == "some" else SECRET_KEY_SCOPES) & viewer.scopes
    try:
        if not scopes:
            raise Invalid("Choose at least one scope.")
        async with pages.database.tenant(viewer) as tx:
            _, key = await verbs.create_key(tx, pages.peppers, name=name, scopes=scopes, created_by=viewer)
    except Invalid as error:
        return await _page(request, pages, viewer, error=error.message, name=name, status=400)
    return await _page(request, pages, viewer, made=key)


@post("/api-keys/{key_id:str}/revoke", opt=WRITE, include_in_schema=False)
async def revoke_key(pages: Pages, viewer: Viewer, key_id: str) -> Redirect:
    async with pages.database.tenant(viewer) as tx:
        await verbs.revoke_key(tx, key_id)
    return Redirect("/api-keys?done=revoked", status_code=303)


async def _page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, *, made: str = "", error: str = "", name: str = "",
    status: int = 200,
) -> Response[str]:  # fmt: skip
    async with pages.database.tenant(viewer) as tx:
        found = await verbs.list_keys(tx)
    scopes = sorted(SECRET_KEY_SCOPES & viewer.scopes)
    return render(
        request,
        "keys.html",
        status=status,
        living=[key for key in found if key.revoked_at is None],
        revoked=[key for key in found if key.revoked_at is not None],
        made=made,
        error=error,
        name=name,
        scopes=scopes,
    )


HANDLERS = [keys_page, create_key, revoke_key]
