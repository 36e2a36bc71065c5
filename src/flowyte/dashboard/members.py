"""The people of the organization: their roles, invitations as links to hand on, and the page where one joins."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.dashboard import letters
from flowyte.dashboard.services import Pages, Viewer
from flowyte.dashboard.sign_in import PUBLIC, signed_in
from flowyte.dashboard.view import render
from flowyte.kit.errors import Conflict, FlowyteError, Invalid, TooMany, Unauthenticated
from flowyte.providers.smtp import Letter
from flowyte.tenancy import members as verbs
from flowyte.tenancy.browser import address_of
from flowyte.tenancy.policy import Policy, get_policy, set_policy
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
            made, token = await verbs.invite(tx, pages.door, viewer, email=email, role=role)
    except FlowyteError as error:
        return await _page(request, pages, viewer, error=said(error), email=email, status=400)
    url = f"{pages.address}/join?invite={token}"
    if pages.mail is None:
        return await _page(request, pages, viewer, link=url)
    letter = letters.invitation(made.email, str(request.scope["rail"].organization), url)  # type: ignore[typeddict-item]
    pages.mail.put(lambda: _ready(letter))
    return await _page(request, pages, viewer, sent=made.email)


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


@post("/members/{member_id:str}/transfer", opt=WRITE, include_in_schema=False)
async def transfer(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, member_id: str
) -> Redirect | Response[str]:
    async with pages.database.tenant(viewer) as tx:
        await verbs.transfer(tx, viewer, member_id)
    return Redirect("/members?done=transferred", status_code=303)


@post("/members/policy", opt=WRITE, include_in_schema=False)
async def change_policy(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Redirect | Response[str]:
    form = await request.form()
    hours = str(form.get("session_hours") or "")
    domains = str(form.get("email_domains") or "").lower().replace(",", " ").split()
    try:
        asked = Policy(
            second_factor=form.get("second_factor") == "on",
            session_hours=int(hours) if hours.isdecimal() and len(hours) < 6 else 0,
            email_domains=tuple(dict.fromkeys(domains)),
        )
        async with pages.database.tenant(viewer) as tx:
            await set_policy(tx, viewer, asked)
    except (Invalid, Conflict) as error:
        return await _page(request, pages, viewer, error=said(error), status=400)
    return Redirect("/members?done=policy", status_code=303)


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
    return await signed_in(request, pages, token)


def said(error: FlowyteError) -> str:
    """What a form shows of a refusal."""
    fields = error.fields if isinstance(error, Invalid) else ()
    return "; ".join(f"{field.field}: {field.message}" for field in fields) or error.message


async def _page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, *, link: str = "", sent: str = "", error: str = "",
    email: str = "", status: int = 200,
) -> Response[str]:  # fmt: skip
    async with pages.database.tenant(viewer) as tx:
        people, invites = await verbs.list_members(tx), await verbs.list_invites(tx, pages.clock.now())
        policy = await get_policy(tx)
    roles = [role for role in ROLE_SCOPES if ROLE_SCOPES[role] <= viewer.scopes]
    return render(
        request,
        "members.html",
        status=status,
        people=people,
        invites=invites,
        link=link,
        sent=sent,
        policy=policy,
        mail=pages.mail is not None,
        error=error,
        email=email,
        roles=[role for role in roles if role != "owner" or viewer.role == "owner"],
        me=viewer.person,
        owner=viewer.role == "owner",
        writes="members:write" in viewer.scopes,
    )


async def _ready(letter: Letter) -> Letter:
    return letter


HANDLERS = [members_page, invite, change_role, remove, transfer, change_policy, withdraw, join_page, join]
