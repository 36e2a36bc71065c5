"""/messages: what callers asked to have passed on."""

from typing import Any, Literal

from litestar import Router, get, patch

from flowyte.api.agents import Input, Limit
from flowyte.api.services import Asker, Services
from flowyte.api.shape import camel, decode_cursor, encode_cursor, one
from flowyte.skills import messages as verbs


class MessageChange(Input):
    status: Literal["new", "read"]


@get("/messages", opt={"scope": "analytics:read"}, operation_id="listMessages")
async def list_messages(
    services: Services,
    principal: Asker,
    limit: Limit = 20,
    cursor: str | None = None,
) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        found, last = await verbs.list_messages(tx, services.sealer, limit=limit, cursor=decode_cursor(cursor))
    return {
        "success": True,
        "data": [camel(message) for message in found],
        "pagination": {"limit": limit, "nextCursor": encode_cursor(last) if last else None},
    }


@get("/messages/{message_id:str}", opt={"scope": "analytics:read"}, operation_id="getMessage")
async def get_message(services: Services, principal: Asker, message_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(camel(await verbs.get_message(tx, services.sealer, message_id)))


@patch("/messages/{message_id:str}", opt={"scope": "analytics:write"}, operation_id="updateMessage")
async def update_message(services: Services, principal: Asker, message_id: str, data: MessageChange) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        message = await verbs.mark_read(tx, services.sealer, message_id, read=data.status == "read")
    return one(camel(message))


ROUTES = Router("/", route_handlers=[list_messages, get_message, update_message])
