"""People in one database: accounts, sessions, invitations, and an owner that there always is."""

import asyncio
import base64
import secrets
from dataclasses import replace

import pytest

from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from flowyte.tenancy import attempts, members, people, sessions
from flowyte.tenancy.passwords import Passwords
from flowyte.tenancy.people import Door
from flowyte.tenancy.principal import Principal
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys
from flowyte.vault.sign import UrlSigner

PASSWORD = "seven quiet harbours"


@pytest.fixture
def door(database: Database, keys: FileKeys) -> Door:
    return Door(
        database=database,
        peppers=Peppers(keys),
        clock=SystemClock(),
        passwords=Passwords(),
        signer=UrlSigner(keys, SystemClock()),
    )


def mailbox(name: str = "owner") -> str:
    return f"{name}-{secrets.token_hex(4)}@example.com"


def somewhere() -> str:
    """An address of its own for each test, so that no test uses up another's guesses."""
    return f"2001:db8::{secrets.token_hex(2)}:{secrets.token_hex(2)}"


async def who_is(door: Door, token: str) -> Principal:
    return await sessions.authenticate_session(door.database, door.peppers, door.clock, token)


async def found(door: Door, organization: Principal, email: str) -> Principal:
    """The first owner of an organization, by the link that `flowyte up` prints."""
    async with door.database.tenant(organization) as tx:
        link = await sessions.create_link(tx, door.peppers, door.clock)
    visitor = await who_is(door, await sessions.redeem_link(door.database, door.peppers, door.clock, link))
    visitor = replace(visitor, address=somewhere())
    return await who_is(door, await members.claim(door, visitor, email=email, password=PASSWORD))


async def bring(door: Door, owner: Principal, email: str, role: str) -> Principal:
    async with door.database.tenant(owner) as tx:
        _, token = await members.invite(tx, door, owner, email=email, role=role)
    return await who_is(door, await members.accept(door, token, password=PASSWORD, address=somewhere()))


async def test_the_first_owner_gets_an_account_and_signs_in_with_it(door: Door, organization: Principal) -> None:
    """A link's session becomes an owner's; the address in another spelling and the password open the same account."""
    email = mailbox()
    owner = await found(door, organization, email)
    assert (owner.org, owner.role) == (organization.org, "owner")
    again = await people.sign_in(door, email=f" {email.upper()} ", password=PASSWORD, address=somewhere())
    assert (await who_is(door, again)).person == owner.person


async def test_wrong_passwords_and_unknown_addresses_are_answered_alike(door: Door, organization: Principal) -> None:
    """A wrong password, an unknown address, what is no address and an overlong password: one and the same refusal."""
    email = mailbox()
    await found(door, organization, email)
    messages = set()
    for tried, password in ((email, "wrong"), (mailbox(), PASSWORD), ("nobody", PASSWORD), (email, "x" * 100_000)):
        with pytest.raises(Unauthenticated) as refused:
            await people.sign_in(door, email=tried, password=password, address=somewhere())
        messages.add(str(refused.value))
    assert len(messages) == 1


async def test_guessing_stops_and_locks_out_nobody_else(door: Door, organization: Principal) -> None:
    """After ten guesses an address may not try this account, be it there or not; its owner signs in from elsewhere."""
    email, unknown = mailbox(), mailbox()
    await found(door, organization, email)
    for tried in (email, unknown):
        stranger = somewhere()
        for _ in range(attempts.MOST_OF_ACCOUNT):
            await attempts.count(door.database, door.peppers, door.clock, stranger, tried)
        with pytest.raises(TooMany):
            await people.sign_in(door, email=tried, password=PASSWORD, address=stranger)
    assert await people.sign_in(door, email=email, password=PASSWORD, address=somewhere())


async def test_guesses_at_once_are_all_counted(door: Door) -> None:
    """Forty guesses in the same moment: ten pass."""
    stranger, email = somewhere(), mailbox()
    answers = await asyncio.gather(
        *(attempts.count(door.database, door.peppers, door.clock, stranger, email) for _ in range(40)),
        return_exceptions=True,
    )
    assert sum(answer is None for answer in answers) == attempts.MOST_OF_ACCOUNT


async def test_an_invitation_brings_one_person_in_once(door: Door, organization: Principal) -> None:
    """The link makes a member of the role; followed again, withdrawn or replaced it opens nothing."""
    owner = await found(door, organization, mailbox())
    async with door.database.tenant(owner) as tx:
        _, replaced = await members.invite(tx, door, owner, email="Desk@example.com", role="analyst")
        _, token = await members.invite(tx, door, owner, email="desk@example.com", role="builder")
    invited = mailbox("builder")
    builder = await bring(door, owner, invited, "builder")
    assert (builder.org, builder.role) == (owner.org, "builder")
    async with door.database.tenant(owner) as tx:
        waiting = await members.list_invites(tx, door.clock.now())
        assert [entry.role for entry in waiting] == ["builder"]
        await members.withdraw(tx, waiting[0].id)
        with pytest.raises(Conflict, match="already"):
            await members.invite(tx, door, owner, email=invited, role="admin")
    for dead in (replaced, token, "", "made-up"):
        with pytest.raises(Unauthenticated):
            await members.accept(door, dead, password=PASSWORD, address=somewhere())


async def test_of_two_who_follow_an_invitation_one_gets_in(door: Door, organization: Principal) -> None:
    """At the same moment, from two browsers: one session, one member."""
    owner = await found(door, organization, mailbox())
    async with door.database.tenant(owner) as tx:
        _, token = await members.invite(tx, door, owner, email=mailbox(), role="builder")
    answers = await asyncio.gather(
        *(members.accept(door, token, password=PASSWORD, address=somewhere()) for _ in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Unauthenticated", "str"]


async def test_an_invitation_does_not_take_over_an_account(door: Door, organization: Principal) -> None:
    """Whoever holds a link for an address that has an account needs its password; the link is not used up."""
    email = mailbox("builder")
    owner = await found(door, organization, mailbox())
    await bring(door, owner, email, "builder")
    async with door.database.tenant(owner) as tx:
        builder = next(entry for entry in await members.list_members(tx) if entry.email == email)
        await members.remove(tx, owner, builder.id)
        _, token = await members.invite(tx, door, owner, email=email, role="admin")
    with pytest.raises(Unauthenticated):
        await members.accept(door, token, password="another long password", address=somewhere())
    back = await who_is(door, await members.accept(door, token, password=PASSWORD, address=somewhere()))
    assert (back.person, back.role) == (builder.id, "admin")


async def test_the_last_owner_stays(door: Door, organization: Principal) -> None:
    """It cannot leave or step down; after a transfer the new owner stands in the same place."""
    owner = await found(door, organization, mailbox())
    builder = await bring(door, owner, mailbox(), "builder")
    assert owner.person
    assert builder.person
    async with door.database.tenant(owner) as tx:
        with pytest.raises(members.LastOwner):
            await members.remove(tx, owner, owner.person)
        with pytest.raises(members.LastOwner):
            await members.change_role(tx, owner, owner.person, "admin")
        await members.transfer(tx, owner, builder.person)
        roles = {entry.id: entry.role for entry in await members.list_members(tx)}
    assert roles == {owner.person: "admin", builder.person: "owner"}


async def test_two_owners_cannot_both_leave(door: Door, organization: Principal) -> None:
    """At the same moment: one is gone, the other is refused."""
    first = await found(door, organization, mailbox())
    second = await bring(door, first, mailbox(), "owner")

    async def leave(who: Principal) -> None:
        assert who.person
        async with door.database.tenant(who) as tx:
            await members.remove(tx, who, who.person)

    answers = await asyncio.gather(leave(first), leave(second), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["LastOwner", "NoneType"]


async def test_nobody_gives_more_than_they_hold(door: Door, organization: Principal) -> None:
    """An admin makes no owner and touches none; a builder changes nobody, and may leave."""
    owner = await found(door, organization, mailbox())
    admin = await bring(door, owner, mailbox(), "admin")
    builder = await bring(door, owner, mailbox(), "builder")
    assert owner.person
    assert admin.person
    assert builder.person
    async with door.database.tenant(admin) as tx:
        with pytest.raises(Forbidden):
            await members.invite(tx, door, admin, email=mailbox(), role="owner")
        with pytest.raises(Forbidden):
            await members.change_role(tx, admin, admin.person, "owner")
        with pytest.raises(Forbidden):
            await members.change_role(tx, admin, owner.person, "analyst")
        with pytest.raises(Invalid):
            await members.change_role(tx, admin, builder.person, "king")
    async with door.database.tenant(builder) as tx:
        with pytest.raises(Forbidden):
            await members.remove(tx, builder, admin.person)
        await members.remove(tx, builder, builder.person)


async def test_a_removed_member_is_out_at_once(door: Door, organization: Principal) -> None:
    """A changed role holds at the next request; after removal the open session and the password open nothing."""
    email = mailbox()
    owner = await found(door, organization, mailbox())
    builder = await bring(door, owner, email, "builder")
    assert builder.person
    token = await people.sign_in(door, email=email, password=PASSWORD, address=somewhere())
    async with door.database.tenant(owner) as tx:
        await members.change_role(tx, owner, builder.person, "analyst")
    assert (await who_is(door, token)).role == "analyst"
    async with door.database.tenant(owner) as tx:
        await members.remove(tx, owner, builder.person)
    with pytest.raises(Unauthenticated):
        await who_is(door, token)
    with pytest.raises(Unauthenticated):
        await people.sign_in(door, email=email, password=PASSWORD, address=somewhere())


async def test_one_person_goes_between_organizations(
    door: Door, organization: Principal, other_organization: Principal
) -> None:
    """The same account in two; switching ends the one session; an organization of others is not found."""
    email = mailbox()
    here = await found(door, organization, email)
    host = await found(door, other_organization, mailbox())
    there = await bring(door, host, email, "analyst")
    assert there.person == here.person
    token = await people.sign_in(door, email=email, password=PASSWORD, address=somewhere())
    moved = await people.switch(door, await who_is(door, token), other_organization.org)
    assert ((await who_is(door, moved)).org, (await who_is(door, moved)).role) == (other_organization.org, "analyst")
    with pytest.raises(Unauthenticated):
        await who_is(door, token)
    with pytest.raises(NotFound):
        await people.switch(door, host, organization.org)


async def test_a_sessions_token_is_256_bits_and_never_the_same(door: Door, organization: Principal) -> None:
    """From the system's own source (tests/architecture/test_dangerous.py), and the database does not hold it."""
    email = mailbox()
    await found(door, organization, email)
    tokens = [str(await people.sign_in(door, email=email, password=PASSWORD, address=somewhere())) for _ in range(3)]
    assert len(set(tokens)) == 3
    assert [len(base64.urlsafe_b64decode(token + "=")) for token in tokens] == [32, 32, 32]
    async with door.database.tenant(organization) as tx:
        rows = await tx.fetch("SELECT s::text AS row FROM sessions s WHERE org_id = $1", tx.org)
    assert not any(token in row["row"] for token in tokens for row in rows)


async def test_a_changed_password_ends_the_other_sessions(door: Door, organization: Principal) -> None:
    """The session that changes it goes on, the others end, and only the new password opens."""
    email = mailbox()
    owner = await found(door, organization, email)
    other = await people.sign_in(door, email=email, password=PASSWORD, address=somewhere())
    token = await people.sign_in(door, email=email, password=PASSWORD, address=somewhere())
    mine = replace(await who_is(door, token), address=somewhere())
    with pytest.raises(Unauthenticated):
        await people.change_password(door, mine, old="wrong", new="eight quiet harbours")
    with pytest.raises(Invalid):
        await people.change_password(door, mine, old=PASSWORD, new="short")
    await people.change_password(door, mine, old=PASSWORD, new="eight quiet harbours")
    assert (await who_is(door, token)).person == owner.person
    for ended in (other, token[:-1]):
        with pytest.raises(Unauthenticated):
            await who_is(door, ended)
    with pytest.raises(Unauthenticated):
        await people.sign_in(door, email=email, password=PASSWORD, address=somewhere())


async def test_a_stolen_table_holds_no_address_and_no_bare_password(door: Door, organization: Principal) -> None:
    """What every organization could read of an account is digests; the hash is not of the password itself."""
    email = mailbox()
    owner = await found(door, organization, email)
    async with door.database.platform() as tx:
        row = await tx.fetchrow("SELECT * FROM people WHERE id = $1", owner.person)
    assert row is not None
    assert row["password"].startswith("$argon2id$")
    assert email not in str(dict(row))
    assert PASSWORD not in str(dict(row))
