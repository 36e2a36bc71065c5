"""Accounts on the pages: two tabs in two organizations, and somebody without the second factor that is asked for."""

from tests.postgres.dashboard.conftest import House

from flowyte.tenancy import members, people, policy
from flowyte.tenancy.people import Account
from flowyte.tenancy.sessions import authenticate_session


async def test_a_page_of_another_organization_changes_nothing(house: House) -> None:
    """One tab goes to another organization; the form that is still open in the first is refused, and says why."""
    token = await house.session(house.principal)
    pages = house.pages
    who = await authenticate_session(pages.database, pages.peppers, pages.clock, token)
    assert who.person is not None
    async with pages.database.tenant(house.other) as tx:
        await members.join(tx, Account(id=who.person, new=False), "same@example.com", "owner")
    async with house.browser(token) as browser:
        first_tab = await browser.get("/members")
        stated = f'<input type="hidden" name="of_organization" value="{house.principal.org}">'
        assert first_tab.text.count(stated) == first_tab.text.count('method="post"')
        switched = await browser.post("/account/switch", data={"organization": str(house.other.org)})
        assert switched.headers["location"] == "/"
        second_tab = await browser.get("/members")
        assert f'value="{house.other.org}"' in second_tab.text
        invitation = {"email": "desk@example.com", "role": "builder"}
        refused = await browser.post("/members", data={**invitation, "of_organization": str(house.principal.org)})
        assert refused.status_code == 409
        assert "another organization" in refused.text
        for org in (house.principal, house.other):
            async with pages.database.tenant(org) as tx:
                assert await members.list_invites(tx, pages.clock.now()) == []
        taken = await browser.post("/members", data={**invitation, "of_organization": str(house.other.org)})
        assert taken.status_code == 200
    assert await people.names_of(pages.door, who)


async def test_one_cannot_go_where_one_does_not_belong(house: House) -> None:
    """The other organization and one that never was are answered alike."""
    async with house.browser(await house.session(house.principal)) as browser:
        answers = [
            await browser.post("/account/switch", data={"organization": str(org)})
            for org in (house.other.org, "00000000-0000-4000-8000-000000000000", "nonsense", "")
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1


async def test_without_the_second_factor_there_is_the_account_and_nothing_else(house: House) -> None:
    """Every page leads there; it says what to do, and shows nothing of the organization's."""
    token = await house.session(house.principal)
    async with house.pages.database.tenant(house.principal) as tx:
        await policy.set_policy(tx, house.principal, policy.Policy(second_factor=True))
    async with house.browser(token) as browser:
        for path in ("/", "/agents", "/conversations", "/members", "/audit"):
            assert (await browser.get(path)).headers["location"] == "/account"
        account = await browser.get("/account")
        assert account.status_code == 200
        assert "asks for more than a password" in account.text
        assert (await browser.get("/account/authenticator")).status_code == 200
        assert (await browser.post("/api-keys", data={"name": "a"})).headers.get("location") == "/account"
        assert (await browser.post("/sign-out")).headers["location"] == "/sign-in"


async def test_only_owners_and_admins_set_the_policy(house: House) -> None:
    """Nonsense is refused on the page and changes nothing."""
    async with house.browser(await house.session(house.principal, "builder")) as builder:
        assert (await builder.post("/members/policy", data={"session_hours": "1"})).status_code == 403
    async with house.browser(await house.session(house.principal)) as owner:
        for field, value in (("session_hours", "0"), ("session_hours", "x"), ("session_hours", "9" * 30),
                             ("email_domains", "http://example.com"), ("second_factor", "on")):  # fmt: skip
            sent = {"session_hours": "10", "email_domains": "", field: value}
            assert (await owner.post("/members/policy", data=sent)).status_code == 400, (field, value)
        sent = {"session_hours": "10", "email_domains": "example.com, example.org"}
        assert (await owner.post("/members/policy", data=sent)).status_code == 303
    async with house.pages.database.tenant(house.principal) as tx:
        kept = await policy.get_policy(tx)
    assert kept == policy.Policy(session_hours=10, email_domains=("example.com", "example.org"))
