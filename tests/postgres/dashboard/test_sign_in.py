"""One-time links and the cookie that they are traded for."""

from dataclasses import replace

from tests.postgres.dashboard.conftest import House

from flowyte.tenancy.sessions import create_link


async def link_of(house: House) -> str:
    async with house.pages.database.tenant(house.principal) as tx:
        return await create_link(tx, house.pages.peppers, house.pages.clock)


async def test_looking_at_the_link_does_not_use_it_up(house: House) -> None:
    """A program that opens links before people do sees a button; the person still gets in."""
    link = await link_of(house)
    async with house.browser() as client:
        for _ in range(3):
            assert "Sign in</button>" in (await client.get(f"/sign-in?link={link}")).text
        answer = await client.post("/sign-in", data={"link": link})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert (await client.get("/")).status_code == 200


async def test_a_link_signs_in_once(house: House) -> None:
    """The second who follows it is told why not."""
    link = await link_of(house)
    async with house.browser() as first, house.browser() as second:
        assert (await first.post("/sign-in", data={"link": link})).status_code == 303
        refused = await second.post("/sign-in", data={"link": link})
        assert refused.status_code == 401
        assert "used before" in refused.text
        assert "set-cookie" not in refused.headers
        assert (await second.get("/")).status_code == 303


async def test_the_cookie_is_closed_to_scripts_and_other_sites(house: House) -> None:
    """HttpOnly and SameSite always; over https the name itself makes browsers insist on Secure and on this host."""
    async with house.browser() as client:
        plain = (await client.post("/sign-in", data={"link": await link_of(house)})).headers["set-cookie"]
        house.app.state.pages = replace(house.pages, secure=True)
        secure = (await client.post("/sign-in", data={"link": await link_of(house)})).headers["set-cookie"]
    for cookie in (plain, secure):
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Domain" not in cookie
    assert plain.startswith("flowyte_session=")
    assert secure.startswith("__Host-flowyte_session=")
    assert "Secure" in secure


async def test_signing_out_ends_the_session_everywhere(house: House) -> None:
    """Somebody who kept the cookie gets nowhere with it."""
    token = await house.session(house.principal)
    async with house.browser(token) as client, house.browser(token) as copy:
        assert (await copy.get("/")).status_code == 200
        assert (await client.post("/sign-out")).status_code == 303
        assert (await copy.get("/")).headers["location"] == "/sign-in"
