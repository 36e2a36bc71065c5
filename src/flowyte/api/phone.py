"""The carrier's webhook: a call comes in, and the answer connects it to the voice WebSocket.

Nothing is told before the carrier's signature is right: an unknown line and a wrong signature get the same answer.
"""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, Router, post

from flowyte.agents import lines
from flowyte.agents.publish import NoPublishedVersion, pinned
from flowyte.api.auth import provide_services
from flowyte.api.problem import HANDLERS
from flowyte.api.services import ApiServices, Services
from flowyte.channels.twilio.webhook import BUSY, NotFromTwilio, answer
from flowyte.kit import log
from flowyte.kit.db import TenantTx
from flowyte.tenancy.organizations import system_principal

logger = log.get(__name__)
MAX_BODY_BYTES = 16 << 10  # Twilio's form has some 30 short fields


@post("/phone/twilio/{line_id:str}", opt={"public": "signed by the carrier"}, status_code=200, include_in_schema=False)
async def twilio(services: Services, request: Request[Any, Any, Any], line_id: str) -> Response[bytes]:
    """TwiML. Busy when nobody can answer: no agent, nothing published, or an agent that does not take calls."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    org = await lines.owner_of(services.database, line_id)
    if org is None:
        raise NotFromTwilio
    owner = system_principal(org)
    async with services.database.tenant(owner) as tx:
        line = await lines.get_line(tx, line_id)
        token = await lines.token_of(tx, services.sealer, line_id)
        reachable = await _reachable(tx, line.agent_id)
    query = f"?{request.url.query}" if request.url.query else ""

    def permit(fields: Mapping[str, str]) -> str:
        parties = {"from": fields.get("From", "")[:40], "to": fields.get("To", "")[:40]}
        return services.make_talk(org, str(line.agent_id), False, "phone", parties).token

    twiml = answer(
        url=f"{services.address}{request.url.path}{query}",
        form=form,
        signature=request.headers.get("x-twilio-signature", ""),
        auth_token=token,
        stream_url=stream_url(services),
        make_token=permit,
    )
    if not reachable:
        logger.warning("phone.busy", line=line_id)
        twiml = BUSY
    return Response(twiml, media_type="application/xml")


def stream_url(services: ApiServices) -> str:
    return services.address.replace("http", "ws", 1) + "/voice/twilio/stream"


async def _reachable(tx: TenantTx, agent_id: str | None) -> bool:
    if agent_id is None:
        return False
    try:
        version = await pinned(tx, agent_id, draft=False)
    except NoPublishedVersion:
        return False
    return "voice" in version.snapshot["enabledChannels"]


def phone_routes() -> Router:
    return Router(
        "/",
        route_handlers=[twilio],
        dependencies={"services": provide_services},
        exception_handlers=HANDLERS,
        request_max_body_size=MAX_BODY_BYTES,
    )
