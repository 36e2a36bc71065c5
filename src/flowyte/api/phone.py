"""The carrier's webhooks: a call comes in, its stream is closed, somebody was dialled.

Nothing is told before the carrier's signature is right: an unknown line and a wrong signature get the same answer. To
whom a call goes on is read from the effect ledger of its conversation, never from what the carrier sends.
"""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, Router, post

from flowyte.agents import lines
from flowyte.agents.handoff import masked
from flowyte.agents.publish import NoPublishedVersion, pinned
from flowyte.api.auth import provide_services
from flowyte.api.headers import Close
from flowyte.api.problem import HANDLERS
from flowyte.api.services import ApiServices, Services
from flowyte.channels.twilio import webhook
from flowyte.channels.twilio.webhook import ANSWERED, BUSY, HANG_UP, NotFromTwilio
from flowyte.kit import log
from flowyte.kit.db import TenantTx
from flowyte.kit.errors import NotFound
from flowyte.observe.afterwards import append
from flowyte.observe.store import get_conversation
from flowyte.skills.kinds.transfer import ordered
from flowyte.tenancy.organizations import system_principal

logger = log.get(__name__)
MAX_BODY_BYTES = 16 << 10  # Twilio's form has some 30 short fields
MOST_TRIES = 3  # transfers of one call: whoever could not be reached three times is not there
# Until the voice process has written the end of a conversation: under a second, and Twilio waits for 15.
CLOSED_STEPS, CLOSED_STEP_S = 20, 0.25
PUBLIC = {"public": "signed by the carrier"}


class Carried:
    """One webhook of one line, its signature checked."""

    def __init__(self, services: ApiServices, org: UUID, line: lines.Line, form: Mapping[str, str], tries: int) -> None:
        self.services = services
        self.org = org
        self.line = line
        self.form = form
        self.tries = tries

    def connect(self, more: Mapping[str, str] | None = None) -> Response[bytes]:
        """To the line's agent; `more` is what this stream goes on from."""
        parties = {"from": self.form.get("From", "")[:40], "to": self.form.get("To", "")[:40], **(more or {})}
        if self.tries < MOST_TRIES:
            parties["numberId"] = self.line.id
        talk = self.services.make_talk(self.org, str(self.line.agent_id), False, "phone", parties)
        following = self._address("next", conversation=talk.conversation_id, tries=self.tries)
        return _xml(webhook.connect(stream_url=stream_url(self.services), token=talk.token, next_url=following))

    def dial(self, destination: str, conversation_id: str) -> Response[bytes]:
        asked = self._address("dialed", conversation=conversation_id, tries=self.tries + 1)
        return _xml(webhook.dial(destination, dialed_url=asked))

    def _address(self, step: str, **query: object) -> str:
        return f"{self.services.address}/phone/twilio/{self.line.id}/{step}?{urlencode(query)}"


@post("/phone/twilio/{line_id:str}", opt=PUBLIC, status_code=200, include_in_schema=False)
async def twilio(services: Services, request: Request[Any, Any, Any], line_id: str) -> Response[bytes]:
    """A call comes in. Busy when nobody can answer: no agent, nothing published, or an agent that takes no calls."""
    call = await _carried(services, request, line_id)
    async with services.database.tenant(system_principal(call.org)) as tx:
        reachable = await _reachable(tx, call.line.agent_id)
    if not reachable:
        logger.warning("phone.busy", line=line_id)
        return _xml(BUSY)
    return call.connect()


@post("/phone/twilio/{line_id:str}/next", opt=PUBLIC, status_code=200, include_in_schema=False)
async def stream_closed(
    services: Services, request: Request[Any, Any, Any], line_id: str, conversation: str
) -> Response[bytes]:
    """The agent's stream is closed: the call goes to whom its conversation's ledger says, or ends.

    Asked again, it gives the same answer: the carrier did not get the first one.
    """
    call = await _carried(services, request, line_id)
    async with services.database.tenant(system_principal(call.org)) as tx:
        order = await ordered(tx, services.sealer, conversation, now=services.clock.now())
    if order is None or call.form.get("CallStatus") == "completed":
        return _xml(HANG_UP)
    logger.info("phone.put_through", line=line_id, conversation=conversation)
    return call.dial(order.destination, conversation)


@post("/phone/twilio/{line_id:str}/dialed", opt=PUBLIC, status_code=200, include_in_schema=False)
async def dialed(
    services: Services, request: Request[Any, Any, Any], line_id: str, conversation: str
) -> Response[bytes]:
    """What became of the dial: it was answered and is over, or the caller comes back to the agent."""
    call = await _carried(services, request, line_id)
    status = call.form.get("DialCallStatus", "")
    async with services.database.tenant(system_principal(call.org)) as tx:
        order = await ordered(tx, services.sealer, conversation, now=None)
    if order is None:
        return _xml(HANG_UP)
    gone = call.form.get("CallStatus") == "completed"
    answered = status in ANSWERED
    kept: dict[str, object] = {"reason": "dialled", "outcome": "answered" if answered else "unanswered",
                               "label": order.label, "number": masked(order.destination), "cause": status}  # fmt: skip
    if answered and call.form.get("DialCallDuration", "").isdecimal():
        kept["seconds"] = int(call.form["DialCallDuration"])
    await _note(services, call.org, conversation, kept)
    if answered or gone:
        return _xml(HANG_UP)
    return call.connect({"continues": conversation, "unanswered": order.label})


def stream_url(services: ApiServices) -> str:
    return services.address.replace("http", "ws", 1) + "/voice/twilio/stream"


async def _carried(services: ApiServices, request: Request[Any, Any, Any], line_id: str) -> Carried:
    """NotFromTwilio for an unknown line and for a wrong signature alike."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    org = await lines.owner_of(services.database, line_id)
    if org is None:
        raise NotFromTwilio
    async with services.database.tenant(system_principal(org)) as tx:
        line = await lines.get_line(tx, line_id)
        token = await lines.token_of(tx, services.sealer, line_id)
    query = f"?{request.url.query}" if request.url.query else ""
    webhook.check(
        url=f"{services.address}{request.url.path}{query}",
        form=form,
        signature=request.headers.get("x-twilio-signature", ""),
        auth_token=token,
    )
    tries = request.query_params.get("tries", "0")
    return Carried(services, org, line, form, int(tries) if tries.isdecimal() else 0)


async def _note(services: ApiServices, org: UUID, conversation_id: str, kept: Mapping[str, object]) -> None:
    """In the timeline of the conversation that the call came from, once the voice process has closed it."""
    for _ in range(CLOSED_STEPS):
        async with services.database.tenant(system_principal(org)) as tx:
            try:
                closed = (await get_conversation(tx, conversation_id)).ended_at is not None
            except NotFound:
                return
            if closed:
                await append(tx, services.sealer, conversation_id, "handoff", kept, now=services.clock.now())
                return
        await asyncio.sleep(CLOSED_STEP_S)
    logger.error("phone.dial_not_noted", conversation=conversation_id)


async def _reachable(tx: TenantTx, agent_id: str | None) -> bool:
    if agent_id is None:
        return False
    try:
        version = await pinned(tx, agent_id, draft=False)
    except NoPublishedVersion:
        return False
    return "voice" in version.snapshot["enabledChannels"]


def _xml(twiml: bytes) -> Response[bytes]:
    return Response(twiml, media_type="application/xml")


def phone_routes() -> Router:
    return Router(
        "/",
        route_handlers=[twilio, stream_closed, dialed],
        middleware=[Close()],
        dependencies={"services": provide_services},
        exception_handlers=HANDLERS,
        request_max_body_size=MAX_BODY_BYTES,
    )
