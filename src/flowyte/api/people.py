"""/members and /invites: who belongs to the organization, and links for those who shall."""

from typing import Any

from litestar import Router, delete, get, patch, post, put

from flowyte.api.agents import Input
from flowyte.api.services import Asker, Services
from flowyte.api.shape import camel, one
from flowyte.tenancy import members
from flowyte.tenancy import policy as policies
from flowyte.tenancy.policy import LONGEST_HOURS


class NewInvite(Input):
    email: str
    role: str


class RoleChange(Input):
    role: str


@get("/members", opt={"scope": "members:read"}, operation_id="listMembers")
async def list_members(services: Services, principal: Asker) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one([camel(member) for member in await members.list_members(tx)])


@patch("/members/{member_id:str}", opt={"scope": "members:write"}, operation_id="updateMember")
async def update_member(services: Services, principal: Asker, member_id: str, data: RoleChange) -> dict[str, Any]:
    """Holds at the member's next request. Only an owner makes or changes an owner; a key never does."""
    async with services.database.tenant(principal) as tx:
        return one(camel(await members.change_role(tx, principal, member_id, data.role)))


@delete("/members/{member_id:str}", opt={"scope": "members:write"}, operation_id="removeMember", status_code=200)
async def remove_member(services: Services, principal: Asker, member_id: str) -> dict[str, Any]:
    """Ends the member's sessions here at once."""
    async with services.database.tenant(principal) as tx:
        await members.remove(tx, principal, member_id)
    return one({"id": member_id, "removed": True})


@get("/invites", opt={"scope": "members:read"}, operation_id="listInvites")
async def list_invites(services: Services, principal: Asker) -> dict[str, Any]:
    """Those that can still be taken."""
    async with services.database.tenant(principal) as tx:
        return one([camel(invite) for invite in await members.list_invites(tx, services.clock.now())])


@post("/invites", opt={"scope": "members:write", "secrets": ("path",)}, operation_id="createInvite")
async def create_invite(services: Services, principal: Asker, data: NewInvite) -> dict[str, Any]:
    """The path of a page on which one person joins, once. It is shown here and not again, and by no letter: a program
    that invites tells its people itself."""
    async with services.database.tenant(principal) as tx:
        made, token = await members.invite(tx, services.door, principal, email=data.email, role=data.role)
    return one({**camel(made), "path": f"/join?invite={token}"})


@delete("/invites/{invite_id:str}", opt={"scope": "members:write"}, operation_id="withdrawInvite", status_code=200)
async def withdraw_invite(services: Services, principal: Asker, invite_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        await members.withdraw(tx, invite_id)
    return one({"id": invite_id, "withdrawn": True})


class NewPolicy(Input):
    second_factor: bool = False
    session_hours: int = LONGEST_HOURS
    email_domains: tuple[str, ...] = ()


@get("/sign-in-policy", opt={"scope": "members:read"}, operation_id="getSignInPolicy")
async def get_sign_in_policy(services: Services, principal: Asker) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        return one(camel(await policies.get_policy(tx)))


@put("/sign-in-policy", opt={"scope": "members:write"}, operation_id="setSignInPolicy")
async def set_sign_in_policy(services: Services, principal: Asker, data: NewPolicy) -> dict[str, Any]:
    """The whole policy; what is left out is as it was at first. Holds at everybody's next request."""
    policy = policies.Policy(
        second_factor=data.second_factor, session_hours=data.session_hours,
        email_domains=tuple(dict.fromkeys(domain.lower() for domain in data.email_domains)),
    )  # fmt: skip
    async with services.database.tenant(principal) as tx:
        await policies.set_policy(tx, principal, policy)
    return one(camel(policy))


ROUTES = Router(
    "/",
    route_handlers=[
        list_members,
        update_member,
        remove_member,
        list_invites,
        create_invite,
        withdraw_invite,
        get_sign_in_policy,
        set_sign_in_policy,
    ],
)
