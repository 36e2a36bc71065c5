"""Codes, recovery codes, letters, and what an organization asks of its people."""

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from flowyte.tenancy import attempts, audit, letters, members, passkeys, people, policy, second_factor, sessions
from flowyte.tenancy.passwords import Passwords
from flowyte.tenancy.people import Door, Half
from flowyte.tenancy.principal import Principal
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys
from flowyte.vault.sign import UrlSigner

from .test_people import PASSWORD, bring, found, mailbox, somewhere, who_is

SITE = passkeys.Site(id="voice.example.com", origins=("https://voice.example.com",))


@pytest.fixture
def door(database: Database, keys: FileKeys) -> Door:
    clock = SystemClock()
    return Door(database=database, peppers=Peppers(keys), clock=clock, passwords=Passwords(),
                signer=UrlSigner(keys, clock))  # fmt: skip


async def with_authenticator(door: Door, who: Principal) -> tuple[pyotp.TOTP, list[str]]:
    """A person's authenticator, set up with the code of the last half minute, so that the present one is still good."""
    seed = second_factor.new_seed()
    totp = pyotp.TOTP(second_factor.secret_of(door, who, seed).replace(" ", ""))
    begun = door.clock.now()
    try:
        code = totp.at(begun - timedelta(seconds=30))
        return totp, await second_factor.turn_on(door, who, seed=seed, code=code, password=PASSWORD)
    except Invalid:
        if int(begun.timestamp()) // 30 == int(door.clock.now().timestamp()) // 30:
            raise
    return await with_authenticator(door, who)  # a half minute ended while the password was looked at


async def half_of(door: Door, email: str) -> str:
    answer = await people.sign_in(door, email=email, password=PASSWORD, address=somewhere())
    assert isinstance(answer, Half)
    return answer.token


async def test_a_code_is_asked_for_and_taken_once(door: Door, organization: Principal) -> None:
    """The password gets half of the way; the code the rest, and the same code nothing more."""
    email = mailbox()
    owner = await found(door, organization, email)
    totp, _ = await with_authenticator(door, owner)
    code = totp.at(door.clock.now())
    half = await half_of(door, email)
    with pytest.raises(Unauthenticated):
        await sessions.authenticate_session(door.database, door.peppers, door.clock, half)
    token = await second_factor.finish_sign_in(door, half=half, code=code, address=somewhere())
    assert (await who_is(door, token)).person == owner.person
    for again in (half, await half_of(door, email)):
        with pytest.raises(Unauthenticated):
            await second_factor.finish_sign_in(door, half=again, code=code, address=somewhere())


async def test_wrong_codes_are_counted_wherever_they_come_from(door: Door, organization: Principal) -> None:
    """Ten wrong codes from ten addresses, and the eleventh is refused though it is right."""
    email = mailbox()
    owner = await found(door, organization, email)
    totp, _ = await with_authenticator(door, owner)
    half = await half_of(door, email)
    for tried in ("", "abc", "０００００１", *["000000"] * (attempts.MOST_OF_CODES - 3)):
        with pytest.raises(Unauthenticated):
            await second_factor.finish_sign_in(door, half=half, code=tried, address=somewhere())
    with pytest.raises(TooMany):
        await second_factor.finish_sign_in(door, half=half, code=totp.at(door.clock.now()), address=somewhere())


async def test_a_recovery_code_signs_in_once(door: Door, organization: Principal) -> None:
    """However it is typed; renewed codes end the old ones; without the authenticator there are none."""
    email = mailbox()
    owner = await found(door, organization, email)
    _, codes = await with_authenticator(door, owner)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    typed = codes[0].upper().replace("-", " ")
    half = await half_of(door, email)
    assert await second_factor.finish_sign_in(door, half=half, code=typed, address=somewhere())
    with pytest.raises(Unauthenticated):
        await second_factor.finish_sign_in(door, half=half, code=typed, address=somewhere())
    assert await second_factor.status(door, owner) == (True, second_factor.RECOVERY_CODES - 1)
    fresh = await second_factor.renew_codes(door, owner, password=PASSWORD)
    with pytest.raises(Unauthenticated):
        await second_factor.finish_sign_in(door, half=half, code=codes[1], address=somewhere())
    assert await second_factor.finish_sign_in(door, half=half, code=fresh[1], address=somewhere())
    await second_factor.turn_off(door, owner, password=PASSWORD)
    assert await second_factor.status(door, owner) == (False, 0)


async def test_nothing_is_added_or_removed_without_the_password(door: Door, organization: Principal) -> None:
    """Somebody at an open session can neither add a factor of theirs nor take the owner's away."""
    owner = await found(door, organization, mailbox())
    seed = second_factor.new_seed()
    code = pyotp.TOTP(second_factor.secret_of(door, owner, seed)).at(door.clock.now())
    with pytest.raises(Unauthenticated):
        await second_factor.turn_on(door, owner, seed=seed, code=code, password="not the password")
    with pytest.raises(Unauthenticated):
        await passkeys.ask_to_add(door, owner, SITE, password="not the password")
    with pytest.raises(Invalid):
        await second_factor.turn_on(door, owner, seed=seed, code="000000", password=PASSWORD)
    with pytest.raises(Invalid):
        await second_factor.turn_on(door, owner, seed="zz", code=code, password=PASSWORD)
    assert await second_factor.status(door, owner) == (False, 0)
    await with_authenticator(door, owner)
    for attempt in (second_factor.turn_off, second_factor.renew_codes):
        with pytest.raises(Unauthenticated):
            await attempt(door, owner, password="not the password")


async def test_the_secret_is_nowhere_in_the_database(door: Door, organization: Principal) -> None:
    """What is stored yields no codes without the key file."""
    owner = await found(door, organization, mailbox())
    totp, codes = await with_authenticator(door, owner)
    async with door.database.platform() as tx:
        row = await tx.fetchrow("SELECT totp FROM people WHERE id = $1", owner.person)
        kept = await tx.fetch("SELECT digest FROM recovery_codes WHERE person = $1", owner.person)
    assert row is not None
    assert bytes(row["totp"]) != totp.byte_secret()
    assert not {code.replace("-", "").encode() for code in codes} & {bytes(one["digest"]) for one in kept}


async def test_an_organization_may_ask_for_a_second_factor(door: Door, organization: Principal) -> None:
    """Who came in by a password alone reaches their own account and nothing else, and all of it with a code."""
    email = mailbox()
    owner = await found(door, organization, email)
    builder_mail = mailbox()
    builder = await bring(door, owner, builder_mail, "builder")
    asked = policy.Policy(second_factor=True)
    async with door.database.tenant(owner) as tx:
        with pytest.raises(Conflict):
            await policy.set_policy(tx, owner, asked)
    await with_authenticator(door, owner)
    async with door.database.tenant(owner) as tx:
        await policy.set_policy(tx, owner, asked)
    weak = await who_is(door, str(await people.sign_in(door, email=builder_mail, password=PASSWORD,
                                                       address=somewhere())))  # fmt: skip
    assert weak.scopes == {"account:own"}
    assert weak.person == builder.person
    totp, _ = await with_authenticator(door, weak)
    half = await half_of(door, builder_mail)
    token = await second_factor.finish_sign_in(door, half=half, code=totp.at(door.clock.now()), address=somewhere())
    assert "agents:write" in (await who_is(door, token)).scopes
    await second_factor.turn_off(door, weak, password=PASSWORD)
    assert (await who_is(door, token)).scopes == {"account:own"}


async def test_sessions_end_after_the_organizations_hours(door: Door, organization: Principal) -> None:
    """Also those that were begun before the hours were made fewer."""
    email = mailbox()
    owner = await found(door, organization, email)
    token = str(await people.sign_in(door, email=email, password=PASSWORD, address=somewhere()))
    async with door.database.tenant(owner) as tx:
        await tx.execute("UPDATE sessions SET created_at = created_at - interval '3 hours' WHERE org_id = $1", tx.org)
    assert await who_is(door, token)
    async with door.database.tenant(owner) as tx:
        await policy.set_policy(tx, owner, policy.Policy(session_hours=2))
    with pytest.raises(Unauthenticated):
        await who_is(door, token)


async def test_only_addresses_of_the_organizations_domains_are_invited(door: Door, organization: Principal) -> None:
    """A domain that only ends alike is another one; members who are there stay."""
    owner = await found(door, organization, mailbox())
    async with door.database.tenant(owner) as tx:
        for wrong in ("example", "exa mple.com", "-a.com", "*.example.com", ""):
            with pytest.raises(Invalid):
                await policy.set_policy(tx, owner, policy.Policy(email_domains=(wrong,)))
        await policy.set_policy(tx, owner, policy.Policy(email_domains=("example.org",)))
        for other in ("a@example.com", "a@notexample.org", "a@example.org.example.com"):
            with pytest.raises(Forbidden):
                await members.invite(tx, door, owner, email=other, role="builder")
        await members.invite(tx, door, owner, email="a@example.org", role="builder")
    assert await who_is(door, str(await people.switch(door, owner, owner.org)))


async def test_a_new_password_by_letter(door: Door, organization: Principal) -> None:
    """The link works once, ends every session, and does not step round the second factor."""
    email = mailbox()
    owner = await found(door, organization, email)
    await with_authenticator(door, owner)
    token = await letters.reset_token(door, email)
    assert token is not None
    assert await letters.reset_token(door, mailbox()) is None
    with pytest.raises(Invalid):
        await letters.reset(door, token, password="short", address=somewhere())
    await letters.reset(door, token, password="eight quiet harbours", address=somewhere())
    for used in (token, token[:-1], ""):
        with pytest.raises(Unauthenticated):
            await letters.reset(door, used, password="nine quiet harbours", address=somewhere())
    assert await people.sessions_of(door, owner) == []
    answer = await people.sign_in(door, email=email, password="eight quiet harbours", address=somewhere())
    assert isinstance(answer, Half)
    async with door.database.tenant(organization) as tx:
        actions = {event.action for event in await audit.events(tx, action="account")}
    assert actions == {"account.second_factor_added", "account.password_reset"}


async def test_signing_up_makes_an_organization_once(door: Door) -> None:
    """Its owner is who reads the mailbox; an account that exists gives its password."""
    email = mailbox()
    token = letters.sign_up_token(door, email)
    with pytest.raises(Invalid):
        await letters.sign_up(door, token, organization=" ", password=PASSWORD, address=somewhere())
    session = await letters.sign_up(door, token, organization="A practice", password=PASSWORD, address=somewhere())
    owner = await who_is(door, session)
    assert owner.role == "owner"
    with pytest.raises(Unauthenticated):
        await letters.sign_up(door, token, organization="B", password=PASSWORD, address=somewhere())
    other = letters.sign_up_token(door, email)
    with pytest.raises(Unauthenticated):
        await letters.sign_up(door, other, organization="C", password="not the password", address=somewhere())
    await letters.sign_up(door, other, organization="C", password=PASSWORD, address=somewhere())
    assert sorted((await people.names_of(door, owner)).values()) == ["A practice", "C"]


async def test_one_sees_and_ends_ones_own_sessions_only(door: Door, organization: Principal) -> None:
    """Another member's session is not there, also by its id."""
    email = mailbox()
    owner = await found(door, organization, email)
    builder = await bring(door, owner, mailbox(), "builder")
    token = str(await people.sign_in(door, email=email, password=PASSWORD, address="2001:db8::7"))
    await people.describe(door, token, "Firefox on Linux")
    mine = await people.sessions_of(door, owner)
    assert [(one.browser, one.address) for one in mine][:1] == [("Firefox on Linux", "2001:db8::7")]
    assert builder.id not in {one.id for one in mine}
    with pytest.raises(NotFound):
        await people.end_one(door, owner, builder.id)
    await people.end_one(door, owner, mine[0].id)
    with pytest.raises(Unauthenticated):
        await who_is(door, token)


async def test_a_passkeys_answer_is_taken_once_and_only_when_it_fits(door: Door, organization: Principal) -> None:
    """Nonsense in every part of it is refused without a trace; another person's question is not answered."""
    owner = await found(door, organization, mailbox())
    other = await bring(door, owner, mailbox(), "builder")
    asked = await passkeys.ask_to_add(door, owner, SITE, password=PASSWORD)
    with pytest.raises(Unauthenticated):
        await passkeys.add(door, other, SITE, token=asked.token, credential="{}", name="x")
    with pytest.raises(Invalid):
        await passkeys.add(door, owner, SITE, token=asked.token, credential="{}", name="x")
    with pytest.raises(Unauthenticated):  # spent by the first try
        await passkeys.add(door, owner, SITE, token=asked.token, credential="{}", name="x")
    for credential in ("", "[]", "{}", '{"rawId": 7}', '{"rawId": "AAAA"}', "x" * 30_000, '{"rawId": "é"}'):
        question = passkeys.ask_to_sign_in(door, SITE)
        with pytest.raises(Unauthenticated):
            await passkeys.sign_in(door, SITE, token=question.token, credential=credential, address=somewhere())
    assert await passkeys.list_passkeys(door, owner) == []


async def test_a_session_without_an_account_has_nothing_to_secure(door: Door, organization: Principal) -> None:
    """One that a link opened is told so by every verb on accounts."""
    visitor = replace(organization, kind="session", id="ses_x", role="owner")
    for attempt in (
        second_factor.turn_off(door, visitor, password=PASSWORD),
        people.sessions_of(door, visitor),
        people.end_everywhere(door, visitor),
        passkeys.remove(door, visitor, "psk_x"),
    ):
        if attempt.__name__ == "sessions_of":
            assert await attempt == []
        else:
            with pytest.raises(Forbidden):
                await attempt
