"""/api-keys: made and shown once, listed by status, revoked."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Router, delete, get, post

from flowyte.api.agents import Input, Limit
from flowyte.api.services import Asker, Services
from flowyte.api.shape import camel, decode_cursor, one, page
from flowyte.tenancy import keys as verbs
from flowyte.tenancy.browser import address_of
from flowyte.tenancy.revocation import revoke_leaked
from flowyte.tenancy.scopes import SECRET_KEY_SCOPES


class NewKey(Input):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    scopes: list[str] | None = None
    environment: Literal["live", "test"] = "live"
    expires_at: datetime | None = None


class Overlap(Input):
    """How long both keys work, up to a week."""

    overlap_hours: Annotated[int, msgspec.Meta(ge=0, le=168)] = 24


class LeakedKey(Input):
    key: Annotated[str, msgspec.Meta(max_length=200)]


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
            tx,
            services.peppers,
            name=data.name,
            scopes=scopes,
            created_by=principal,
            environment=data.environment,
            expires_at=data.expires_at,
        )
    return one({**camel(status), "key": key})


@delete("/api-keys/{key_id:str}", opt={"scope": "keys:write"}, operation_id="revokeApiKey", status_code=200)
async def revoke_key(services: Services, principal: Asker, key_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(camel(await verbs.revoke_key(tx, key_id)))


@post("/api-keys/{key_id:str}/rotate", opt={"scope": "keys:write", "secrets": ("key",)}, operation_id="rotateApiKey")
async def rotate_key(services: Services, principal: Asker, key_id: str, data: Overlap | None = None) -> dict[str, Any]:
    """A new key that may do the same. The old one goes on for `overlapHours`, a day when nothing is said."""
    overlap = timedelta(hours=(data or Overlap()).overlap_hours)
    async with services.database.tenant(principal) as tx:
        status, key = await verbs.rotate_key(
            tx, services.peppers, services.clock, key_id, by=principal, overlap=overlap
        )
    return one({**camel(status), "key": key})


@post("/leaked-keys", opt={"public": "who holds a key may end it"}, operation_id="reportLeakedKey", status_code=202)
async def report_leaked(services: Services, request: Request[Any, Any, Any], data: LeakedKey) -> dict[str, Any]:
    """Revokes the key if it is one, and says the same if it is none."""
    await revoke_leaked(services.door, data.key, address=address_of(request.client))
    return one({"received": True})


ROUTES = Router("/", route_handlers=[list_keys, create_key, rotate_key, revoke_key, report_leaked])
