"""/sign-in-links: one-time links into the dashboard. Nobody hands on more than they hold."""

from typing import Any

from litestar import Router, post

from flowyte.api.agents import Input
from flowyte.api.services import Asker, Services
from flowyte.api.shape import one
from flowyte.kit.errors import FieldError, Forbidden, Invalid
from flowyte.tenancy.scopes import ROLE_SCOPES
from flowyte.tenancy.sessions import LINK_LIFE, create_link


class NewLink(Input):
    role: str = "owner"


@post("/sign-in-links", opt={"scope": "members:write", "secrets": ("path",)}, operation_id="createSignInLink")
async def create_sign_in_link(services: Services, principal: Asker, data: NewLink | None = None) -> dict[str, Any]:
    """The path of a page that signs in one browser, once."""
    role = (data or NewLink()).role
    if role not in ROLE_SCOPES:
        raise Invalid(fields=[FieldError(field="role", message=f"one of {', '.join(sorted(ROLE_SCOPES))}")])
    mere_admin = principal.kind == "session" and principal.role != "owner"
    if not ROLE_SCOPES[role] <= principal.scopes or (role == "owner" and mere_admin):
        raise Forbidden(f"You do not hold everything that {role} may do.")
    async with services.database.tenant(principal) as tx:
        token = await create_link(tx, services.peppers, services.clock, role=role)
    return one({"path": f"/sign-in?link={token}", "expiresInSeconds": int(LINK_LIFE.total_seconds())})


ROUTES = Router("/", route_handlers=[create_sign_in_link])
