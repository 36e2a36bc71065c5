"""The public trust page, and reporting a vulnerability: pages for people without an account."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.dashboard.services import Pages, Viewer
from flowyte.dashboard.view import render
from flowyte.kit.errors import Invalid, TooMany
from flowyte.tenancy.browser import address_of
from flowyte.trust import reports
from flowyte.trust.board import EVERY_S
from flowyte.trust.processors import chosen_by_organizations
from flowyte.trust.security_txt import security_txt
from flowyte.trust.shown import claims_shown

PUBLIC = {"public": "for whoever wants to know, or has found a hole"}
READ = {"scope": "audit:read"}
WRITE = {"scope": "audit:write"}
STATES = {
    "kept": ("good", "Kept"), "in_progress": ("attention", "In progress"), "broken": ("danger", "Broken"),
    "not_applicable": ("plain", "Not applicable here"),
}  # fmt: skip


@get("/trust", opt=PUBLIC, include_in_schema=False)
async def trust_page(request: Request[Any, Any, Any], pages: Pages) -> Response[str]:
    claims = await pages.board.claims()
    counts = {state: sum(claim.status == state for claim in claims) for state in STATES}
    return render(
        request, "trust.html", claims=claims, states=STATES, counts=counts, every_s=EVERY_S,
        results=pages.board.results,
    )  # fmt: skip


@get("/trust/claims", opt=PUBLIC, include_in_schema=False)
async def trust_claims(pages: Pages) -> dict[str, Any]:
    """The same for programs, as a bare object."""
    return claims_shown(await pages.board.claims())


@get("/trust/subprocessors", opt=PUBLIC, include_in_schema=False)
async def subprocessors_page(request: Request[Any, Any, Any], pages: Pages) -> Response[str]:
    return render(request, "subprocessors.html", on=pages.board.parties, chosen=chosen_by_organizations())


@get("/.well-known/security.txt", opt=PUBLIC, include_in_schema=False, media_type="text/plain")
async def security_text(pages: Pages) -> str:
    return security_txt(pages.address, pages.clock.now())


@get("/security", opt=PUBLIC, include_in_schema=False)
async def policy_page(request: Request[Any, Any, Any]) -> Response[str]:
    return render(request, "security.html")


@get("/security/report", opt=PUBLIC, include_in_schema=False)
async def report_page(request: Request[Any, Any, Any]) -> Response[str]:
    return _form(request)


@post("/security/report", opt=PUBLIC, include_in_schema=False)
async def report(request: Request[Any, Any, Any], pages: Pages) -> Response[str]:
    form = await request.form()
    text, contact = str(form.get("report") or ""), str(form.get("contact") or "")
    try:
        number = await reports.take_report(
            pages.database, pages.sealer, pages.peppers, pages.clock, report=text, contact=contact,
            address=address_of(request.client),
        )  # fmt: skip
    except Invalid as error:
        errors = {fault.field: fault.message for fault in error.fields}
        return _form(request, status=400, report=text, contact=contact, errors=errors)
    except TooMany:
        words = {"report": "Too many reports came from your address. Wait a quarter of an hour; this one is not lost."}
        return _form(request, status=429, report=text, contact=contact, errors=words)
    return _form(request, number=number)


@get("/security/reports", opt=READ, include_in_schema=False)
async def reports_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[str]:
    """For who runs this installation; every other organization has none."""
    async with pages.database.tenant(viewer) as tx:
        found = await reports.list_reports(tx, pages.sealer)
    return render(request, "security_reports.html", found=found)


@post("/security/reports/{report_id:str}", opt=WRITE, include_in_schema=False)
async def seen(pages: Pages, viewer: Viewer, report_id: str) -> Redirect:
    async with pages.database.tenant(viewer) as tx:
        await reports.mark_seen(tx, pages.clock, report_id)
    return Redirect("/security/reports", status_code=303)


def _form(
    request: Request[Any, Any, Any], *, status: int = 200, number: str = "", report: str = "", contact: str = "",
    errors: dict[str, str] | None = None,
) -> Response[str]:  # fmt: skip
    return render(
        request, "security_report.html", status=status, number=number, report=report, contact=contact,
        errors=errors or {},
    )  # fmt: skip


HANDLERS = [
    trust_page, trust_claims, subprocessors_page, security_text, policy_page, report_page, report, reports_page, seen,
]  # fmt: skip
