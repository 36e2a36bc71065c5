"""API keys: made and shown once, listed by what may be shown of them, revoked."""

from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.dashboard.services import Pages, Viewer
from flowyte.dashboard.sign_in import PUBLIC, TOO_MANY
from flowyte.dashboard.view import render
from flowyte.kit.errors import Invalid, TooMany
from flowyte.tenancy import keys as verbs
from flowyte.tenancy.browser import address_of
from flowyte.tenancy.revocation import revoke_leaked
from flowyte.tenancy.scopes import SECRET_KEY_SCOPES

EXPIRY = {"never": 0, "in 30 days": 30, "in 90 days": 90, "in a year": 365}
OVERLAP = timedelta(days=1)
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
    days = EXPIRY.get(str(form.get("expires") or ""))
    expires = pages.clock.now() + timedelta(days=days) if days else None
    try:
        if not scopes:
            raise Invalid("Choose at least one scope.")
        async with pages.database.tenant(viewer) as tx:
            _, key = await verbs.create_key(
                tx, pages.peppers, name=name, scopes=scopes, created_by=viewer, expires_at=expires
            )
    except Invalid as error:
        return await _page(request, pages, viewer, error=error.message, name=name, status=400)
    return await _page(request, pages, viewer, made=key)


@post("/api-keys/{key_id:str}/revoke", opt=WRITE, include_in_schema=False)
async def revoke_key(pages: Pages, viewer: Viewer, key_id: str) -> Redirect:
    async with pages.database.tenant(viewer) as tx:
        await verbs.revoke_key(tx, key_id)
    return Redirect("/api-keys?done=revoked", status_code=303)


@post("/api-keys/{key_id:str}/replace", opt=WRITE, include_in_schema=False)
async def replace_key(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, key_id: str) -> Response[str]:
    """The new key is shown here, once; the old one goes on for a day."""
    try:
        async with pages.database.tenant(viewer) as tx:
            _, key = await verbs.rotate_key(tx, pages.peppers, pages.clock, key_id, by=viewer, overlap=OVERLAP)
    except Invalid as error:
        return await _page(request, pages, viewer, error=error.message, status=400)
    return await _page(request, pages, viewer, made=key, replaced=True)


@get("/leaked-key", opt=PUBLIC, include_in_schema=False)
async def leaked_page(request: Request[Any, Any, Any]) -> Response[str]:
    return render(request, "leaked.html", sent=False, error="")


@post("/leaked-key", opt=PUBLIC, include_in_schema=False)
async def leaked(request: Request[Any, Any, Any], pages: Pages) -> Response[str]:
    """The same for every text: who pastes one learns nothing but that a key would be ended now."""
    text = str((await request.form()).get("key") or "")[:200]
    try:
        await revoke_leaked(pages.door, text, address=address_of(request.client))
    except TooMany:
        return render(request, "leaked.html", status=429, sent=False, error=TOO_MANY)
    return render(request, "leaked.html", sent=True, error="")


async def _page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, *, made: str = "", replaced: bool = False,
    error: str = "", name: str = "", status: int = 200,
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
        replaced=replaced,
        expiry=EXPIRY,
        error=error,
        name=name,
        scopes=scopes,
    )


HANDLERS = [keys_page, create_key, revoke_key, replace_key, leaked_page, leaked]
