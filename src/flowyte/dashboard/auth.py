"""Who is looking: the session cookie. A page for nobody leads to signing in; changes must come from our own forms."""

from dataclasses import replace
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect

from flowyte.dashboard.services import PageServices
from flowyte.dashboard.view import rail_of
from flowyte.kit.errors import Conflict, Forbidden, Unauthenticated
from flowyte.tenancy.browser import CHANGES, address_of, cookie_of, refuse_foreign
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.scopes import OWN_ACCOUNT
from flowyte.tenancy.sessions import authenticate_session


class SecondFactorNeeded(Forbidden):
    """This organization asks for a passkey or a code besides the password. Set one up under Account."""

    code = "second_factor_needed"


class OtherOrganization(Conflict):
    """This page was of another organization than the one you are in now, so nothing was changed. Open it anew."""

    code = "other_organization"


async def require_session(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard on every page: one without a scope and without the mark `public` is a fault of ours."""
    if connection.scope.get("method") in CHANGES:
        refuse_foreign(connection.headers)
    if "public" in handler.opt:
        return
    pages: PageServices = connection.app.state.pages
    token = cookie_of(connection.cookies)
    if token is None:
        raise Unauthenticated
    found = await authenticate_session(pages.database, pages.peppers, pages.clock, token)
    principal = replace(found, address=address_of(connection.client))
    if handler.opt["scope"] != OWN_ACCOUNT and principal.scopes == {OWN_ACCOUNT}:
        raise SecondFactorNeeded
    principal.require(handler.opt["scope"])
    if connection.scope.get("method") in CHANGES:
        await _same_organization(connection, principal)
    async with pages.database.tenant(principal) as tx:
        rail = await rail_of(tx)
    connection.scope.update(principal=principal, rail=rail)  # type: ignore[call-arg]


async def _same_organization(connection: Any, principal: Principal) -> None:
    """A form says which organization its page was of: in two tabs one may have gone to another meanwhile."""
    kind = connection.headers.get("content-type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return
    stated = (await connection.form()).get("of_organization")
    if stated is not None and stated != str(principal.org):
        raise OtherOrganization


async def provide_viewer(request: Request[Any, Any, Any]) -> Principal:
    principal: Principal = request.scope["principal"]  # type: ignore[typeddict-item]
    return principal


async def provide_pages(request: Request[Any, Any, Any]) -> PageServices:
    pages: PageServices = request.app.state.pages
    return pages


def to_sign_in() -> Redirect:
    return Redirect("/sign-in", status_code=303)
