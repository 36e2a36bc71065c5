"""The trust centre: what is kept, what needs a person, who receives data; for who runs the installation, its papers.

Another organization sees its own things and, like everybody, the list by category. Who accepted the agreement and who
subscribed belongs to the organization that runs the installation, the first that was made.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.compliance import holds, requests, retention
from flowyte.dashboard import words
from flowyte.dashboard.home import Need, reported
from flowyte.dashboard.papers import pdf_answer
from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.dashboard.trust import STATES
from flowyte.dashboard.view import render
from flowyte.kit.db import TenantTx
from flowyte.tenancy.organizations import only_organization, organization_name
from flowyte.trust import reports
from flowyte.trust.model import Judged
from flowyte.trust.papers import changes, named, subscribers
from flowyte.trust.papers.dpa import Customer, contents, not_written
from flowyte.trust.store import Kept, kept
from flowyte.webhooks.store import list_endpoints

READ = {"scope": "audit:read"}
WRITE = {"scope": "audit:write"}
Request_ = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """What only the organization that runs the installation has."""

    acceptances: Sequence[named.Acceptance]
    counts: subscribers.Counts
    told: Sequence[Any]


@get("/trust/centre", opt=READ, include_in_schema=False)
async def centre_page(request: Request_, pages: Pages, viewer: Viewer) -> Response[str]:
    claims = await pages.board.claims()
    runs = await only_organization(pages.database) == viewer.org
    async with pages.database.tenant(viewer) as tx:
        needs = await _needs(tx, pages, claims)
        found: Kept = await kept(tx)
        windows = (await retention.windows_of(tx))[""]
        standing = [each for each in await holds.list_holds(tx) if each.lifted_at is None]
        theirs = await _theirs(tx, pages) if runs else None
    if theirs is not None:
        needs += _needs_of_operator(pages, theirs)
    return render(
        request, "centre.html", needs=needs, kept=found, windows=windows, holds=standing, theirs=theirs,
        on=pages.board.parties, names=pages.papers.names, states=STATES,
        counts=Counter(claim.status for claim in claims), mail=pages.mail is not None,
    )  # fmt: skip


@get("/trust/centre/dpa.pdf", opt=READ, include_in_schema=False)
async def own_agreement(pages: Pages, viewer: Viewer) -> Response[bytes]:
    """With the organization's name and windows in it."""
    async with pages.database.tenant(viewer) as tx:
        customer = Customer(name=await organization_name(tx), windows=await retention.windows_of(tx))
    told = contents(
        pages.papers, pages.board.parties, await pages.board.claims(), address=pages.address,
        day=pages.clock.now().date(), customer=customer,
    )  # fmt: skip
    return pdf_answer(await pages.press.pdf(told))


@post("/trust/acceptances/{acceptance_id:str}/revoke", opt=WRITE, include_in_schema=False)
async def take_back(pages: Pages, viewer: Viewer, acceptance_id: str) -> Redirect:
    async with pages.database.tenant(viewer) as tx:
        await named.revoke(tx, pages.clock, viewer, acceptance_id)
    return Redirect("/trust/centre?done=revoked", status_code=303)


@get("/trust/acceptances/{acceptance_id:str}", opt=READ, include_in_schema=False)
async def acceptance_page(request: Request_, pages: Pages, viewer: Viewer, acceptance_id: str) -> Response[str]:
    """Who accepted, and the very text."""
    async with pages.database.tenant(viewer) as tx:
        one = await named.get_acceptance(tx, pages.sealer, acceptance_id)
        text = await named.text_of(tx, one.digest)
    return render(request, "acceptance.html", one=one, text=text)


async def _needs(tx: TenantTx, pages: PageServices, claims: Sequence[Judged]) -> list[Need]:
    """What is broken first, then what has a clock, then what waits."""
    now = pages.clock.now()
    found = [
        Need(words=f"{each.claim.title} is broken: {each.reason}", href=f"/trust#{each.claim.id}", action="Look at it")
        for each in claims
        if each.status == "broken"
    ]
    if unseen := await reports.count_unseen(tx):
        found.append(reported(unseen))
    if due := await requests.due_soon(tx, now):
        asked = words.plural(due, "request")
        found.append(Need(words=f"{asked} of persons must be answered soon", href="/privacy", action="Answer"))
    for endpoint in await list_endpoints(tx):
        if endpoint.failing_since or endpoint.disabled_because:
            said = "is switched off" if endpoint.disabled_because else "fails"
            found.append(Need(words=f"The webhook {endpoint.url} {said}", href=f"/webhooks/{endpoint.id}",
                              action="Look at it"))  # fmt: skip
    return found


async def _theirs(tx: TenantTx, pages: PageServices) -> Theirs:
    return Theirs(
        acceptances=await named.list_acceptances(tx, pages.sealer),
        counts=await subscribers.counts(tx),
        told=await changes.list_told(tx),
    )


def _needs_of_operator(pages: PageServices, theirs: Theirs) -> list[Need]:
    found = [
        Need(words=f"{party.category} receives data, and nobody is named in subprocessors.toml",
             href=f"/trust/subprocessors#{party.id}", action="Look at it")
        for party in pages.board.parties
        if not pages.papers.names.get(party.id)
    ]  # fmt: skip
    if gaps := not_written(pages.papers):
        said = f"The agreement on data is a draft: the settings {', '.join(gaps)} are empty"
        found.append(Need(words=said, href="/trust/dpa.pdf", action="Read it"))
    if theirs.counts.failed:
        letters = words.plural(theirs.counts.failed, "letter")
        found.append(Need(words=f"{letters} about a change of the list could not be sent",
                          href="/trust/centre#letters", action="Look at it"))  # fmt: skip
    return found


HANDLERS = [centre_page, own_agreement, acceptance_page, take_back]
