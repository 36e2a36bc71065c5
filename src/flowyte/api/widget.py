"""/widget/bootstrap and /chat/widget: one agent on somebody's web page, by a publishable key that everybody can read.

The key begins a conversation and gives the visitor a token for that one alone. No cookie is sent or taken here, so a
page of any site may ask; the key decides which may read the answer.
"""

from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import CacheControlHeader
from litestar.params import Parameter

from flowyte.agents import disclosures
from flowyte.agents import widget as looks
from flowyte.agents.publish import Pinned, pinned
from flowyte.api import chat
from flowyte.api.agents import Input
from flowyte.api.services import ApiServices, Asker, Services
from flowyte.api.shape import one
from flowyte.channels.chat.desk import MOST_CHARACTERS, NotEnabled
from flowyte.kit.errors import Conflict, Forbidden, NotFound
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.publishable import visit_token

PUBLIC = {"scope": "chat:public"}
LOOKS_MINUTES = 1  # a browser may keep the looks so long; what a visitor writes is never answered from what was kept
SESSIONS = "/chat/widget/sessions"
SESSION = f"{SESSIONS}/{{conversation_id:str}}"


class Visit(Input):
    """Nothing has to be said to begin."""


class NoVoice(Conflict):
    """Visitors of this site may not talk to the agent; its voice is off in the widget or in its enabledChannels."""

    code = "channel_not_enabled"


@get(
    "/widget/bootstrap",
    opt={**PUBLIC, "key_in_query": True, "rate": 10},
    operation_id="getWidgetBootstrap",
    cache_control=CacheControlHeader(private=True, max_age=60 * LOOKS_MINUTES),
)
async def bootstrap(
    services: Services, principal: Asker, key: Annotated[str | None, Parameter(max_length=100)] = None
) -> dict[str, Any]:
    """Everything that the widget needs before anybody writes. Each page view asks, so it has a limit of its own, ten
    times the key's. `key` may come as a Bearer key instead."""
    widget, version = await _shown(services, principal)
    if "chat" not in version.snapshot["enabledChannels"]:
        raise NotEnabled
    shown = looks.bootstrap(widget, name=version.name, snapshot=version.snapshot)
    limits = {"messageCharacters": MOST_CHARACTERS, "requestsPerMinute": principal.per_minute}
    return one({**shown, "limits": limits})


@post(
    "/chat/widget/talk-token",
    opt={**PUBLIC, "secrets": ("token",)},
    operation_id="createWidgetTalkToken",
)
async def create_talk_token(services: Services, principal: Asker, data: Visit | None = None) -> dict[str, Any]:
    """Permission for one call from the visitor's browser, where visitors may talk. The call ends with the key."""
    widget, version = await _shown(services, principal)
    if not looks.talks(widget, version.snapshot):
        raise NoVoice
    async with services.database.tenant(principal) as tx:
        await services.storage.check(tx)
    talk = services.make_talk(principal.org, version.agent_id, False, "browser", None, principal.credential)
    return one({"realtimeUrl": talk.url, "token": talk.token, "room": talk.conversation_id})


@post(SESSIONS, opt={**PUBLIC, "secrets": ("visitorToken",)}, operation_id="createWidgetSession")
async def create_session(services: Services, principal: Asker, data: Visit | None = None) -> dict[str, Any]:
    """With a publishable key. The token that comes back is for the messages of this conversation, for a day."""
    widget, version = await _shown(services, principal)
    async with services.database.tenant(principal) as tx:
        await services.storage.check(tx)
    begun = await services.desk.begin(principal, version, line="widget", greeting=widget.copy.greeting.strip())
    greeting = next((str(frame.data["text"]) for frame in begun.frames if frame.type == "agent_message"), "")
    token = visit_token(services.signer, principal, begun.conversation_id)
    return one(
        {
            "conversationId": begun.conversation_id,
            "visitorToken": token,
            "greeting": greeting,
            "disclosure": disclosures.written(widget.copy.language),
        }
    )


@get(f"{SESSION}/messages", opt=PUBLIC, operation_id="listWidgetMessages")
async def list_messages(
    request: Request[Any, Any, Any], services: Services, principal: Asker, conversation_id: str
) -> dict[str, Any]:
    _own(request, conversation_id)
    return await chat.messages_of(services, principal, conversation_id)


@post(f"{SESSION}/messages", opt={**PUBLIC, "secrets": ("content", "events")}, operation_id="sendWidgetMessage")
async def send_message(
    request: Request[Any, Any, Any], services: Services, principal: Asker, conversation_id: str, data: chat.NewMessage
) -> Response[Any]:
    _own(request, conversation_id)
    return await chat.answered(services, principal, conversation_id, data)


@post(f"{SESSION}/end", opt=PUBLIC, operation_id="endWidgetSession", status_code=200)
async def end_session(
    request: Request[Any, Any, Any], services: Services, principal: Asker, conversation_id: str
) -> dict[str, Any]:
    _own(request, conversation_id)
    await services.desk.end(principal, conversation_id)
    return one({"conversationId": conversation_id, "status": "ended"})


async def _shown(services: ApiServices, principal: Principal) -> tuple[looks.Widget, Pinned]:
    """The widget's settings, and the version that the next visitor meets."""
    if principal.agent is None:
        raise Forbidden("The widget is opened with a publishable key.")
    async with services.database.tenant(principal) as tx:
        return await looks.get_widget(tx, principal.agent), await pinned(tx, principal.agent, draft=False)


def _own(request: Request[Any, Any, Any], conversation_id: str) -> None:
    """NotFound for every conversation but the one that the visitor's token was given for."""
    if request.scope.get("visit") != conversation_id:
        raise NotFound


ROUTES = Router(
    "/", route_handlers=[bootstrap, create_talk_token, create_session, list_messages, send_message, end_session]
)
