"""/agents/{id}/widget: how its chat looks and speaks on a site, and the tag that puts it there."""

from typing import Annotated, Any

import msgspec
from litestar import Router, get, put
from litestar.params import QueryParameter

from flowyte.agents import widget as verbs
from flowyte.agents.store import get_agent
from flowyte.api.services import Asker, Services
from flowyte.api.shape import one
from flowyte.kit.errors import Conflict, NotFound
from flowyte.tenancy import embed, publishable

WIDGET = "/agents/{agent_id:str}/widget"
KeyId = Annotated[str | None, QueryParameter(name="publishableKeyId", max_length=100)]


class KeyOver(Conflict):
    """This key is revoked or expired; a page with it would show no chat. Make another one."""

    code = "key_ended"


@get(WIDGET, opt={"scope": "widgets:read"}, operation_id="getWidget")
async def get_widget(services: Services, principal: Asker, agent_id: str) -> dict[str, Any]:
    """As it was saved, or as it is at first."""
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        return one(msgspec.to_builtins(await verbs.get_widget(tx, agent_id)))


@put(WIDGET, opt={"scope": "widgets:write"}, operation_id="setWidget")
async def set_widget(services: Services, principal: Asker, agent_id: str, data: verbs.Widget) -> dict[str, Any]:
    """The whole of it; what is left out is as at first. Visitors see it within a minute: it is no part of a version."""
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        await verbs.set_widget(tx, agent_id, data)
        return one(msgspec.to_builtins(await verbs.get_widget(tx, agent_id)))


@get(f"{WIDGET}/embed", opt={"scope": "widgets:read"}, operation_id="getWidgetEmbed")
async def get_embed(services: Services, principal: Asker, agent_id: str, key_id: KeyId = None) -> dict[str, Any]:
    """The tag for a page, with the newest key that stands unless one is named. `publishableKey` is null for a key from
    before its text was kept; the tag then says which one to paste."""
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        if key_id is None:
            found = await publishable.list_of_agent(tx, agent_id)
            key = next((key for key in found if key.stands(services.clock.now())), None)
            if key is None:
                raise NotFound("This agent has no publishable key that stands; make one.")
        else:
            key = await publishable.get(tx, agent_id, key_id)
            if not key.stands(services.clock.now()):
                raise KeyOver
        text = await publishable.text_of(tx, services.sealer, key)
        voice = (await verbs.get_widget(tx, agent_id)).behavior.voice
    return one(
        {
            "scriptSnippet": embed.snippet(services.address, text or embed.placeholder(key.last_four)),
            "publishableKey": text,
            "publishableKeyId": key.id,
            "allowedOrigins": list(key.allowed_origins),
            "contentSecurityPolicy": embed.directives(services.address, voice=voice),
        }
    )


ROUTES = Router("/", route_handlers=[get_widget, set_widget, get_embed])
