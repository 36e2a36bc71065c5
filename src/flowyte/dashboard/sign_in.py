"""Signing in with an account, a passkey, or the link that `flowyte up` prints; and signing out.

Following the link only shows a button: programs that look at links before people do would otherwise use it up.
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.dashboard.view import render
from flowyte.kit.errors import TooMany, Unauthenticated
from flowyte.tenancy import passkeys, people, second_factor
from flowyte.tenancy.browser import address_of, cookie_name
from flowyte.tenancy.sessions import SESSION_LIFE, end_session, redeem_link

PUBLIC = {"public": "nobody is signed in yet"}
TOO_MANY = "Too many tries. Wait a quarter of an hour."
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip


@get("/sign-in", opt=PUBLIC, include_in_schema=False)
async def sign_in_page(request: Request[Any, Any, Any], pages: Pages, link: str = "") -> Response[str]:
    return _page(request, pages, link=link)


@post("/sign-in", opt=PUBLIC, include_in_schema=False)
async def sign_in(request: Request[Any, Any, Any], pages: Pages) -> Response[Any]:
    form = await request.form()
    link, half = str(form.get("link") or ""), str(form.get("half") or "")
    try:
        found = await _sign_in(request, pages, link, half, form)
    except Unauthenticated:
        words = "That does not match."
        if link:
            words = "This link was used before, or it is older than an hour."
        if half:
            words = "This is not the code of now. After ten minutes, begin anew."
        return _page(request, pages, status=401, half=half, refused=words)
    except TooMany:
        return _page(request, pages, status=429, refused=TOO_MANY)
    if isinstance(found, people.Half):
        return _page(request, pages, half=found.token)
    return await signed_in(request, pages, found)


async def _sign_in(
    request: Request[Any, Any, Any], pages: PageServices, link: str, half: str, form: Any
) -> str | people.Half:
    address = address_of(request.client)
    if link:
        return await redeem_link(pages.database, pages.peppers, pages.clock, link)
    if half:
        code = str(form.get("code") or "")
        return await second_factor.finish_sign_in(pages.door, half=half, code=code, address=address)
    email, password = str(form.get("email") or ""), str(form.get("password") or "")
    return await people.sign_in(pages.door, email=email, password=password, address=address)


@post("/sign-in/passkey/options", opt=PUBLIC, include_in_schema=False)
async def passkey_options(pages: Pages) -> Response[Any]:
    if pages.site is None:
        raise Unauthenticated
    asked = passkeys.ask_to_sign_in(pages.door, pages.site)
    return Response({"options": asked.options, "token": asked.token}, headers={"Cache-Control": "no-store"})


@post("/sign-in/passkey", opt=PUBLIC, include_in_schema=False)
async def passkey_sign_in(request: Request[Any, Any, Any], pages: Pages) -> Response[Any]:
    form = await request.form()
    token, credential = str(form.get("token") or ""), str(form.get("credential") or "")
    try:
        if pages.site is None:
            raise Unauthenticated
        found = await passkeys.sign_in(
            pages.door, pages.site, token=token, credential=credential, address=address_of(request.client)
        )
    except Unauthenticated:
        return _page(request, pages, status=401, refused="This passkey opens no account here.")
    except TooMany:
        return _page(request, pages, status=429, refused=TOO_MANY)
    return await signed_in(request, pages, found)


async def signed_in(request: Request[Any, Any, Any], pages: PageServices, token: str) -> Redirect:
    """Home, with the session's cookie."""
    await people.describe(pages.door, token, browser_of(request.headers.get("user-agent", "")))
    answer = Redirect("/", status_code=303)
    answer.set_cookie(_cookie(pages, token, max_age=int(SESSION_LIFE.total_seconds())))
    return answer


@post("/sign-out", opt={"scope": "account:own"}, include_in_schema=False)
async def sign_out(pages: Pages, viewer: Viewer) -> Redirect:
    async with pages.database.tenant(viewer) as tx:
        await end_session(tx, viewer.id)
    answer = Redirect("/sign-in", status_code=303)
    answer.set_cookie(_cookie(pages, "", max_age=0))
    return answer


def browser_of(agent: str) -> str:
    """A few words by which a person knows the browser again: `Firefox on Linux`. The rest is not kept."""
    browser = next((name for mark, name in BROWSERS if f"{mark}/" in agent), "A program")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser


def _page(
    request: Request[Any, Any, Any], pages: PageServices, *, status: int = 200, link: str = "", half: str = "",
    refused: str = "",
) -> Response[str]:  # fmt: skip
    return render(
        request,
        "sign_in.html",
        status=status,
        link=link,
        half=half,
        refused=refused,
        site=pages.site,
        mail=pages.mail is not None,
        sign_up=pages.mail is not None and pages.open_sign_up,
    )


def _cookie(pages: PageServices, value: str, *, max_age: int) -> Cookie:
    return Cookie(
        key=cookie_name(secure=pages.secure),
        value=value,
        path="/",
        max_age=max_age,
        secure=pages.secure,
        httponly=True,
        samesite="lax",
    )


HANDLERS = [sign_in_page, sign_in, passkey_options, passkey_sign_in, sign_out]
