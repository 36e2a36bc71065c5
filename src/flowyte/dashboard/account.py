"""One's own account: given to a session that a link opened, its password, leaving everywhere at once."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.dashboard.members import said
from flowyte.dashboard.services import Pages, Viewer
from flowyte.dashboard.sign_in import signed_in
from flowyte.dashboard.view import render
from flowyte.kit.errors import FlowyteError, Unauthenticated
from flowyte.tenancy import members, people

ANY = {"scope": "agents:read"}  # held by each role: an account is one's own


@get("/account", opt=ANY, include_in_schema=False)
async def account_page(request: Request[Any, Any, Any], viewer: Viewer) -> Response[str]:
    return render(request, "account.html", viewer=viewer, error="")


@post("/account", opt=ANY, include_in_schema=False)
async def claim(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[Any]:
    form = await request.form()
    email, password = str(form.get("email") or ""), str(form.get("password") or "")
    try:
        token = await members.claim(pages.door, viewer, email=email, password=password)
    except FlowyteError as error:
        return _refused(request, viewer, error)
    return signed_in(pages, token)


@post("/account/password", opt=ANY, include_in_schema=False)
async def change_password(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[Any]:
    form = await request.form()
    old, new = str(form.get("old") or ""), str(form.get("new") or "")
    try:
        await people.change_password(pages.door, viewer, old=old, new=new)
    except FlowyteError as error:
        return _refused(request, viewer, error)
    return Redirect("/account?done=changed", status_code=303)


@post("/account/sign-out-everywhere", opt=ANY, include_in_schema=False)
async def sign_out_everywhere(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[Any]:
    try:
        await people.end_everywhere(pages.door, viewer)
    except FlowyteError as error:
        return _refused(request, viewer, error)
    return Redirect("/sign-in", status_code=303)


def _refused(request: Request[Any, Any, Any], viewer: Viewer, error: FlowyteError) -> Response[str]:
    words = "This is not the password of the account." if isinstance(error, Unauthenticated) else said(error)
    return render(request, "account.html", status=400, viewer=viewer, error=words)


HANDLERS = [account_page, claim, change_password, sign_out_everywhere]
