"""/retention, /legal-holds and /privacy/requests: how long things are kept, what must be, and what persons ask for."""

from typing import Annotated, Any

import msgspec
from litestar import Response, Router, get, post, put
from litestar.response import Stream

from flowyte.api.agents import Input, Limit
from flowyte.api.services import Asker, Services
from flowyte.api.shape import camel, decode_cursor, one, page
from flowyte.compliance import holds, requests, retention
from flowyte.compliance.archive import archive
from flowyte.compliance.requests import PrivacyRequest
from flowyte.kit.errors import Conflict, Invalid
from flowyte.tenancy.audit import note
from flowyte.tenancy.region import region_of_organization

READ = {"scope": "privacy:read"}
WRITE = {"scope": "privacy:write"}
QUOTES = {**WRITE, "quotes": True}  # the answer names the person
ONE = "/privacy/requests/{request_id:str}"
MOST_PERSONS = 100  # in one request: each is sealed and checked against those that are open
Text = Annotated[str, msgspec.Meta(max_length=1_000)]


class NewWindows(Input):
    """In days; null: until somebody deletes it. `agentId` names an agent; without it, the organization's."""

    recordings_days: int | None = None
    transcripts_days: int | None = None
    receipts_days: int | None = None
    logs_days: int | None = None
    agent_id: str = ""


class NewHold(Input):
    """`kind` is conversation, agent or organization; `subject` its id, empty for the organization."""

    kind: str
    reason: Text
    subject: str = ""


class NewRequest(Input):
    """`kind` is access or deletion, `regime` gdpr or ccpa; a telephone number, an e-mail address, the id of a chat that
    a site's visitor had, or several of these."""

    kind: str
    regime: str = "gdpr"
    phone: Text = ""
    email: Text = ""
    visitor_id: Text = ""


class OnePerson(Input):
    phone: Text = ""
    email: Text = ""
    visitor_id: Text = ""


class NewRequests(Input):
    """The same for each of up to a hundred persons."""

    kind: str
    persons: Annotated[list[OnePerson], msgspec.Meta(min_length=1, max_length=MOST_PERSONS)]
    regime: str = "gdpr"


class Verified(Input):
    how: Text


class Refusal(Input):
    because: Text


def shown(request: PrivacyRequest) -> dict[str, Any]:
    values = camel(request)
    person = request.person
    values["person"] = {
        "phone": person.phone or None, "email": person.email or None, "visitorId": person.visitor or None,
    }  # fmt: skip
    return {**values, "report": request.report}


@get("/retention", opt=READ, operation_id="getRetention")
async def get_windows(services: Services, principal: Asker) -> dict[str, Any]:
    """The organization's windows and those of agents that have their own; and in which region all of it is kept."""
    async with services.database.tenant(principal) as tx:
        found = await retention.windows_of(tx)
        region = await region_of_organization(tx)
    agents = [{"agentId": agent, **camel(windows)} for agent, windows in found.items() if agent]
    return one({**camel(found[""]), "agents": agents, "sweptWithinSeconds": 2 * retention.EVERY_S, "region": region})


@put("/retention", opt=WRITE, operation_id="setRetention")
async def set_windows(services: Services, principal: Asker, data: NewWindows) -> dict[str, Any]:
    windows = retention.Windows(
        recordings_days=data.recordings_days, transcripts_days=data.transcripts_days,
        receipts_days=data.receipts_days, logs_days=data.logs_days,
    )  # fmt: skip
    async with services.database.tenant(principal) as tx:
        await retention.set_windows(tx, windows, data.agent_id)
    return one({"agentId": data.agent_id or None, **camel(windows)})


@get("/legal-holds", opt=READ, operation_id="listLegalHolds")
async def list_holds(services: Services, principal: Asker) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        found = await holds.list_holds(tx)
    pagination = {"limit": 500, "nextCursor": None, "total": len(found)}
    return {"success": True, "data": [camel(each) for each in found], "pagination": pagination}


@post("/legal-holds", opt=WRITE, operation_id="placeLegalHold")
async def place_hold(services: Services, principal: Asker, data: NewHold) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(
            camel(await holds.place_hold(tx, principal, kind=data.kind, subject=data.subject, reason=data.reason))
        )


@post("/legal-holds/{hold_id:str}/lift", opt=WRITE, operation_id="liftLegalHold", status_code=200)
async def lift_hold(services: Services, principal: Asker, hold_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(camel(await holds.lift_hold(tx, services.clock, principal, hold_id)))


@get("/privacy/requests", opt=READ, operation_id="listPrivacyRequests")
async def list_requests(
    services: Services, principal: Asker, limit: Limit = 20, cursor: str | None = None
) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        found = await requests.list_requests(tx, services.sealer, before=decode_cursor(cursor), limit=limit + 1)
    return page(found, limit, shown)


@post("/privacy/requests", opt=QUOTES, operation_id="createPrivacyRequest")
async def create_request(services: Services, principal: Asker, data: NewRequest) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        made = await requests.take_request(
            tx, services.sealer, services.peppers, services.clock, kind=data.kind, regime=data.regime,
            phone=data.phone, email=data.email, visitor=data.visitor_id,
        )  # fmt: skip
    return one(shown(made))


@post("/privacy/requests/bulk", opt=QUOTES, operation_id="createPrivacyRequests")
async def create_requests(services: Services, principal: Asker, data: NewRequests) -> dict[str, Any]:
    """A request for each person, in the order of the list: what was taken down, or why it was not. Each is verified and
    run by itself; nobody is found by a pattern."""
    results = []
    for person in data.persons:
        try:
            async with services.database.tenant(principal) as tx:
                made = await requests.take_request(
                    tx, services.sealer, services.peppers, services.clock, kind=data.kind, regime=data.regime,
                    phone=person.phone, email=person.email, visitor=person.visitor_id,
                )  # fmt: skip
            results.append({"request": shown(made), "error": None})
        except (Invalid, Conflict) as error:
            results.append({"request": None, "error": {"code": error.code, "detail": error.message}})
    return one({"results": results, "taken": sum(each["request"] is not None for each in results)})


@get(ONE, opt=READ, operation_id="getPrivacyRequest")
async def get_request(services: Services, principal: Asker, request_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(shown(await requests.get_request(tx, services.sealer, request_id)))


@post(f"{ONE}/verify", opt=QUOTES, operation_id="verifyPrivacyRequest", status_code=200)
async def verify(services: Services, principal: Asker, request_id: str, data: Verified) -> dict[str, Any]:
    """`how` says what was asked or seen to know that the person is who they say."""
    async with services.database.tenant(principal) as tx:
        return one(shown(await requests.verify_request(tx, services.sealer, principal, request_id, how=data.how)))


@post(f"{ONE}/refuse", opt=QUOTES, operation_id="refusePrivacyRequest", status_code=200)
async def refuse(services: Services, principal: Asker, request_id: str, data: Refusal) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(
            shown(await requests.refuse_request(tx, services.sealer, services.clock, request_id, because=data.because))
        )


@post(f"{ONE}/run", opt=QUOTES, operation_id="runPrivacyRequest", status_code=202)
async def run(services: Services, principal: Asker, request_id: str) -> dict[str, Any]:
    """Queues the search, and for a deletion what follows it. Ask for the request again to see how it went."""
    async with services.database.tenant(principal) as tx:
        return one(shown(await requests.begin_request(tx, services.sealer, request_id)))


@get(f"{ONE}/archive", opt=READ, operation_id="getPrivacyArchive")
async def get_archive(services: Services, principal: Asker, request_id: str) -> Response[Any]:
    """The person's copy as a ZIP: a page to read, JSON, recordings. Made now, kept nowhere; the download is audited."""
    async with services.database.tenant(principal) as tx:
        found = await requests.conversations_of(tx, services.sealer, request_id)
        await note(tx, "privacy_requests.archive_opened", request_id)
    pieces = archive(services.database, services.sealer, services.objects, principal, found)
    headers = {
        "Content-Disposition": f'attachment; filename="{request_id}.zip"', "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return Stream(pieces, media_type="application/zip", headers=headers)


ROUTES = Router(
    "/",
    route_handlers=[
        get_windows, set_windows, list_holds, place_hold, lift_hold, list_requests, create_request, create_requests,
        get_request, verify, refuse, run, get_archive,
    ],
)  # fmt: skip
