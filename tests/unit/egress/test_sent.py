"""What a request of the one way out says, and what it cannot be made to say."""

import pytest
from tests.unit.egress.house import HOUSE, Names, at, client
from tests.unit.egress.origin import saying, serving

from flowyte.egress.client import Denied
from flowyte.kit.errors import Invalid


async def test_a_request_says_what_it_should_and_nothing_else() -> None:
    """The host as it was named, our name, the length; a GET without a body has none."""
    async with serving(host=HOUSE) as house, client() as egress:
        url = f"http://Shop.Example.com.:{house.port}/a/b?c=d#part"
        await egress.request("POST", url, headers={"X-One": " 1 "}, body=b"{}", limits=at(house))
        await egress.request("GET", url, limits=at(house))
    posted, got = house.heard
    host = f"shop.example.com:{house.port}"
    always = {"host": host, "user-agent": "flowyte", "accept-encoding": "identity"}
    assert (posted.method, posted.path, posted.body) == ("POST", "/a/b?c=d", b"{}")
    assert posted.headers == {**always, "x-one": "1", "content-length": "2"}
    assert (got.method, got.headers) == ("GET", always)


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\ncontent-length: 500\r\n\r\n"),
        ("DELETE", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        ("OPTIONS", b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
    ],
)
async def test_an_answer_without_a_body_is_an_answer(method: str, answer: bytes) -> None:
    """And its connection serves the next request."""
    async with serving(saying(empty=answer), HOUSE) as house, client() as egress:
        found = await egress.request(method, f"http://{HOUSE}:{house.port}/empty", limits=at(house))
        assert found.body == b""
        assert (await egress.request("GET", f"http://{HOUSE}:{house.port}/", limits=at(house))).body == b"ok"
        assert house.connections == 1


async def test_a_refusal_leaves_the_client_as_it_was() -> None:
    """A connection that was open before still serves, and one that was refused is not kept."""
    async with serving(host=HOUSE) as house, client(Names(inside=[["127.0.0.1"]])) as egress:
        url = f"http://{HOUSE}:{house.port}/"
        await egress.request("GET", url, limits=at(house))
        for _ in range(3):
            with pytest.raises(Denied):
                await egress.request("GET", f"http://inside:{house.port}/", limits=at(house))
        await egress.request("GET", url, limits=at(house))
        assert house.connections == 1
        assert len(egress._pool.connections) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"x-one": "a\r\nx-two: b"}, {"x-one": "a\nb"}, {"x-one": "a\rb"}, {"x-one": "a\x00"}, {"x-one": "\x7f"},
        {"x-one": "café"}, {"x-one\r\nx-two": "b"}, {"x one": "b"}, {"x-one:": "b"}, {"": "b"}, {"ⅹ": "b"},
        {"Host": "inside"}, {"Content-Length": "0"}, {"Transfer-Encoding": "chunked"}, {"connection": "upgrade"},
        {"upgrade": "h2c"}, {"expect": "100-continue"}, {"TE": "trailers"}, {"accept-encoding": "gzip"},
    ],
    ids=ascii,
)  # fmt: skip
async def test_a_header_that_is_none_is_the_callers_fault(headers: dict[str, str], opened: list[str]) -> None:
    """It is said which, without its value, which may be secret; nothing is sent."""
    async with serving(host=HOUSE) as house, client() as egress:
        with pytest.raises(Invalid) as refused:
            await egress.request("POST", f"http://{HOUSE}:{house.port}/", headers=headers, limits=at(house))
        assert refused.value.fault == "caller"
        assert "x-two: b" not in refused.value.message
    assert opened == []


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "get", "GET / HTTP/1.1\r\nx:", ""])
async def test_a_method_that_is_none_is_the_callers_fault(method: str) -> None:
    """CONNECT would make a tunnel of it."""
    async with client() as egress:
        with pytest.raises(Invalid):
            await egress.request(method, "http://example.com/")


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would connect to what was never checked, and read what is sent."""
    async with serving() as proxy, serving(host=HOUSE) as house:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{proxy.port}")
        async with client() as egress:
            await egress.request("GET", f"http://shop.example.com:{house.port}/", limits=at(house))
        assert (proxy.connections, house.connections) == (0, 1)
