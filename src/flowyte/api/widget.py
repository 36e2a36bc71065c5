"""/chat/widget: chatting with one agent from somebody's web page, by a publishable key that everybody can read.

The key begins a conversation and gives the visitor a token for that one alone. No cookie is sent or taken here, so a
page of any site may ask; the key decides which may read the answer.
"""

from typing import Any

from litestar import Request, Response, Router, get, post

from flowyte.agents.publish import pinned
from flowyte.api import chat
from flowyte.api.agents import Input
from flowyte.api.services import Asker, Services
from flowyte.api.shape import one
from flowyte.channels.chat.desk import DISCLOSURE
from flowyte.kit.errors import Forbidden, NotFound
from flowyte.tenancy.publishable import visit_token

PUBLIC = {"scope": "chat:public"}
SESSIONS = "/chat/widget/sessions"
SESSION = f"{SESSIONS}/{{conversation_id:str}}"


class Visit(Input):
    """Nothing has to be said to begin."""


@post(SESSIONS, opt={**PUBLIC, "secrets": ("visitorToken",)}, operation_id="createWidgetSession")
async def create_session(services: Services, principal: Asker, data: Visit | None = None) -> dict[str, Any]:
    """With a publishable key. The token that comes back is for the messages of this conversation, for a day."""
    if principal.agent is None:
        raise Forbidden("A conversation of the widget begins with a publishable key.")
    async with services.database.tenant(principal) as tx:
        version = await pinned(tx, principal.agent, draft=False)
        await services.storage.check(tx)
    begun = await services.desk.begin(principal, version)
    greeting = next((str(frame.data["text"]) for frame in begun.frames if frame.type == "agent_message"), "")
    token = visit_token(services.signer, principal, begun.conversation_id)
    return one(
        {
            "conversationId": begun.conversation_id,
            "visitorToken": token,
            "greeting": greeting,
            "disclosure": DISCLOSURE,
        }
    )


@get(f"{SESSION}/messages", opt=PUBLIC, operation_id="listWidgetMessages")
async def list_messages(
    request: Request[Any, Any, Any], services: Services, principal: Asker, conversation_id: str
) -> dict[str, Any]:
    _own(request, conversation_id)
    return await chat.messages_of(services, principal, conversation_id)


@post(f"{SESSION}/messages", opt=PUBLIC, operation_id="sendWidgetMessage")
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


def _own(request: Request[Any, Any, Any], conversation_id: str) -> None:
    """NotFound for every conversation but the one that the visitor's token was given for."""
    if request.scope.get("visit") != conversation_id:
        raise NotFound


ROUTES = Router("/", route_handlers=[create_session, list_messages, send_message, end_session])
