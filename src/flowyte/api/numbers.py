"""/numbers: telephone lines of the organization's own carrier accounts. The auth token goes in and never comes out."""

from typing import Any, Literal

from litestar import Router, delete, get, post, put

from flowyte.agents import lines as verbs
from flowyte.api.agents import Input, Limit
from flowyte.api.services import ApiServices, Asker, Services
from flowyte.api.shape import camel, decode_cursor, one, page

READ = {"scope": "numbers:read"}
WRITE = {"scope": "numbers:write"}


class ImportedNumber(Input):
    e164: str
    account_sid: str
    auth_token: str
    agent_id: str | None = None
    provider: Literal["twilio"] = "twilio"


class NewToken(Input):
    auth_token: str


class Assignment(Input):
    agent_id: str


def shown(line: verbs.Line, services: ApiServices) -> dict[str, Any]:
    """`webhookUrl` is what the carrier is to be told."""
    told = camel(line)
    token = {"set": True, "setAt": told.pop("tokenSetAt"), "setBy": told.pop("tokenSetBy"),
             "lastFour": told.pop("tokenLastFour")}  # fmt: skip
    return {**told, "authToken": token, "webhookUrl": f"{services.address}/phone/twilio/{line.id}"}


@get("/numbers", opt=READ, operation_id="listNumbers")
async def list_numbers(
    services: Services, principal: Asker, limit: Limit = 20, cursor: str | None = None
) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        found = await verbs.list_lines(tx, before=decode_cursor(cursor), limit=limit + 1)
    return page(found, limit, lambda line: shown(line, services))


@post("/numbers/import", opt=WRITE, operation_id="importNumber")
async def import_number(services: Services, principal: Asker, data: ImportedNumber) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        line = await verbs.import_line(
            tx, services.sealer, e164=data.e164, agent_id=data.agent_id, account_sid=data.account_sid,
            auth_token=data.auth_token,
        )  # fmt: skip
    return one(shown(line, services))


@put("/numbers/{number_id:str}/auth-token", opt=WRITE, operation_id="replaceNumberToken")
async def replace_token(services: Services, principal: Asker, number_id: str, data: NewToken) -> dict[str, Any]:
    """The carrier's new token. It goes in and never comes out: `authToken` says when and by whom it was set."""
    async with services.database.tenant(principal) as tx:
        line = await verbs.replace_token(tx, services.sealer, number_id, data.auth_token, principal)
    return one(shown(line, services))


@post("/numbers/{number_id:str}/assign", opt=WRITE, operation_id="assignNumber", status_code=200)
async def assign_number(services: Services, principal: Asker, number_id: str, data: Assignment) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(shown(await verbs.assign(tx, number_id, data.agent_id), services))


@delete("/numbers/{number_id:str}/assign", opt=WRITE, operation_id="unassignNumber", status_code=200)
async def unassign_number(services: Services, principal: Asker, number_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(shown(await verbs.assign(tx, number_id, None), services))


@delete("/numbers/{number_id:str}", opt=WRITE, operation_id="deleteNumber", status_code=200)
async def delete_number(services: Services, principal: Asker, number_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        await verbs.delete_line(tx, number_id)
    return one({"id": number_id, "deleted": True})


ROUTES = Router(
    "/",
    route_handlers=[list_numbers, import_number, replace_token, assign_number, unassign_number, delete_number],
)
