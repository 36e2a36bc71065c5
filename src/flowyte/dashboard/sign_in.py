"""Signing in with an account, or by the link that `flowyte up` prints, and signing out.

Following the link only shows a button: programs that look at links before people do would otherwise use it up.
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.dashboard.view import render
from flowyte.kit.errors import TooMany, Unauthenticated
from flowyte.tenancy import people
from flowyte.tenancy.browser import address_of, cookie_name
from flowyte.tenancy.sessions import SESSION_LIFE, end_session, redeem_link

PUBLIC = {"public": "nobody is signed in yet"}


@get("/sign-in", opt=PUBLIC, include_in_schema=False)
async def sign_in_page(request: Request[Any, Any, Any], link: str = "") -> Response[str]:
    return render(request, "sign_in.html", link=link, refused="")


@post("/sign-in", opt=PUBLIC, include_in_schema=False)
async def sign_in(request: Request[Any, Any, Any], pages: Pages) -> Response[Any]:
    form = await request.form()
    link, email, password = (str(form.get(name) or "") for name in ("link", "email", "password"))
    try:
        if link:
            token = await redeem_link(pages.database, pages.peppers, pages.clock, link)
        else:
            address = address_of(request.client)
            token = await people.sign_in(pages.door, email=email, password=password, address=address)
    except Unauthenticated:
        words = "This link was used before, or it is older than an hour." if link else "That does not match."
        return render(request, "sign_in.html", status=401, link="", refused=words)
    except TooMany:
        words = "Too many tries. Wait a quarter of an hour."
        return render(request, "sign_in.html", status=429, link="", refused=words)
    return signed_in(pages, token)


def signed_in(pages: PageServices, token: str) -> Redirect:
    """Home, with the session's cookie."""
    answer = Redirect("/", status_code=303)
    answer.set_cookie(_cookie(pages, token, max_age=int(SESSION_LIFE.total_seconds())))
    return answer


@post("/sign-out", opt={"scope": "agents:read"}, include_in_schema=False)
async def sign_out(pages: Pages, viewer: Viewer) -> Redirect:
    async with pages.database.tenant(viewer) as tx:
        await end_session(tx, viewer.id)
    answer = Redirect("/sign-in", status_code=303)
    answer.set_cookie(_cookie(pages, "", max_age=0))
    return answer


def _cookie(pages: Pages, token: str, *, max_age: int) -> Cookie:
    return Cookie(
        key=cookie_name(secure=pages.secure), value=token, max_age=max_age, path="/", secure=pages.secure,
        httponly=True, samesite="lax",
    )  # fmt: skip


HANDLERS = [sign_in_page, sign_in, sign_out]
