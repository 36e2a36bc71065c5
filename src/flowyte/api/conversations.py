"""/conversations: what a call or chat left behind."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Request, Response, Router, delete, get
from litestar.params import QueryParameter
from litestar.response import Redirect

from flowyte.api.agents import Limit
from flowyte.api.services import Asker, Services
from flowyte.api.shape import camel, decode_cursor, one, page
from flowyte.compliance.erase import erase_conversation, remove_sound
from flowyte.compliance.holds import Held, note_refusal
from flowyte.observe import access, store
from flowyte.observe.find import find
from flowyte.observe.model import Conversation
from flowyte.observe.transcript import transcript

Outcome = Literal["completed", "transferred", "abandoned", "error"]
PIECE_BYTES = 1 << 20


def shown(conversation: Conversation) -> dict[str, Any]:
    values = camel(conversation)
    for name in ("latency", "generation", "recordingFrom"):
        values.pop(name)
    return values


@get("/conversations", opt={"scope": "analytics:read"}, operation_id="listConversations")
async def list_conversations(
    services: Services,
    principal: Asker,
    limit: Limit = 20,
    cursor: str | None = None,
    q: Annotated[str | None, QueryParameter(max_length=200)] = None,
    agent_id: Annotated[str | None, QueryParameter(name="agentId")] = None,
    since: Annotated[datetime | None, QueryParameter(name="from")] = None,
    until: Annotated[datetime | None, QueryParameter(name="to")] = None,
    channel: Literal["voice", "chat"] | None = None,
    outcome: Outcome | None = None,
) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        found = await find(
            tx,
            services.sealer,
            q=q,
            agent_id=agent_id,
            channel=channel,
            outcome=outcome,
            since=since,
            until=until,
            before=decode_cursor(cursor),
            limit=limit + 1,
        )
    return page(found, limit, shown)


@get("/conversations/{conversation_id:str}", opt={"scope": "analytics:read"}, operation_id="getConversation")
async def get_conversation(services: Services, principal: Asker, conversation_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(shown(await store.get_conversation(tx, conversation_id)))


@get("/conversations/{conversation_id:str}/transcript", opt={"scope": "analytics:read"}, operation_id="getTranscript")
async def get_transcript(services: Services, principal: Asker, conversation_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        events = await store.events(tx, services.sealer, conversation_id)
    return one({"turns": [camel(turn) for turn in transcript(events)]})


@get("/conversations/{conversation_id:str}/receipt", opt={"scope": "analytics:read"}, operation_id="getReceipt")
async def get_receipt(services: Services, principal: Asker, conversation_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        conversation = await store.get_conversation(tx, conversation_id)
        events = await store.events(tx, services.sealer, conversation_id)
    return one({"conversation": shown(conversation), "events": [camel(event) for event in events]})


@get("/conversations/{conversation_id:str}/latency", opt={"scope": "analytics:read"}, operation_id="getLatency")
async def get_latency(services: Services, principal: Asker, conversation_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one({"turns": (await store.get_conversation(tx, conversation_id)).latency})


@get("/conversations/{conversation_id:str}/recording", opt={"scope": "analytics:read"}, operation_id="getRecording")
async def get_recording(services: Services, principal: Asker, conversation_id: str) -> Redirect:
    """The stable address: authorised each time, it leads to a signed one of five minutes."""
    async with services.database.tenant(principal) as tx:
        token = await access.sign_recording(tx, services.signer, conversation_id)
    return Redirect(f"/api/v1/recordings/{token}", status_code=302, headers={"Cache-Control": "no-store"})


@get("/recordings/{token:str}", opt={"public": "the signature is the permission"}, operation_id="playRecording")
async def play_recording(services: Services, request: Request[Any, Any, Any], token: str) -> Response[bytes]:
    """WAV, in ranges where asked."""
    signed = await access.open_signed(services.database, services.sealer, services.signer, services.objects, token)
    length = signed.recording.length
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Content-Disposition": f'{"inline" if signed.inline else "attachment"}; filename="{signed.filename}"',
    }
    asked = byte_range(request.headers.get("range"), length)
    if asked is None:
        sound = await asyncio.to_thread(signed.recording.read, 0, length)
        return Response(sound, media_type="audio/wav", headers=headers)
    if asked[0] >= length:
        return Response(b"", status_code=416, headers={**headers, "Content-Range": f"bytes */{length}"})
    begin, end = asked[0], min(asked[1], length - 1)
    headers["Content-Range"] = f"bytes {begin}-{end}/{length}"
    sound = await asyncio.to_thread(signed.recording.read, begin, end - begin + 1)
    return Response(sound, status_code=206, media_type="audio/wav", headers=headers)


def byte_range(header: str | None, length: int) -> tuple[int, int] | None:
    """First and last byte of a single range; None for the whole (also when several ranges are asked for)."""
    unit, _, span = (header or "").partition("=")
    first, dash, last = span.partition("-")
    if unit.strip() != "bytes" or not dash or "," in span:
        return None
    if not first and last.isdigit():
        return max(0, length - int(last)), length - 1
    if not first.isdigit() or (last and not last.isdigit()) or (last and int(last) < int(first)):
        return None
    return int(first), int(last) if last else length - 1


@delete(
    "/conversations/{conversation_id:str}",
    opt={"scope": "analytics:write"},
    operation_id="deleteConversation",
    status_code=200,
)
async def delete_conversation(services: Services, principal: Asker, conversation_id: str) -> dict[str, Any]:
    try:
        async with services.database.tenant(principal) as tx:
            await erase_conversation(tx, conversation_id)
    except Held:
        async with services.database.tenant(principal) as tx:
            await note_refusal(tx, conversation_id)
        raise
    remove_sound(services.objects, principal, [conversation_id])
    return one({"id": conversation_id, "deleted": True})


ROUTES = Router(
    "/",
    route_handlers=[
        list_conversations, get_conversation, get_transcript, get_receipt, get_latency, get_recording, play_recording,
        delete_conversation,
    ],
)  # fmt: skip
