"""/chat: sessions in text, answered whole or as a stream of what happens; and the same as OpenAI's chat completions."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, Router, get, post
from litestar.response import Stream

from flowyte.agents.publish import pinned
from flowyte.api.agents import Input
from flowyte.api.services import ApiServices, Asker, Services
from flowyte.api.shape import camel, one
from flowyte.channels.chat.desk import DISCLOSURE, get_chat
from flowyte.conversation.turns import Turn
from flowyte.kit import log
from flowyte.kit.errors import FieldError, FlowyteError, Invalid
from flowyte.kit.ids import new_id
from flowyte.live.chat import ChatFrame
from flowyte.observe import store
from flowyte.observe.model import Conversation
from flowyte.observe.transcript import transcript
from flowyte.tenancy.principal import Principal

logger = log.get(__name__)
READ = {"scope": "chat:read"}
WRITE = {"scope": "chat:write"}
SESSION = "/chat/sessions/{conversation_id:str}"
MOST_HISTORY = 200  # messages that a completion may bring along
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class NewSession(Input):
    agent_id: str
    draft_mode: bool = False


class NewMessage(Input):
    content: str
    stream: bool = False


class CompletionMessage(msgspec.Struct, kw_only=True):
    """Other fields of the wire are ignored, as its clients expect."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | None = None


class Completion(msgspec.Struct, kw_only=True):
    """`model` is an agent's id; its persona is the agent's own, so system messages are not obeyed."""

    model: str
    messages: Annotated[list[CompletionMessage], msgspec.Meta(min_length=1, max_length=MOST_HISTORY)]
    stream: bool = False


def shown(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "agentId": conversation.agent_id,
        "versionId": conversation.version_id,
        "version": conversation.version_number,
        "draftMode": conversation.draft,
        "status": "ended" if conversation.ended_at else "open",
        "cause": conversation.cause,
        "createdAt": conversation.started_at,
        "endedAt": conversation.ended_at,
    }


@post("/chat/sessions", opt=WRITE, operation_id="createChatSession")
async def create_session(services: Services, principal: Asker, data: NewSession) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        more = await services.parts_of(tx, data.agent_id) if data.draft_mode else None
        version = await pinned(tx, data.agent_id, draft=data.draft_mode, more=more)
        await services.storage.check(tx)
    begun = await services.desk.begin(principal, version)
    async with services.database.tenant(principal) as tx:
        conversation = await store.get_conversation(tx, begun.conversation_id)
    greeting = next((str(frame.data["text"]) for frame in begun.frames if frame.type == "agent_message"), "")
    return one({**shown(conversation), "greeting": greeting, "disclosure": DISCLOSURE})


@get(SESSION, opt=READ, operation_id="getChatSession")
async def get_session(services: Services, principal: Asker, conversation_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(shown(await get_chat(tx, conversation_id)))


@get(f"{SESSION}/messages", opt=READ, operation_id="listChatMessages")
async def list_messages(services: Services, principal: Asker, conversation_id: str) -> dict[str, Any]:
    return await messages_of(services, principal, conversation_id)


async def messages_of(services: ApiServices, principal: Principal, conversation_id: str) -> dict[str, Any]:
    """What both sides wrote, from the beginning."""
    await services.desk.flush(principal, conversation_id)
    async with services.database.tenant(principal) as tx:
        await get_chat(tx, conversation_id)
        turns = transcript(await store.events(tx, services.sealer, conversation_id))
    said = [
        {"role": turn.role, "content": turn.text, "tsMs": turn.ts_ms, "quickReplies": list(turn.quick_replies)}
        for turn in turns
    ]
    return {
        "success": True,
        "data": said,
        "pagination": {"limit": max(1, len(said)), "nextCursor": None, "total": len(said)},
    }


@post(f"{SESSION}/messages", opt={**WRITE, "quotes": True}, operation_id="sendChatMessage")
async def send_message(services: Services, principal: Asker, conversation_id: str, data: NewMessage) -> Response[Any]:
    """With `stream`, the events of the timeline as they happen and `delta` for each sentence, then `done`."""
    return await answered(services, principal, conversation_id, data)


async def answered(
    services: ApiServices, principal: Principal, conversation_id: str, data: NewMessage
) -> Response[Any]:
    """The agent's answer, whole or as a stream."""
    frames = _frames(services, principal, conversation_id, data.content)
    first = await anext(frames)  # whatever is refused is refused here, with a status of its own
    if data.stream:
        return _streamed(_events(first, frames))
    found = [first, *[frame async for frame in frames]]
    events = [_event(frame) for frame in found if frame.type != "delta"]
    return Response(one({"role": "agent", "content": _text(found), "events": events}))


@post(f"{SESSION}/end", opt=WRITE, operation_id="endChatSession", status_code=200)
async def end_session(services: Services, principal: Asker, conversation_id: str) -> dict[str, Any]:
    await services.desk.end(principal, conversation_id)
    async with services.database.tenant(principal) as tx:
        return one(shown(await get_chat(tx, conversation_id)))


@post("/chat/completions", opt={**WRITE, "quotes": True}, operation_id="createChatCompletion", status_code=200)
async def complete(services: Services, principal: Asker, data: Completion) -> Response[Any]:
    """One answer to the last message, with the earlier ones as its history; a conversation of its own."""
    last = data.messages[-1]
    if last.role != "user" or not last.content:
        raise Invalid(fields=[FieldError(field="messages", message="ends with what the user says")])
    history = tuple(
        Turn(role="user" if message.role == "user" else "agent", text=message.content, ts_ms=0)
        for message in data.messages[:-1]
        if message.content and message.role in ("user", "assistant")
    )
    async with services.database.tenant(principal) as tx:
        version = await pinned(tx, data.model, draft=False)
        await services.storage.check(tx)
    begun = await services.desk.begin(principal, version, history=history)
    frames = _frames(services, principal, begun.conversation_id, last.content, then_end=True)
    first = await anext(frames)
    if data.stream:
        return _streamed(_chunks(data.model, first, frames))
    text = _text([first, *[frame async for frame in frames]])
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return Response({**_completion("chat.completion", data.model, services), "choices": [choice]})


async def _frames(
    services: ApiServices, principal: Principal, conversation_id: str, content: str, *, then_end: bool = False
) -> AsyncIterator[ChatFrame]:
    desk = services.desk
    answering = desk.answering_to_its_end if principal.kind == "visitor" else desk.answering
    async with answering(principal, conversation_id, content) as frames:
        async for frame in frames:
            yield frame
    if then_end:
        await services.desk.end(principal, conversation_id)


async def _events(first: ChatFrame, rest: AsyncIterator[ChatFrame]) -> AsyncIterator[bytes]:
    """Server-sent events; an error in the middle is the last of them."""
    try:
        yield _sse(first.type, _event(first))
        async for frame in rest:
            yield _sse(frame.type, _event(frame))
    except FlowyteError as error:
        yield _sse("error", {"code": error.code, "detail": error.message})
        return
    yield _sse("done", {})


async def _chunks(model: str, first: ChatFrame, rest: AsyncIterator[ChatFrame]) -> AsyncIterator[bytes]:
    """OpenAI's own stream: only what is said, then why it ended, then `[DONE]`."""
    head = {"id": new_id("cmp"), "object": "chat.completion.chunk", "created": 0, "model": model}

    def chunk(delta: Mapping[str, object], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return b"data: " + msgspec.json.encode({**head, "choices": [choice]}) + b"\n\n"

    yield chunk({"role": "assistant", "content": ""})
    said = False
    async for frame in _joined(first, rest):
        if frame.type == "delta":
            yield chunk({"content": (" " if said else "") + str(frame.data["text"])})
            said = True
    yield chunk({}, "stop")
    yield b"data: [DONE]\n\n"


async def _joined(first: ChatFrame, rest: AsyncIterator[ChatFrame]) -> AsyncIterator[ChatFrame]:
    yield first
    async for frame in rest:
        yield frame


def _completion(kind: str, model: str, services: ApiServices) -> dict[str, Any]:
    created = int(services.clock.now().timestamp())
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    return {"id": new_id("cmp"), "object": kind, "created": created, "model": model, "usage": usage}


def _streamed(pieces: AsyncIterator[bytes]) -> Response[Any]:
    return Stream(pieces, media_type="text/event-stream", headers=STREAM_HEADERS)


def _sse(kind: str, data: Mapping[str, object]) -> bytes:
    return f"event: {kind}\ndata: ".encode() + msgspec.json.encode(data) + b"\n\n"


def _event(frame: ChatFrame) -> dict[str, Any]:
    return camel(frame)


def _text(frames: list[ChatFrame]) -> str:
    return " ".join(str(frame.data["text"]) for frame in frames if frame.type == "delta")


ROUTES = Router("/", route_handlers=[create_session, get_session, list_messages, send_message, end_session, complete])
