"""Who is asking: a Bearer key or the dashboard's cookie, resolved to one Principal; and what it must hold.

A cookie is sent by the browser on its own, so a change that comes with one must also come from our own pages.
"""

import asyncio
import hashlib
from dataclasses import replace
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from flowyte.api.services import ApiServices
from flowyte.kit.errors import TooMany, Unauthenticated
from flowyte.tenancy import publishable
from flowyte.tenancy.browser import CHANGES, address_of, cookie_of, refuse_foreign
from flowyte.tenancy.keys import authenticate_key
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.rate import Taken
from flowyte.tenancy.sessions import authenticate_session

REFUSED_WAIT_S = 0.25  # who does not slow down is slowed: four requests a second over each of their connections


async def principal_of(
    connection: ASGIConnection[Any, Any, Any, Any], services: ApiServices, *, in_query: str | None = None
) -> Principal:
    """Unauthenticated without either; a key wins over a cookie. `in_query` is a publishable key from the address."""
    authorization = connection.headers.get("authorization", "")
    if in_query is not None and not authorization:
        if not in_query.startswith("flowyte_pk_"):  # addresses are written to logs: nothing secret may stand there
            raise Unauthenticated
        return await _bearer(connection, services, in_query)
    if authorization:
        kind, _, key = authorization.partition(" ")
        if kind.lower() != "bearer":
            raise Unauthenticated
        return await _bearer(connection, services, key.strip())
    token = cookie_of(connection.cookies)
    if token is None:
        raise Unauthenticated
    if connection.scope.get("method") in CHANGES:
        refuse_foreign(connection.headers)
    return await authenticate_session(services.database, services.peppers, services.clock, token)


async def _bearer(connection: ASGIConnection[Any, Any, Any, Any], services: ApiServices, key: str) -> Principal:
    """A secret key; a publishable one; or what a visitor was given by it, which opens one conversation."""
    origin = connection.headers.get("origin")
    if key.startswith("flowyte_pk_"):
        found = await publishable.authenticate(services.database, services.peppers, key, origin)
    elif key.startswith("flowyte_"):
        return await authenticate_key(services.database, services.peppers, key)
    else:
        found, visit = await publishable.authenticate_visit(services.database, services.signer, key, origin)
        connection.scope["visit"] = visit  # type: ignore[typeddict-unknown-key]
    if origin is not None:
        connection.scope["allowed_origin"] = origin  # type: ignore[typeddict-unknown-key]
    return found


async def require_scope(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard on every operation: an operation without a scope is a fault of ours."""
    services: ApiServices = connection.app.state.services
    in_query = connection.query_params.get("key") if handler.opt.get("key_in_query") else None
    presented = hashlib.sha256(
        f"{connection.headers.get('authorization')}\0{cookie_of(connection.cookies)}\0{in_query}".encode()
    ).digest()
    try:
        services.rates.refuse_again(presented, services.clock.monotonic_ms())
        asking = await principal_of(connection, services, in_query=in_query)
        principal = replace(asking, address=address_of(connection.client))
        connection.scope["rate"] = _take(services, principal, handler.opt.get("rate"))  # type: ignore[typeddict-unknown-key]
    except TooMany as refused:
        services.rates.remember_refusal(presented, refused, services.clock.monotonic_ms())
        await asyncio.sleep(REFUSED_WAIT_S)
        raise
    principal.require(handler.opt["scope"])
    connection.scope["principal"] = principal  # type: ignore[typeddict-unknown-key]


def _take(services: ApiServices, principal: Principal, times: int | None = None) -> Taken:
    """One request of the credential and of its organization; the tighter of the two is told. An operation that may be
    asked so many `times` as often is counted apart, and takes nothing from the others."""
    now, limits = services.clock.monotonic_ms(), services.limits
    whose = principal.credential + (b"" if times is None else b"+%d" % times)
    own = services.rates.take(whose, (principal.per_minute or limits.of_credential) * (times or 1), now)
    everybody = services.rates.take(principal.org.bytes, limits.of_organization, now)
    return min(own, everybody, key=lambda taken: taken.left)


async def provide_principal(request: Request[Any, Any, Any]) -> Principal:
    principal: Principal = request.scope["principal"]  # type: ignore[typeddict-item]
    return principal


async def provide_services(request: Request[Any, Any, Any]) -> ApiServices:
    services: ApiServices = request.app.state.services
    return services
