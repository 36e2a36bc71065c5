"""Accounts of people: signing in with e-mail and password, going to another organization, ending sessions.

An unknown address, a wrong password and an account without an organization get the same answer after the same work.
"""

import re
import unicodedata
import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import FieldError, Forbidden, Invalid, NotFound, Unauthenticated
from flowyte.kit.ids import new_id
from flowyte.tenancy import attempts
from flowyte.tenancy.audit import note
from flowyte.tenancy.organizations import organization_name
from flowyte.tenancy.passwords import Passwords, check_password
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.sessions import create_session, end_session, organization_of
from flowyte.vault.digest import Peppers
from flowyte.vault.sign import UrlSigner

HALF_S = 600
EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+\.[^\s@\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What every verb on accounts needs of the house."""

    database: Database
    peppers: Peppers
    clock: Clock
    passwords: Passwords
    signer: UrlSigner


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """The password was right, and a code is asked for. `token` stands for that for ten minutes."""

    token: str


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


async def sign_in(door: Door, *, email: str, password: str, address: str) -> str | Half:
    """The token of a session in the organization that the person joined first, or that half of the way is done."""
    try:
        known = normal_email(email)
    except Invalid:
        known = ""
    await attempts.count(door.database, door.peppers, door.clock, address, known)
    async with door.database.platform() as tx:
        row = await tx.fetchrow(
            "SELECT p.id, p.password, p.totp IS NOT NULL AS second, (SELECT m.org_id FROM memberships m "
            "WHERE m.person = p.id ORDER BY m.joined_at, m.org_id LIMIT 1) AS org FROM people p WHERE p.email = $1",
            door.peppers.digest("email", known),
        )
    same = await door.passwords.matches(door.peppers, row["password"] if row else None, password)
    if row is None or not same or row["org"] is None:
        raise Unauthenticated
    await attempts.forgive(door.database, door.peppers, address, known)
    if row["second"]:
        claims = {"p": row["id"], "s": stamp(door, row["password"])}
        return Half(token=door.signer.sign("half-signed-in", claims, ttl_s=HALF_S))
    return await session_in(door, row["org"], row["id"], address)


async def first_organization(door: Door, person: str) -> uuid.UUID:
    """Where signing in leads; Unauthenticated for somebody who is a member nowhere (any more)."""
    async with door.database.platform() as tx:
        org: uuid.UUID | None = await tx.fetchval(
            "SELECT org_id FROM memberships WHERE person = $1 ORDER BY joined_at, org_id LIMIT 1", person
        )
    if org is None:
        raise Unauthenticated
    return org


def stamp(door: Door, stored: str) -> str:
    """Of a token that shall end with the password that it was made under."""
    return door.peppers.digest("stamp", stored).hex()[:32]


async def session_in(door: Door, org: uuid.UUID, person: str, address: str, *, strong: bool = False) -> str:
    """Unauthenticated when the person is no member there (any more)."""
    who = Principal(org=org, kind="session", id="sign-in", scopes=frozenset(), person=person, address=address)
    async with door.database.tenant(who) as tx:
        role = await tx.fetchval("SELECT role FROM members WHERE org_id = $1 AND id = $2", org, person)
        if role is None:
            raise Unauthenticated
        return await create_session(
            tx, door.peppers, door.clock, role=role, person=person, address=address, strong=strong
        )


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
    person = person_of(who)
    stored = await confirm(door, who, old)
    async with door.database.tenant(who) as tx:
        email = await tx.fetchval("SELECT email FROM members WHERE org_id = $1 AND id = $2", tx.org, person)
    check_password(new, email)
    await replace_password(door, person, stored, new)
    await note_everywhere(door, who, "account.password_changed")
    await end_everywhere(door, who, keep=who.id)


async def confirm(door: Door, who: Principal, password: str) -> str:
    """That it is still the person at the keyboard: the stored hash, or Unauthenticated."""
    person = person_of(who)
    await attempts.count(door.database, door.peppers, door.clock, who.address, person)
    async with door.database.platform() as tx:
        stored: str = await tx.fetchval("SELECT password FROM people WHERE id = $1", person)
    if not await door.passwords.matches(door.peppers, stored, password):
        raise Unauthenticated
    await attempts.forgive(door.database, door.peppers, who.address, person)
    return stored


async def replace_password(door: Door, person: str, stored: str, new: str) -> None:
    """Unauthenticated when it was changed meanwhile, by somebody who could too."""
    hashed = await door.passwords.hash(door.peppers, new)
    async with door.database.platform() as tx:
        changed = await tx.fetchval(
            "UPDATE people SET password = $3 WHERE id = $1 AND password = $2 RETURNING id", person, stored, hashed
        )
    if changed is None:
        raise Unauthenticated


async def note_everywhere(door: Door, who: Principal, action: str) -> None:
    """An act on one's account, in the audit log of every organization that the account opens."""
    for org in await organizations_of(door, who):
        async with door.database.tenant(_there(who, org)) as tx:
            await note(tx, action, person_of(who))


async def organizations_of(door: Door, who: Principal) -> list[uuid.UUID]:
    async with door.database.platform() as tx:
        rows = await tx.fetch("SELECT org_id FROM memberships WHERE person = $1 ORDER BY joined_at, org_id", who.person)
    return [row["org_id"] for row in rows]


async def switch(door: Door, who: Principal, org: uuid.UUID) -> str:
    """A session in another of one's organizations, in place of this one. NotFound for any that is not one's own."""
    person = person_of(who)
    if org not in await organizations_of(door, who):
        raise NotFound
    async with door.database.tenant(who) as tx:
        strong = await tx.fetchval("SELECT strong FROM sessions WHERE org_id = $1 AND id = $2", tx.org, who.id)
    token = await session_in(door, org, person, who.address, strong=bool(strong))
    async with door.database.tenant(who) as tx:
        await end_session(tx, who.id)
    return token


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    id: str
    organization: str
    address: str
    browser: str
    created_at: datetime
    expires_at: datetime


async def sessions_of(door: Door, who: Principal) -> list[OpenSession]:
    """One's own, in all organizations, newest first."""
    found = []
    for org in await organizations_of(door, who):
        async with door.database.tenant(_there(who, org)) as tx:
            rows = await tx.fetch(
                "SELECT s.id, o.name AS organization, s.address, s.browser, s.created_at, s.expires_at FROM sessions s "
                "JOIN organizations o ON o.org_id = s.org_id "
                "WHERE s.org_id = $1 AND s.person = $2 AND s.expires_at > $3",
                org, person_of(who), door.clock.now(),
            )  # fmt: skip
        found += [OpenSession(**row) for row in rows]
    return sorted(found, key=lambda session: session.created_at, reverse=True)


async def end_one(door: Door, who: Principal, session_id: str) -> None:
    """One of one's own sessions, wherever it is; NotFound for anybody else's."""
    for org in await organizations_of(door, who):
        async with door.database.tenant(_there(who, org)) as tx:
            mine = await tx.fetchval(
                "SELECT 1 FROM sessions WHERE org_id = $1 AND id = $2 AND person = $3", org, session_id, who.person
            )
            if mine:
                await end_session(tx, session_id)
                return
    raise NotFound


async def names_of(door: Door, who: Principal) -> dict[uuid.UUID, str]:
    """The organizations that one may go to, by name."""
    names = {}
    for org in await organizations_of(door, who):
        async with door.database.tenant(_there(who, org)) as tx:
            names[org] = await organization_name(tx)
    return names


async def has_second(door: Door, person: str) -> bool:
    """Whether signing in with the password asks for a code besides."""
    async with door.database.platform() as tx:
        return bool(await tx.fetchval("SELECT totp IS NOT NULL FROM people WHERE id = $1", person))


async def weaken(door: Door, who: Principal) -> None:
    """No session of the person counts as strong any more."""
    for org in await organizations_of(door, who):
        async with door.database.tenant(_there(who, org)) as tx:
            await tx.execute("UPDATE sessions SET strong = false WHERE org_id = $1 AND person = $2", org, who.person)


async def describe(door: Door, token: str, browser: str) -> None:
    """What a session's owner shall know it by."""
    digest = door.peppers.digest("session", token)
    org = await organization_of(door.database, "session", digest)
    async with door.database.tenant(Principal(org=org, kind="system", id="sign-in", scopes=frozenset())) as tx:
        await tx.execute("UPDATE sessions SET browser = $3 WHERE org_id = $1 AND digest = $2", org, digest, browser)


async def end_everywhere(door: Door, who: Principal, *, keep: str | None = None) -> None:
    """Every session of the person, in all organizations; `keep` is the one that goes on."""
    person = person_of(who)
    for org in await organizations_of(door, who):
        async with door.database.tenant(_there(who, org)) as tx:
            await end_sessions(tx, person, keep=keep)


async def end_sessions(tx: TenantTx, person: str, *, keep: str | None = None) -> None:
    """Every session of a person in this organization."""
    rows = await tx.fetch("SELECT id FROM sessions WHERE org_id = $1 AND person = $2", tx.org, person)
    for row in rows:
        if row["id"] != keep:
            await end_session(tx, row["id"])


def person_of(who: Principal) -> str:
    """Forbidden for a session that a link opened."""
    if who.person is None:
        raise Forbidden("This was signed in by a link and belongs to no account.")
    return who.person


def _there(who: Principal, org: uuid.UUID) -> Principal:
    """The same person in another of their organizations, to act on their own account."""
    return replace(who, org=org, scopes=frozenset())
