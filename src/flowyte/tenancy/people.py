"""Accounts of people: signing in with e-mail and password, going to another organization, ending sessions.

An unknown address, a wrong password and an account without an organization get the same answer after the same work.
"""

import re
import unicodedata
import uuid
from dataclasses import dataclass

from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import FieldError, Forbidden, Invalid, NotFound, Unauthenticated
from flowyte.kit.ids import new_id
from flowyte.tenancy import attempts
from flowyte.tenancy.passwords import Passwords, check_password
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.sessions import create_session, end_session
from flowyte.vault.digest import Peppers

EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+\.[^\s@\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What every verb on accounts needs of the house."""

    database: Database
    peppers: Peppers
    clock: Clock
    passwords: Passwords


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: str
    new: bool
    """Made now, by whoever holds the invitation."""


def normal_email(text: str) -> str:
    """One spelling for each mailbox; Invalid for what is no address."""
    email = unicodedata.normalize("NFKC", text).strip().lower()
    if len(email) > 254 or not EMAIL.fullmatch(email):
        raise Invalid(fields=[FieldError(field="email", message="must be an e-mail address")])
    return email


async def sign_in(door: Door, *, email: str, password: str, address: str) -> str:
    """The token of a session in the organization that the person joined first."""
    try:
        known = normal_email(email)
    except Invalid:
        known = ""
    await attempts.count(door.database, door.peppers, door.clock, address, known)
    async with door.database.platform() as tx:
        row = await tx.fetchrow(
            "SELECT p.id, p.password, (SELECT m.org_id FROM memberships m WHERE m.person = p.id "
            "ORDER BY m.joined_at, m.org_id LIMIT 1) AS org FROM people p WHERE p.email = $1",
            door.peppers.digest("email", known),
        )
    same = await door.passwords.matches(door.peppers, row["password"] if row else None, password)
    if row is None or not same or row["org"] is None:
        raise Unauthenticated
    await attempts.forgive(door.database, door.peppers, address, known)
    return await session_in(door, row["org"], row["id"], address)


async def session_in(door: Door, org: uuid.UUID, person: str, address: str) -> str:
    """Unauthenticated when the person is no member there (any more)."""
    who = Principal(org=org, kind="session", id="sign-in", scopes=frozenset(), person=person, address=address)
    async with door.database.tenant(who) as tx:
        role = await tx.fetchval("SELECT role FROM members WHERE org_id = $1 AND id = $2", org, person)
        if role is None:
            raise Unauthenticated
        return await create_session(tx, door.peppers, door.clock, role=role, person=person, address=address)


async def account_for(door: Door, *, email: str, password: str, address: str) -> Account:
    """The account of an address: the one that it has, when the password is its own, or a new one.

    The caller must have shown a right to the address (an invitation, or being the organization's owner).
    """
    await attempts.count(door.database, door.peppers, door.clock, address, email)
    digest = door.peppers.digest("email", email)
    async with door.database.platform() as tx:
        row = await tx.fetchrow("SELECT id, password FROM people WHERE email = $1", digest)
    if row is None:
        check_password(password, email)
        stored = await door.passwords.hash(door.peppers, password)
        async with door.database.platform() as tx:
            made: str | None = await tx.fetchval(
                "INSERT INTO people (id, email, password) VALUES ($1, $2, $3) "
                "ON CONFLICT (email) DO NOTHING RETURNING id",
                new_id("per"), digest, stored,
            )  # fmt: skip
        if made is None:  # somebody was faster: theirs is the account, and the password must be its own
            return await account_for(door, email=email, password=password, address=address)
        return Account(id=made, new=True)
    if not await door.passwords.matches(door.peppers, row["password"], password):
        raise Unauthenticated
    return Account(id=row["id"], new=False)


async def change_password(door: Door, who: Principal, *, old: str, new: str) -> None:
    """Ends every other session of this organization's; the others end with `end_everywhere`."""
    person = _person(who)
    await attempts.count(door.database, door.peppers, door.clock, who.address, person)
    async with door.database.tenant(who) as tx:
        email = await tx.fetchval("SELECT email FROM members WHERE org_id = $1 AND id = $2", tx.org, person)
        stored = await tx.fetchval("SELECT password FROM people WHERE id = $1", person)
    if not await door.passwords.matches(door.peppers, stored, old):
        raise Unauthenticated
    check_password(new, email)
    hashed = await door.passwords.hash(door.peppers, new)
    async with door.database.platform() as tx:
        changed = await tx.fetchval(
            "UPDATE people SET password = $3 WHERE id = $1 AND password = $2 RETURNING id", person, stored, hashed
        )
    if changed is None:  # changed meanwhile, by somebody who knew it too
        raise Unauthenticated
    await end_everywhere(door, who, keep=who.id)


async def organizations_of(door: Door, who: Principal) -> list[uuid.UUID]:
    async with door.database.platform() as tx:
        rows = await tx.fetch("SELECT org_id FROM memberships WHERE person = $1 ORDER BY joined_at, org_id", who.person)
    return [row["org_id"] for row in rows]


async def switch(door: Door, who: Principal, org: uuid.UUID) -> str:
    """A session in another of one's organizations, in place of this one. NotFound for any that is not one's own."""
    person = _person(who)
    if org not in await organizations_of(door, who):
        raise NotFound
    token = await session_in(door, org, person, who.address)
    async with door.database.tenant(who) as tx:
        await end_session(tx, who.id)
    return token


async def end_everywhere(door: Door, who: Principal, *, keep: str | None = None) -> None:
    """Every session of the person, in all organizations; `keep` is the one that goes on."""
    person = _person(who)
    for org in await organizations_of(door, who):
        there = Principal(org=org, kind="session", id=who.id, scopes=frozenset(), person=person, address=who.address)
        async with door.database.tenant(there) as tx:
            await end_sessions(tx, person, keep=keep)


async def end_sessions(tx: TenantTx, person: str, *, keep: str | None = None) -> None:
    """Every session of a person in this organization."""
    rows = await tx.fetch("SELECT id FROM sessions WHERE org_id = $1 AND person = $2", tx.org, person)
    for row in rows:
        if row["id"] != keep:
            await end_session(tx, row["id"])


def _person(who: Principal) -> str:
    if who.person is None:
        raise Forbidden("This was signed in by a link and belongs to no account.")
    return who.person
