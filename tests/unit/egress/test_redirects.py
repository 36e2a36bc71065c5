"""Redirects: not followed unless asked for, each hop checked, nothing told to another host."""

import pytest
from tests.unit.egress.house import HOUSE, at, client
from tests.unit.egress.origin import redirect, saying, serving

from flowyte.egress.client import Denied
from flowyte.kit.errors import VendorFailed


async def test_a_redirect_is_an_answer_unless_asked_otherwise() -> None:
    """None is followed by default."""
    async with serving(saying(hop=redirect("/ok")), HOUSE) as house, client() as egress:
        answer = await egress.request("GET", f"http://{HOUSE}:{house.port}/hop", limits=at(house))
        assert (answer.status, answer.headers["location"]) == (302, "/ok")
        assert len(house.heard) == 1


async def test_redirects_are_followed_as_often_as_asked() -> None:
    """And not once more."""
    hops = saying(a=redirect("/b"), b=redirect("/c"), c=redirect("/d"))
    async with serving(hops, HOUSE) as house, client() as egress:
        url = f"http://{HOUSE}:{house.port}/a"
        assert (await egress.request("GET", url, limits=at(house, redirects=3))).body == b"ok"
        house.heard.clear()
        with pytest.raises(VendorFailed, match="more than 2 times"):
            await egress.request("GET", url, limits=at(house, redirects=2))
        assert [heard.path for heard in house.heard] == ["/a", "/b", "/c"]


@pytest.mark.parametrize(("status", "method", "body"), [(303, "GET", b""), (302, "GET", b""), (307, "POST", b"{}")])
async def test_a_redirect_keeps_or_drops_the_body_as_browsers_do(status: int, method: str, body: bytes) -> None:
    """With credentials, because it is the same host."""
    async with serving(saying(hop=redirect("/ok", status)), HOUSE) as house, client() as egress:
        sent = {"authorization": "Bearer x", "content-type": "application/json"}
        url = f"http://{HOUSE}:{house.port}/hop"
        await egress.request("POST", url, headers=sent, body=b"{}", limits=at(house, redirects=1))
        assert (house.heard[1].method, house.heard[1].body) == (method, body)
        assert house.heard[1].headers["authorization"] == "Bearer x"
        assert ("content-type" in house.heard[1].headers) == bool(body)


SECRETS = {
    "Authorization": "Bearer x",
    "Cookie": "a=b",
    "X-Api-Key": "k",
    "Proxy-Authorization": "p",
    "Accept": "text/*",
}


@pytest.mark.parametrize("other", ["other.example.com", "shop.example.com.example.org", HOUSE])
async def test_credentials_are_not_told_to_another_host(other: str) -> None:
    """Every header but a handful is dropped, not only those with well-known names."""
    async with serving(host=HOUSE) as second:
        onward = redirect(f"http://{other}:{second.port}/")
        async with serving(saying(hop=onward), HOUSE) as house, client() as egress:
            url, limits = f"http://shop.example.com:{house.port}/hop", at(house, second, redirects=1)
            await egress.request("GET", url, headers=SECRETS, limits=limits)
            assert "x-api-key" in house.heard[0].headers
            assert set(second.heard[0].headers) == {"host", "user-agent", "accept", "accept-encoding"}
            assert second.heard[0].headers["host"] == f"{other}:{second.port}"


async def test_another_port_is_another_host() -> None:
    """Who listens there may be somebody else."""
    async with serving(host=HOUSE) as second:
        onward = redirect(f"http://{HOUSE}:{second.port}/")
        async with serving(saying(hop=onward), HOUSE) as house, client() as egress:
            url, limits = f"http://{HOUSE}:{house.port}/hop", at(house, second, redirects=1)
            await egress.request("GET", url, headers=SECRETS, limits=limits)
            assert "authorization" not in second.heard[0].headers


@pytest.mark.parametrize("status", [307, 308])
async def test_a_body_is_not_carried_to_another_host(status: int) -> None:
    """307 and 308 would repeat it there."""
    async with serving(host=HOUSE) as second:
        onward = redirect(f"http://other.example.com:{second.port}/", status)
        async with serving(saying(hop=onward), HOUSE) as house, client() as egress:
            url, limits = f"http://shop.example.com:{house.port}/hop", at(house, second, redirects=1)
            with pytest.raises(Denied, match="another host"):
                await egress.request("POST", url, body=b"secret", limits=limits)
        assert second.connections == 0


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:99999999999/", "http://[::1", "//a@b/", "http://xn--/", "//é/", "//" + "a" * 70_000]
)
async def test_a_redirect_into_nonsense_is_refused(location: str) -> None:
    """As an error of ours with a message, whatever the other side writes."""
    async with serving(saying(hop=redirect(location)), HOUSE) as house, client() as egress:
        with pytest.raises((Denied, VendorFailed)):
            await egress.request("GET", f"http://{HOUSE}:{house.port}/hop", limits=at(house, redirects=1))
