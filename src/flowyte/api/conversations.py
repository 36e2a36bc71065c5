"""/conversations: what a call or chat left behind."""

from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Request, Response, Router, delete, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from flowyte.api.agents import Limit
from flowyte.api.services import Asker, Services
from flowyte.api.shape import camel, decode_cursor, one, page
from flowyte.compliance.erase import erase_conversation, remove_sound
from flowyte.compliance.holds import Held, note_refusal
from flowyte.observe import access, hold, store
from flowyte.observe.find import find
from flowyte.observe.model import Conversation
from flowyte.observe.permitted import consent_record
from flowyte.observe.sound import Format
from flowyte.observe.transcript import transcript
from flowyte.tenancy.browser import address_of

Outcome = Literal["completed", "transferred", "abandoned", "error"]
PIECE_BYTES = 1 << 20


def shown(conversation: Conversation) -> dict[str, Any]:
    values = camel(conversation)
    for name in ("latency", "generation"):
        values.pop(name)
    values["recordingFromMs"] = values.pop("recordingFrom")
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
async def get_recording(
    services: Services,
    principal: Asker,
    conversation_id: str,
    wanted: Annotated[Format, QueryParameter(name="format")] = "wav",
    download: bool = False,
) -> Redirect:
    """The stable address: authorised each time, it leads to a signed one of five minutes. `format` is wav, opus (in
    Ogg) or mp3; `download` has it saved instead of played."""
    async with services.database.tenant(principal) as tx:
        token = await access.sign_recording(tx, services.signer, conversation_id, inline=not download, wanted=wanted)
    return Redirect(f"/api/v1/recordings/{token}", status_code=302, headers={"Cache-Control": "no-store"})


@get("/conversations/{conversation_id:str}/consent", opt={"scope": "analytics:read"}, operation_id="getConsent")
async def get_consent(services: Services, principal: Asker, conversation_id: str) -> dict[str, Any]:
    """The consent record: what was announced and played to its end, the rule and the place that asked for it, what the
    caller said or that they stayed, and the gaps of the recording."""
    async with services.database.tenant(principal) as tx:
        found = await store.get_conversation(tx, conversation_id)
        events = await store.events(tx, services.sealer, conversation_id)
    record = consent_record(events, recording_from=found.recording_from, recording_ms=found.recording_ms)
    lists = {"words": [camel(word) for word in record.words], "gaps": [camel(gap) for gap in record.gaps]}
    return one({**camel(record), **lists})


@post(
    "/conversations/{conversation_id:str}/recording/pause",
    opt={"scope": "calls:write"},
    operation_id="pauseRecording",
    status_code=200,
)
async def pause_recording(services: Services, principal: Asker, conversation_id: str) -> dict[str, Any]:
    """Of a call that goes on: silence in both tracks from now on, of the true length. Answered once it is so."""
    return one(shown(await hold.order(services.database, principal, conversation_id, "pause")))


@post(
    "/conversations/{conversation_id:str}/recording/resume",
    opt={"scope": "calls:write"},
    operation_id="resumeRecording",
    status_code=200,
)
async def resume_recording(services: Services, principal: Asker, conversation_id: str) -> dict[str, Any]:
    """After a pause. 409 where the caller asked not to be recorded: only their own word changes that."""
    return one(shown(await hold.order(services.database, principal, conversation_id, "go_on")))


@post(
    "/conversations/{conversation_id:str}/recording/revoke",
    opt={"scope": "analytics:write"},
    operation_id="revokeRecordingAddresses",
    status_code=200,
)
async def revoke_recording_addresses(services: Services, principal: Asker, conversation_id: str) -> dict[str, Any]:
    """Every signed address of this recording that is still out opens nothing from now on."""
    async with services.database.tenant(principal) as tx:
        await access.revoke(tx, conversation_id)
    return one({"id": conversation_id, "revoked": True})


@get("/recordings/{token:str}", opt={"public": "the signature is the permission"}, operation_id="playRecording")
async def play_recording(services: Services, request: Request[Any, Any, Any], token: str) -> Response[bytes]:
    """The sound, in ranges where asked."""
    signed = await access.open_signed(
        services.database,
        services.sealer,
        services.signer,
        services.objects,
        token,
        address=address_of(request.client),
    )
    length = signed.sound.length
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Content-Disposition": f'{"inline" if signed.inline else "attachment"}; filename="{signed.filename}"',
    }
    asked = byte_range(request.headers.get("range"), length)
    if asked is None:
        whole = await access.read(services.database, signed, 0, length)
        return Response(whole, media_type=signed.media_type, headers=headers)
    if asked[0] >= length:
        return Response(b"", status_code=416, headers={**headers, "Content-Range": f"bytes */{length}"})
    begin, end = asked[0], min(asked[1], length - 1)
    headers["Content-Range"] = f"bytes {begin}-{end}/{length}"
    part = await access.read(services.database, signed, begin, end - begin + 1)
    return Response(part, status_code=206, media_type=signed.media_type, headers=headers)


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
        get_consent, pause_recording, resume_recording, revoke_recording_addresses, delete_conversation,
    ],
)  # fmt: skip
