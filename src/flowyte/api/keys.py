"""/api-keys: made and shown once, listed by status, revoked."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Router, delete, get, post

from flowyte.api.agents import Input, Limit
from flowyte.api.services import Asker, Services
from flowyte.api.shape import camel, decode_cursor, one, page
from flowyte.tenancy import keys as verbs
from flowyte.tenancy.scopes import SECRET_KEY_SCOPES


class NewKey(Input):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    scopes: list[str] | None = None
    environment: Literal["live", "test"] = "live"


@get("/api-keys", opt={"scope": "keys:read"}, operation_id="listApiKeys")
async def list_keys(
    services: Services, principal: Asker, limit: Limit = 20, cursor: str | None = None
) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        found = await verbs.list_keys(tx, before=decode_cursor(cursor), limit=limit + 1)
    return page(found, limit, camel)


@post("/api-keys", opt={"scope": "keys:write", "secrets": ("key",)}, operation_id="createApiKey")
async def create_key(services: Services, principal: Asker, data: NewKey) -> dict[str, Any]:
    """All of the maker's own scopes when none are named."""
    scopes = frozenset(data.scopes) if data.scopes is not None else principal.scopes & SECRET_KEY_SCOPES
    async with services.database.tenant(principal) as tx:
        status, key = await verbs.create_key(
            tx, services.peppers, name=data.name, scopes=scopes, created_by=principal, environment=data.environment
        )
    return one({**camel(status), "key": key})


@delete("/api-keys/{key_id:str}", opt={"scope": "keys:write"}, operation_id="revokeApiKey", status_code=200)
async def revoke_key(services: Services, principal: Asker, key_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(camel(await verbs.revoke_key(tx, key_id)))


ROUTES = Router("/", route_handlers=[list_keys, create_key, revoke_key])
