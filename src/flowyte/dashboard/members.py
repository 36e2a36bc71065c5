"""The people of the organization: their roles, invitations as links to hand on, and the page where one joins."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.dashboard.services import Pages, Viewer
from flowyte.dashboard.sign_in import PUBLIC, signed_in
from flowyte.dashboard.view import render
from flowyte.kit.errors import FlowyteError, Invalid, TooMany, Unauthenticated
from flowyte.tenancy import members as verbs
from flowyte.tenancy.browser import address_of
from flowyte.tenancy.scopes import ROLE_SCOPES

READ = {"scope": "members:read"}
WRITE = {"scope": "members:write"}


@get("/members", opt=READ, include_in_schema=False)
async def members_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[str]:
    return await _page(request, pages, viewer)


@post("/members", opt=WRITE, include_in_schema=False)
async def invite(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[str]:
    """The only page that ever holds the link."""
    form = await request.form()
    email, role = str(form.get("email") or ""), str(form.get("role") or "")
    try:
        async with pages.database.tenant(viewer) as tx:
            _, token = await verbs.invite(tx, pages.door, viewer, email=email, role=role)
    except FlowyteError as error:
        return await _page(request, pages, viewer, error=said(error), email=email, status=400)
    return await _page(request, pages, viewer, link=f"{str(request.base_url).rstrip('/')}/join?invite={token}")


@post("/members/{member_id:str}/role", opt=WRITE, include_in_schema=False)
async def change_role(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, member_id: str
) -> Redirect | Response[str]:
    role = str((await request.form()).get("role") or "")
    try:
        async with pages.database.tenant(viewer) as tx:
            await verbs.change_role(tx, viewer, member_id, role)
    except (Invalid, verbs.LastOwner) as error:
        return await _page(request, pages, viewer, error=said(error), status=400)
    return Redirect("/members?done=changed", status_code=303)


@post("/members/{member_id:str}/remove", opt=WRITE, include_in_schema=False)
async def remove(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, member_id: str
) -> Redirect | Response[str]:
    try:
        async with pages.database.tenant(viewer) as tx:
            await verbs.remove(tx, viewer, member_id)
    except verbs.LastOwner as error:
        return await _page(request, pages, viewer, error=said(error), status=400)
    return Redirect("/members?done=removed", status_code=303)


@post("/members/invites/{invite_id:str}/withdraw", opt=WRITE, include_in_schema=False)
async def withdraw(pages: Pages, viewer: Viewer, invite_id: str) -> Redirect:
    async with pages.database.tenant(viewer) as tx:
        await verbs.withdraw(tx, invite_id)
    return Redirect("/members?done=withdrawn", status_code=303)


@get("/join", opt=PUBLIC, include_in_schema=False)
async def join_page(request: Request[Any, Any, Any], invite: str = "") -> Response[str]:
    return render(request, "join.html", invite=invite, error="")


@post("/join", opt=PUBLIC, include_in_schema=False)
async def join(request: Request[Any, Any, Any], pages: Pages) -> Response[Any]:
    form = await request.form()
    invite, password = str(form.get("invite") or ""), str(form.get("password") or "")
    try:
        token = await verbs.accept(pages.door, invite, password=password, address=address_of(request.client))
    except Unauthenticated:
        words = "The invitation was used, withdrawn or is too old, or this is not the password of your account."
        return render(request, "join.html", status=401, invite=invite, error=words)
    except TooMany:
        return render(
            request, "join.html", status=429, invite=invite, error="Too many tries. Wait a quarter of an hour."
        )
    except FlowyteError as error:
        return render(request, "join.html", status=400, invite=invite, error=said(error))
    return signed_in(pages, token)


def said(error: FlowyteError) -> str:
    """What a form shows of a refusal."""
    fields = error.fields if isinstance(error, Invalid) else ()
    return "; ".join(f"{field.field}: {field.message}" for field in fields) or error.message


async def _page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, *, link: str = "", error: str = "", email: str = "",
    status: int = 200,
) -> Response[str]:  # fmt: skip
    async with pages.database.tenant(viewer) as tx:
        people, invites = await verbs.list_members(tx), await verbs.list_invites(tx, pages.clock.now())
    roles = [role for role in ROLE_SCOPES if ROLE_SCOPES[role] <= viewer.scopes]
    return render(
        request,
        "members.html",
        status=status,
        people=people,
        invites=invites,
        link=link,
        error=error,
        email=email,
        roles=[role for role in roles if role != "owner" or viewer.role == "owner"],
        me=viewer.person,
        owner=viewer.role == "owner",
        writes="members:write" in viewer.scopes,
    )


HANDLERS = [members_page, invite, change_role, remove, withdraw, join_page, join]
