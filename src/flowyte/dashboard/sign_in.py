"""Signing in by the link that `flowyte up` prints, and signing out.

Following the link only shows a button: programs that look at links before people do would otherwise use it up.
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from flowyte.dashboard.services import Pages, Viewer
from flowyte.dashboard.view import render
from flowyte.kit.errors import Unauthenticated
from flowyte.tenancy.browser import cookie_name
from flowyte.tenancy.sessions import SESSION_LIFE, end_session, redeem_link

PUBLIC = {"public": "nobody is signed in yet"}


@get("/sign-in", opt=PUBLIC, include_in_schema=False)
async def sign_in_page(request: Request[Any, Any, Any], link: str = "") -> Response[str]:
    return render(request, "sign_in.html", link=link, refused=False)


@post("/sign-in", opt=PUBLIC, include_in_schema=False)
async def sign_in(request: Request[Any, Any, Any], pages: Pages) -> Response[Any]:
    link = str((await request.form()).get("link") or "")
    try:
        token = await redeem_link(pages.database, pages.peppers, pages.clock, link)
    except Unauthenticated:
        return render(request, "sign_in.html", status=401, link="", refused=True)
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
