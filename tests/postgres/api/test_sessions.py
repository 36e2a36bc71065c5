"""The dashboard's cookie on the same operations: read freely, change only from our own pages."""

import httpx
import pytest
from tests.postgres.api.conftest import House, anonymous

from flowyte.tenancy.browser import COOKIE
from flowyte.tenancy.sessions import create_session

OWN = "http://flowyte.example.com"


async def signed_in(house: House, role: str) -> httpx.AsyncClient:
    async with house.services.database.tenant(house.principal) as tx:
        token = await create_session(tx, house.services.peppers, house.services.clock, role=role)
    client = anonymous(house.app)
    client.headers["Cookie"] = f"{COOKIE}={token}"
    return client


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": OWN, "Sec-Fetch-Site": "same-origin"}, 201),
        ({}, 201),  # no browser: nothing sends the cookie by itself
        ({"Origin": "https://evil.example.org", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example.org"}, 403),
        ({"Origin": "http://flowyte.example.com.evil.example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": OWN, "Sec-Fetch-Site": "same-site"}, 403),
    ],
)
async def test_a_change_with_a_cookie_must_come_from_our_own_pages(
    house: House, headers: dict[str, str], status: int
) -> None:
    """A foreign page can make a browser send the cookie, but not hide where it comes from."""
    async with await signed_in(house, "owner") as client:
        answer = await client.post("/agents", json={"name": "A"}, headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "origin_not_allowed"


async def test_a_role_holds_its_scopes_and_no_more(house: House) -> None:
    """An analyst reads conversations, and neither changes agents nor sees keys."""
    async with await signed_in(house, "analyst") as client:
        assert (await client.get("/conversations")).status_code == 200
        assert (await client.post("/agents", json={"name": "A"})).json()["code"] == "missing_scope"
        assert (await client.get("/api-keys")).json()["code"] == "missing_scope"


async def test_a_key_gives_no_more_than_its_maker_holds(house: House) -> None:
    """The owner may hand out less; a name that is no scope is refused."""
    async with await signed_in(house, "owner") as client:
        made = await client.post("/api-keys", json={"name": "Desk", "scopes": ["agents:read", "keys:write"]})
        key = made.json()["data"]["key"]
    async with anonymous(house.app) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        beyond = await client.post("/api-keys", json={"name": "More", "scopes": ["agents:write"]})
        same = await client.post("/api-keys", json={"name": "Same"})
        assert (await client.delete(f"/api-keys/{made.json()['data']['id']}")).status_code == 200
        after = await client.get("/agents")
    assert (beyond.status_code, beyond.json()["errors"][0]["field"]) == (400, "scopes")
    assert sorted(same.json()["data"]["scopes"]) == ["agents:read", "keys:write"]
    assert after.status_code == 401
