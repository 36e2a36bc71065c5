"""Who belongs to an organization, in which role, and the invitations that bring people in.

Only an owner makes, changes or removes an owner, and there is always one: the last cannot leave or step down. An
invitation is a link for one address; taking it deletes it, so of two who follow it only the first gets in.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Unauthenticated
from flowyte.kit.ids import new_id
from flowyte.tenancy.people import Account, Door, account_for, end_sessions, has_second, normal_email, session_in
from flowyte.tenancy.policy import refuse_other_domains
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.scopes import ROLE_SCOPES
from flowyte.tenancy.sessions import end_session, organization_of

INVITE_LIFE = timedelta(days=7)


class Joined(Conflict):
    """You are a member now. Sign in with your code to go there."""

    code = "second_factor_needed"


class LastOwner(Conflict):
    """An organization keeps an owner. Make somebody else owner first."""

    code = "last_owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    id: str
    email: str
    role: str
    joined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    id: str
    email: str
    role: str
    created_at: datetime
    expires_at: datetime


async def list_members(tx: TenantTx) -> list[Member]:
    rows = await tx.fetch(
        "SELECT id, email, role, joined_at FROM members WHERE org_id = $1 ORDER BY joined_at, id", tx.org
    )
    return [Member(**row) for row in rows]


async def email_of(tx: TenantTx, member_id: str) -> str:
    email: str | None = await tx.fetchval("SELECT email FROM members WHERE org_id = $1 AND id = $2", tx.org, member_id)
    if email is None:
        raise NotFound
    return email


async def list_invites(tx: TenantTx, now: datetime) -> list[Invite]:
    rows = await tx.fetch(
        "SELECT id, email, role, created_at, expires_at FROM invites WHERE org_id = $1 AND expires_at > $2 "
        "ORDER BY created_at, id", tx.org, now,
    )  # fmt: skip
    return [Invite(**row) for row in rows]


async def invite(tx: TenantTx, door: Door, by: Principal, *, email: str, role: str) -> tuple[Invite, str]:
    """The invitation and the token of its link, which is not kept. A second one for an address replaces the first."""
    _may_give(by, role)
    address = normal_email(email)
    await refuse_other_domains(tx, address)
    if await tx.fetchval("SELECT 1 FROM members WHERE org_id = $1 AND email = $2", tx.org, address):
        raise Conflict("This person is a member already.", code="already_member")
    earlier = await tx.fetchval("SELECT id FROM invites WHERE org_id = $1 AND email = $2", tx.org, address)
    if earlier is not None:
        await withdraw(tx, earlier)
    token = secrets.token_urlsafe(32)
    digest = door.peppers.digest("invite", token)
    now = door.clock.now()
    made = Invite(id=new_id("inv"), email=address, role=role, created_at=now, expires_at=now + INVITE_LIFE)
    await tx.execute(
        "INSERT INTO invites (org_id, id, email, role, digest, invited_by, created_at, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.org, made.id, made.email, role, digest, by.signature, made.created_at, made.expires_at,
    )  # fmt: skip
    await tx.execute("INSERT INTO directory (kind, digest, org_id) VALUES ('invite', $1, $2)", digest, tx.org)
    return made, token


async def withdraw(tx: TenantTx, invite_id: str) -> None:
    digest = await tx.fetchval("DELETE FROM invites WHERE org_id = $1 AND id = $2 RETURNING digest", tx.org, invite_id)
    if digest is None:
        raise NotFound
    await tx.execute("DELETE FROM directory WHERE kind = 'invite' AND digest = $1", digest)


async def accept(door: Door, token: str, *, password: str, address: str) -> str:
    """Become a member and sign in. Unauthenticated for a link that is unknown, used or old, and for a password that is
    not the one of the account which the address has already."""
    digest = door.peppers.digest("invite", token)
    org = await organization_of(door.database, "invite", digest)
    guest = Principal(org=org, kind="system", id="invite", scopes=frozenset(), address=address)
    async with door.database.tenant(guest) as tx:
        email = await tx.fetchval(
            "SELECT email FROM invites WHERE org_id = $1 AND digest = $2 AND expires_at > $3",
            org, digest, door.clock.now(),
        )  # fmt: skip
    if email is None:
        raise Unauthenticated
    account = await account_for(door, email=email, password=password, address=address)
    async with door.database.tenant(guest) as tx:
        role = await tx.fetchval("DELETE FROM invites WHERE org_id = $1 AND digest = $2 RETURNING role", org, digest)
        if role is None:  # somebody else took it while the password was looked at
            raise Unauthenticated
        await tx.execute("DELETE FROM directory WHERE kind = 'invite' AND digest = $1", digest)
        await join(tx, account, email, role)
    if await has_second(door, account.id):
        raise Joined
    return await session_in(door, org, account.id, address)


async def claim(door: Door, who: Principal, *, email: str, password: str) -> str:
    """A session that a link opened becomes that of an account with its role: how the first owner gets one."""
    if who.kind != "session" or who.person is not None or who.role is None:
        raise Forbidden("Only a session that a link opened can be given an account.")
    mailbox = normal_email(email)
    account = await account_for(door, email=mailbox, password=password, address=who.address)
    async with door.database.tenant(who) as tx:
        await refuse_other_domains(tx, mailbox)
        await join(tx, account, mailbox, who.role)
        await end_session(tx, who.id)
    if await has_second(door, account.id):
        raise Joined
    return await session_in(door, who.org, account.id, who.address)


async def change_role(tx: TenantTx, by: Principal, member_id: str, role: str) -> Member:
    _may_give(by, role)
    member = await _locked(tx, member_id)
    await _may_touch(tx, by, member, leaves=role != "owner")
    await tx.execute("UPDATE members SET role = $3 WHERE org_id = $1 AND id = $2", tx.org, member_id, role)
    return Member(id=member.id, email=member.email, role=role, joined_at=member.joined_at)


async def transfer(tx: TenantTx, by: Principal, member_id: str) -> None:
    """The owner makes another member owner and is an admin from then on, in one step."""
    await _locked(tx, member_id)
    if by.role != "owner" or by.person is None or by.person == member_id:
        raise Forbidden("Only an owner with an account can hand over the organization, to another member.")
    await change_role(tx, by, member_id, "owner")
    await change_role(tx, by, by.person, "admin")


async def remove(tx: TenantTx, by: Principal, member_id: str) -> None:
    """Also how one leaves. The person's sessions here end with it; the account and other memberships stay."""
    member = await _locked(tx, member_id)
    if by.person != member_id:
        by.require("members:write")
    await _may_touch(tx, by, member, leaves=True)
    await end_sessions(tx, member_id)
    await tx.execute("DELETE FROM members WHERE org_id = $1 AND id = $2", tx.org, member_id)
    await tx.execute("DELETE FROM memberships WHERE person = $1 AND org_id = $2", member_id, tx.org)


async def join(tx: TenantTx, account: Account, email: str, role: str) -> None:
    """Make an account a member of the transaction's organization."""
    made = await tx.fetchval(
        "INSERT INTO members (org_id, id, email, role) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING id",
        tx.org, account.id, email, role,
    )  # fmt: skip
    if made is None:
        raise Conflict("This person is a member already.", code="already_member")
    await tx.execute("INSERT INTO memberships (person, org_id) VALUES ($1, $2)", account.id, tx.org)


async def _locked(tx: TenantTx, member_id: str) -> Member:
    """One change of members at a time, so that two owners cannot both leave as the last but one."""
    await tx.fetchval("SELECT 1 FROM organizations WHERE org_id = $1 FOR UPDATE", tx.org)
    row = await tx.fetchrow(
        "SELECT id, email, role, joined_at FROM members WHERE org_id = $1 AND id = $2", tx.org, member_id
    )
    if row is None:
        raise NotFound
    return Member(**row)


def _may_give(by: Principal, role: str) -> None:
    if role not in ROLE_SCOPES:
        raise Invalid(fields=[FieldError(field="role", message=f"one of {', '.join(sorted(ROLE_SCOPES))}")])
    if not ROLE_SCOPES[role] <= by.scopes or (role == "owner" and by.role != "owner"):
        raise Forbidden(f"You do not hold everything that {role} may do.")


async def _may_touch(tx: TenantTx, by: Principal, member: Member, *, leaves: bool) -> None:
    if member.role != "owner":
        return
    if by.role != "owner":
        raise Forbidden("Only an owner changes an owner.")
    owners = await tx.fetchval("SELECT count(*) FROM members WHERE org_id = $1 AND role = 'owner'", tx.org)
    if leaves and owners == 1:
        raise LastOwner
