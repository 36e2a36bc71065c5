"""Papers for people without an account: the list by name behind its agreement, and letters about changes of the list.

Where a mail server is connected, links go to the mailbox that was given and to nowhere else, and a page says the same
to everybody who asks. Where none is, the list by name opens at once and nobody can subscribe.
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.dashboard import letters
from flowyte.dashboard.services import Pages, PageServices
from flowyte.dashboard.view import render
from flowyte.kit.errors import Conflict, FlowyteError, Invalid, TooMany, Unauthenticated
from flowyte.providers.smtp import Letter
from flowyte.tenancy.browser import address_of
from flowyte.trust.papers import named, subscribers
from flowyte.trust.papers.controls import CONTROLS
from flowyte.trust.papers.dpa import contents
from flowyte.trust.papers.soc2 import only_in_progress, soc2

PUBLIC = {"public": "for who judges whether their data may come here"}
TOO_MANY = "Too many were asked for. Wait a quarter of an hour."
OVER = "This link is over, or it was taken back. Ask for another."
CONTROL_STATES = {"evidence": ("good", "Evidence"), "failing": ("danger", "Failing"), "open": ("plain", "Open")}
Request_ = Request[Any, Any, Any]


@get("/trust/soc2", opt=PUBLIC, include_in_schema=False)
async def soc2_page(request: Request_, pages: Pages) -> Response[str]:
    shown = soc2(CONTROLS, await pages.board.claims(), pages.board.results)
    answer = render(request, "soc2.html", shown=shown, states=CONTROL_STATES, results=pages.board.results)
    only_in_progress(answer.content)
    return answer


@get("/trust/dpa.pdf", opt=PUBLIC, include_in_schema=False)
async def agreement(pages: Pages) -> Response[bytes]:
    """For everybody: the controller is left blank."""
    told = contents(
        pages.papers, pages.board.parties, await pages.board.claims(), address=pages.address,
        day=pages.clock.now().date(),
    )  # fmt: skip
    return pdf_answer(await pages.press.pdf(told))


def pdf_answer(content: bytes) -> Response[bytes]:
    headers = {
        "Content-Disposition": 'inline; filename="data-processing-agreement.pdf"', "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return Response(content, media_type="application/pdf", headers=headers)


@get("/trust/named", opt=PUBLIC, include_in_schema=False)
async def named_page(request: Request_, pages: Pages) -> Response[str]:
    return _form(request, pages, {})


@post("/trust/named", opt=PUBLIC, include_in_schema=False)
async def accept(request: Request_, pages: Pages) -> Response[Any]:
    form = {name: str(value) for name, value in (await request.form()).items()}
    asker = named.Asker(name=form.get("name", ""), company=form.get("company", ""), email=form.get("email", ""))
    try:
        if form.get("accepted") != "yes":
            raise Conflict("The list is shown to who accepts the agreement.")
        token = await named.accept(
            pages.door, pages.sealer, asker, pages.papers.agreement, shown=form.get("digest", ""),
            address=address_of(request.client),
        )  # fmt: skip
    except Invalid as error:
        return _form(request, pages, form, errors={fault.field: fault.message for fault in error.fields}, status=400)
    except (Conflict, TooMany) as error:
        words, status = (TOO_MANY, 429) if isinstance(error, TooMany) else (error.message, 409)
        return _form(request, pages, form, error=words, status=status)
    url = f"/trust/named/list?token={token}"
    if pages.mail is None:
        return Redirect(url, status_code=303)
    _send(pages, letters.named_list(asker.email.strip(), f"{pages.address}{url}", named.LINK_LIFE.days))
    return render(request, "named_form.html", sent=True)


@get("/trust/named/list", opt=PUBLIC, include_in_schema=False)
async def list_page(request: Request_, pages: Pages, token: str = "") -> Response[str]:
    try:
        acceptance = await named.open_list(pages.door, pages.sealer, token)
    except Unauthenticated:
        return _form(request, pages, {}, error=OVER, status=403)
    return render(
        request, "named_list.html", on=pages.board.parties, names=pages.papers.names, acceptance=acceptance,
        operator=pages.papers.operator,
    )  # fmt: skip


@get("/trust/subscribe", opt=PUBLIC, include_in_schema=False)
async def subscribe_page(request: Request_, pages: Pages, token: str = "") -> Response[str]:
    return _letters(request, pages, "confirm" if token else "ask", token=token)


@post("/trust/subscribe", opt=PUBLIC, include_in_schema=False)
async def subscribe(request: Request_, pages: Pages) -> Response[str]:
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        if token := form.get("token", ""):
            await subscribers.confirm(pages.door, pages.sealer, token)
            return _letters(request, pages, "confirmed")
        if pages.mail is None:
            return _letters(request, pages, "ask", status=409)
        email, token = await subscribers.ask(pages.door, form.get("email", ""), address=address_of(request.client))
    except (Invalid, TooMany, Unauthenticated) as error:
        words, status = _said(error)
        return _letters(request, pages, "ask", email=form.get("email", ""), error=words, status=status)
    _send(pages, letters.subscription(email, f"{pages.address}/trust/subscribe?token={token}"))
    return _letters(request, pages, "sent")


@get("/trust/unsubscribe", opt=PUBLIC, include_in_schema=False)
async def unsubscribe_page(request: Request_, pages: Pages, token: str = "") -> Response[str]:
    return _letters(request, pages, "stop", token=token)


@post("/trust/unsubscribe", opt=PUBLIC, include_in_schema=False)
async def unsubscribe(request: Request_, pages: Pages, token: str = "") -> Response[str]:
    """From the page, or by a mail program's one click, which has the token in the address."""
    try:
        await subscribers.stop(pages.door, str((await request.form()).get("token") or token))
    except Unauthenticated as error:
        words, status = _said(error)
        return _letters(request, pages, "stop", error=words, status=status)
    return _letters(request, pages, "stopped")


def _form(
    request: Request_, pages: PageServices, form: dict[str, str], *, errors: dict[str, str] | None = None,
    error: str = "", status: int = 200,
) -> Response[str]:  # fmt: skip
    return render(
        request, "named_form.html", status=status, sent=False, form=form, errors=errors or {}, error=error,
        agreement=pages.papers.agreement, mail=pages.mail is not None, life=named.LINK_LIFE.days,
        operator=pages.papers.operator,
    )  # fmt: skip


def _letters(
    request: Request_, pages: PageServices, step: str, *, token: str = "", email: str = "", error: str = "",
    status: int = 200,
) -> Response[str]:  # fmt: skip
    return render(
        request, "subscribe.html", status=status, step=step, token=token, email=email, error=error,
        mail=pages.mail is not None,
    )  # fmt: skip


def _said(error: FlowyteError) -> tuple[str, int]:
    if isinstance(error, TooMany):
        return TOO_MANY, 429
    if isinstance(error, Unauthenticated):
        return OVER, 403
    return "This is no e-mail address.", 400


def _send(pages: PageServices, letter: Letter) -> None:
    async def write() -> Letter:
        return letter

    assert pages.mail is not None
    pages.mail.put(write)


HANDLERS = [
    soc2_page, agreement, named_page, accept, list_page, subscribe_page, subscribe, unsubscribe_page, unsubscribe,
]  # fmt: skip
