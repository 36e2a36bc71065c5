"""/agents: drafts, publishing, versions, going back, and permission to talk."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Router, delete, get, patch, post
from litestar.params import HeaderParameter, Parameter

from flowyte.agents import publish as verbs
from flowyte.agents import store
from flowyte.api.services import Asker, Services
from flowyte.api.shape import camel, decode_cursor, one, page
from flowyte.kit.errors import FieldError, Invalid
from flowyte.kit.ids import organization_text
from flowyte.report.compose import prepublish
from flowyte.report.model import Report
from flowyte.tenancy.principal import Principal

Limit = Annotated[int, Parameter(ge=1, le=100)]
IfMatch = Annotated[str | None, HeaderParameter(name="If-Match")]


class Input(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A request's body: unknown fields are refused by name."""


class Note(Input):
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class Rollback(Input):
    version_id: str


class TalkRequest(Input):
    draft_mode: bool = False
    channel: Literal["browser", "phone"] = "browser"


def shown(agent: store.Agent, principal: Principal) -> dict[str, Any]:
    return {
        "id": agent.id,
        "organizationId": organization_text(principal.org),
        "version": agent.version,
        "status": "published" if agent.published_version else "draft",
        "publishedVersionId": agent.published_version,
        "isActive": agent.is_active,
        "createdBy": agent.created_by,
        "createdAt": agent.created_at,
        "updatedAt": agent.updated_at,
        **agent.draft,
    }


def report_shown(report: Report) -> dict[str, Any]:
    plain = camel(report)
    return {
        **plain,
        "ready": report.ready,
        "egress": [camel(flow) for flow in report.egress],
    }


@get("/agents", opt={"scope": "agents:read"}, operation_id="listAgents")
async def list_agents(
    services: Services, principal: Asker, limit: Limit = 20, cursor: str | None = None
) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        found = await store.list_agents(tx, before=decode_cursor(cursor), limit=limit + 1)
    return page(found, limit, lambda agent: shown(agent, principal))


@post("/agents", opt={"scope": "agents:write"}, operation_id="createAgent")
async def create_agent(services: Services, principal: Asker, data: dict[str, Any]) -> dict[str, Any]:
    _may_guard(principal, data)
    async with services.database.tenant(principal) as tx:
        agent = await verbs.create(tx, principal, data)
    return one(shown(agent, principal))


@get("/agents/{agent_id:str}", opt={"scope": "agents:read"}, operation_id="getAgent")
async def get_agent(services: Services, principal: Asker, agent_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(shown(await store.get_agent(tx, agent_id), principal))


@patch("/agents/{agent_id:str}", opt={"scope": "agents:write"}, operation_id="updateAgent")
async def update_agent(
    services: Services,
    principal: Asker,
    agent_id: str,
    data: dict[str, Any],
    if_match: IfMatch = None,
) -> dict[str, Any]:
    _may_guard(principal, data)
    async with services.database.tenant(principal) as tx:
        agent = await verbs.patch(tx, agent_id, data, if_match=version_of(if_match))
    return one(shown(agent, principal))


@delete("/agents/{agent_id:str}", opt={"scope": "agents:write"}, operation_id="deleteAgent", status_code=200)
async def delete_agent(services: Services, principal: Asker, agent_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        await store.delete_agent(tx, agent_id)
    return one({"id": agent_id, "deleted": True})


@post("/agents/{agent_id:str}/publish", opt={"scope": "agents:write"}, operation_id="publishAgent")
async def publish_agent(
    services: Services, principal: Asker, agent_id: str, data: Note | None = None
) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        more = await services.parts_of(tx, agent_id)
        version = await verbs.publish(tx, principal, agent_id, note=data.note if data else "", more=more)
    return one(camel(version))


@get("/agents/{agent_id:str}/prepublish-report", opt={"scope": "agents:read"}, operation_id="reportBeforePublishing")
async def prepublish_report(services: Services, principal: Asker, agent_id: str) -> dict[str, Any]:
    """What the draft would answer, decline, do, send and keep if it were published now, and what stands against it."""
    async with services.database.tenant(principal) as tx:
        more = await services.parts_of(tx, agent_id)
        found = await prepublish(tx, services.sealer, services.clock, agent_id, more, services.installation)
    return one(report_shown(found))


@get("/agents/{agent_id:str}/versions", opt={"scope": "agents:read"}, operation_id="listVersions")
async def list_versions(services: Services, principal: Asker, agent_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        found = await store.list_versions(tx, agent_id)
    return page(found, len(found) or 1, camel)


@get("/agents/{agent_id:str}/versions/{version_id:str}/diff", opt={"scope": "agents:read"}, operation_id="diffVersion")
async def diff_version(services: Services, principal: Asker, agent_id: str, version_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one([camel(entry) for entry in await verbs.changes_of(tx, agent_id, version_id)])


@post("/agents/{agent_id:str}/rollback", opt={"scope": "agents:write"}, operation_id="rollbackAgent")
async def rollback_agent(services: Services, principal: Asker, agent_id: str, data: Rollback) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(camel(await verbs.rollback(tx, agent_id, data.version_id)))


@post(
    "/agents/{agent_id:str}/talk-token",
    opt={"scope": "agents:write", "secrets": ("token",)},
    operation_id="createTalkToken",
)
async def create_talk_token(
    services: Services, principal: Asker, agent_id: str, data: TalkRequest | None = None
) -> dict[str, Any]:
    asked = data or TalkRequest()
    async with services.database.tenant(principal) as tx:
        await verbs.pinned(tx, agent_id, draft=asked.draft_mode)
        await services.storage.check(tx)
    talk = services.make_talk(principal.org, agent_id, asked.draft_mode, asked.channel, None, principal.credential)
    return one({"realtimeUrl": talk.url, "token": talk.token, "room": talk.conversation_id})


def _may_guard(principal: Principal, data: dict[str, Any]) -> None:
    """Guardrails have a scope of their own, also as a part of the agent."""
    if "guardrails" in data:
        principal.require("guardrails:write")


def version_of(header: str | None) -> int | None:
    if header is None:
        return None
    text = header.strip().removeprefix("W/").strip('"')
    if not text.isdigit():
        raise Invalid(fields=[FieldError(field="If-Match", message="is the draft's version, a number")])
    return int(text)


ROUTES = Router(
    "/",
    route_handlers=[
        list_agents, create_agent, get_agent, update_agent, delete_agent, publish_agent, prepublish_report,
        list_versions, diff_version, rollback_agent, create_talk_token,
    ],
)  # fmt: skip
