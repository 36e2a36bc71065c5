"""/agents/{id}/publishable-keys: keys for web pages, each for the chat of one agent."""

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from litestar import Router, delete, get, patch, post

from flowyte.agents.store import get_agent
from flowyte.api.agents import Input
from flowyte.api.services import Asker, Services
from flowyte.api.shape import camel, one
from flowyte.tenancy import publishable as verbs

KEYS = "/agents/{agent_id:str}/publishable-keys"
KEY = f"{KEYS}/{{publishable_key_id:str}}"


class NewPublishableKey(Input):
    """`allowedOrigins` are sites such as https://example.com, without a path."""

    name: str
    allowed_origins: list[str]
    env: Literal["live", "test"] = "live"
    rate_limit_rpm: int = verbs.DEFAULT_RPM
    expires_at: datetime | None = None


class PublishableKeyChange(Input):
    name: str | msgspec.UnsetType = msgspec.UNSET
    allowed_origins: list[str] | msgspec.UnsetType = msgspec.UNSET
    rate_limit_rpm: int | msgspec.UnsetType = msgspec.UNSET


class Overlap(Input):
    overlap_hours: int = 24


@get(KEYS, opt={"scope": "pubkeys:read"}, operation_id="listPublishableKeys")
async def list_keys(services: Services, principal: Asker, agent_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        return one([camel(key) for key in await verbs.list_of_agent(tx, agent_id)])


@post(KEYS, opt={"scope": "pubkeys:write", "secrets": ("key",)}, operation_id="createPublishableKey")
async def create_key(services: Services, principal: Asker, agent_id: str, data: NewPublishableKey) -> dict[str, Any]:
    """The key stands in a page for everybody to read; `…/widget/embed` gives the tag that holds it, also later."""
    wishes = verbs.Wishes(
        name=data.name, allowed_origins=tuple(dict.fromkeys(data.allowed_origins)), rate_limit_rpm=data.rate_limit_rpm
    )
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        made, text = await verbs.create(
            tx, services.peppers, services.sealer, agent_id=agent_id, wishes=wishes, by=principal, environment=data.env,
            expires_at=data.expires_at,
        )  # fmt: skip
    return one({**camel(made), "key": text})


@patch(KEY, opt={"scope": "pubkeys:write"}, operation_id="updatePublishableKey")
async def update_key(
    services: Services, principal: Asker, agent_id: str, publishable_key_id: str, data: PublishableKeyChange
) -> dict[str, Any]:
    given = {name: getattr(data, name) for name in data.__struct_fields__}
    changes = {name: value for name, value in given.items() if value is not msgspec.UNSET}
    if "allowed_origins" in changes:
        changes["allowed_origins"] = tuple(dict.fromkeys(changes["allowed_origins"]))
    async with services.database.tenant(principal) as tx:
        return one(camel(await verbs.update(tx, agent_id, publishable_key_id, changes)))


@post(f"{KEY}/rotate", opt={"scope": "pubkeys:write", "secrets": ("key",)}, operation_id="rotatePublishableKey")
async def rotate_key(
    services: Services, principal: Asker, agent_id: str, publishable_key_id: str, data: Overlap | None = None
) -> dict[str, Any]:
    overlap = timedelta(hours=min(max((data or Overlap()).overlap_hours, 0), 168))
    async with services.database.tenant(principal) as tx:
        made, text = await verbs.rotate(
            tx,
            services.peppers,
            services.sealer,
            services.clock,
            agent_id=agent_id,
            key_id=publishable_key_id,
            by=principal,
            overlap=overlap,
        )
    return one({**camel(made), "key": text})


@delete(KEY, opt={"scope": "pubkeys:write"}, operation_id="revokePublishableKey", status_code=200)
async def revoke_key(services: Services, principal: Asker, agent_id: str, publishable_key_id: str) -> dict[str, Any]:
    """What visitors have begun with it ends as well."""
    async with services.database.tenant(principal) as tx:
        return one(camel(await verbs.revoke(tx, agent_id, publishable_key_id)))


ROUTES = Router("/", route_handlers=[list_keys, create_key, update_key, rotate_key, revoke_key])
