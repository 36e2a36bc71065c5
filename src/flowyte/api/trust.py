"""/trust: the claims for programs. Public, as the page is."""

from typing import Any

from litestar import Router, get

from flowyte.api.services import Services
from flowyte.api.shape import one
from flowyte.trust.processors import parties_shown
from flowyte.trust.shown import claims_shown

PUBLIC = {"public": "what is promised is promised to everybody"}


@get("/trust/claims", opt=PUBLIC, operation_id="listTrustClaims")
async def list_claims(services: Services) -> dict[str, Any]:
    """Each claim with its state, the reason, and every check with what it saw; no older than a minute."""
    return one(claims_shown(await services.board.claims()))


@get("/trust/subprocessors", opt=PUBLIC, operation_id="listSubprocessors")
async def list_subprocessors(services: Services) -> dict[str, Any]:
    """Who receives data of organizations by this installation's settings, by category, and whom organizations may
    connect for themselves."""
    return one(parties_shown(services.board.parties))


ROUTES = Router("/", route_handlers=[list_claims, list_subprocessors])
