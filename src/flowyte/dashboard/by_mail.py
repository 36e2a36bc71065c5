"""Pages that begin with a letter: a new password, and a new organization.

Whoever asks for a letter gets the same page at once, whether the address is known or not; what is to be sent is looked
up afterwards, behind the answer.
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.dashboard import letters
from flowyte.dashboard.members import said
from flowyte.dashboard.services import Pages, PageServices
from flowyte.dashboard.sign_in import PUBLIC, TOO_MANY, signed_in
from flowyte.dashboard.view import render
from flowyte.kit.errors import FlowyteError, Invalid, NotFound, TooMany, Unauthenticated
from flowyte.providers.smtp import Letter, Outbox
from flowyte.tenancy import attempts
from flowyte.tenancy import letters as verbs
from flowyte.tenancy.browser import address_of
from flowyte.tenancy.people import normal_email

OVER = "This link was used, or it is older than an hour. Ask for another."


@get("/forgot", opt=PUBLIC, include_in_schema=False)
async def forgot_page(request: Request[Any, Any, Any], pages: Pages) -> Response[str]:
    _outbox(pages)
    return render(request, "ask_letter.html", what="password", sent=False, error="")


@post("/forgot", opt=PUBLIC, include_in_schema=False)
async def forgot(request: Request[Any, Any, Any], pages: Pages) -> Response[str]:
    outbox = _outbox(pages)

    async def write(email: str) -> Letter | None:
        token = await verbs.reset_token(pages.door, email)
        return letters.new_password(email, f"{pages.address}/new-password?token={token}") if token else None

    return await _asked(request, pages, outbox, "password", write)


@get("/new-password", opt=PUBLIC, include_in_schema=False)
async def new_password_page(request: Request[Any, Any, Any], token: str = "") -> Response[str]:
    return render(request, "by_letter.html", what="password", token=token, name="", error="")


@post("/new-password", opt=PUBLIC, include_in_schema=False)
async def new_password(request: Request[Any, Any, Any], pages: Pages) -> Response[Any]:
    form = await request.form()
    token, password = str(form.get("token") or ""), str(form.get("password") or "")
    try:
        await verbs.reset(pages.door, token, password=password, address=address_of(request.client))
    except FlowyteError as error:
        words = OVER if isinstance(error, Unauthenticated) else said(error)
        return render(
            request, "by_letter.html", status=_status(error), what="password", token=token, name="", error=words
        )
    return Redirect("/sign-in?done=password", status_code=303)


@get("/sign-up", opt=PUBLIC, include_in_schema=False)
async def sign_up_page(request: Request[Any, Any, Any], pages: Pages, token: str = "") -> Response[str]:
    _outbox(pages, sign_up=True)
    if token:
        return render(request, "by_letter.html", what="organization", token=token, name="", error="")
    return render(request, "ask_letter.html", what="organization", sent=False, error="")


@post("/sign-up", opt=PUBLIC, include_in_schema=False)
async def sign_up(request: Request[Any, Any, Any], pages: Pages) -> Response[Any]:
    outbox = _outbox(pages, sign_up=True)
    form = await request.form()
    token = str(form.get("token") or "")
    if not token:

        async def write(email: str) -> Letter | None:
            token = verbs.sign_up_token(pages.door, email)
            return letters.welcome(email, f"{pages.address}/sign-up?token={token}")

        return await _asked(request, pages, outbox, "organization", write)
    name, password = str(form.get("name") or ""), str(form.get("password") or "")
    try:
        session = await verbs.sign_up(
            pages.door, token, organization=name, password=password, address=address_of(request.client)
        )
    except FlowyteError as error:
        words = "The link is over, or this is not the password of your account."
        words = words if isinstance(error, Unauthenticated) else said(error)
        return render(
            request, "by_letter.html", status=_status(error), what="organization", token=token, name=name, error=words
        )
    return await signed_in(request, pages, session)


async def _asked(
    request: Request[Any, Any, Any], pages: PageServices, outbox: Outbox, what: str, write: Any
) -> Response[str]:
    """Count, put the work off, and say the same to everybody."""
    try:
        email = normal_email(str((await request.form()).get("email") or ""))
        await attempts.count(pages.database, pages.peppers, pages.clock, address_of(request.client), f"{what}\0{email}")
    except Invalid as error:
        return render(request, "ask_letter.html", status=400, what=what, sent=False, error=said(error))
    except TooMany:
        return render(request, "ask_letter.html", status=429, what=what, sent=False, error=TOO_MANY)
    outbox.put(lambda: write(email))
    return render(request, "ask_letter.html", what=what, sent=True, error="")


def _outbox(pages: PageServices, *, sign_up: bool = False) -> Outbox:
    """NotFound where the operator has connected no mail server, or nobody may sign up."""
    if pages.mail is None or (sign_up and not pages.open_sign_up):
        raise NotFound
    return pages.mail


def _status(error: FlowyteError) -> int:
    return 401 if isinstance(error, Unauthenticated) else 429 if isinstance(error, TooMany) else 400


HANDLERS = [forgot_page, forgot, new_password_page, new_password, sign_up_page, sign_up]
