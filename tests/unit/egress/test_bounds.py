"""The one way out ends within its time and size, whatever the other side does."""

import asyncio
import gzip
from collections.abc import Sequence

import httpcore
import pytest
from tests.unit.egress.house import HOUSE, LOOPBACK, Names, at, client
from tests.unit.egress.origin import Heard, saying, serving

from flowyte.egress.client import Limits, TooMuch
from flowyte.kit.errors import VendorFailed


@pytest.mark.parametrize("head", [b"content-length: 5000\r\n", b"", b"transfer-encoding: chunked\r\n"])
async def test_a_body_over_the_limit_is_given_up(head: bytes) -> None:
    """Whether its length was said before or not; the connection is closed, not kept for the next request."""
    body = b"7d0\r\n" + b"x" * 2000 + b"\r\n" if b"chunked" in head else b"x" * 5000

    async def say(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body)
        await writer.drain()

    async with serving(say, HOUSE) as house, client() as egress:
        with pytest.raises(TooMuch):
            await egress.request("GET", f"http://{HOUSE}:{house.port}/", limits=at(house, size=1000))
        await asyncio.wait_for(house.gone.wait(), 2)
        assert house.connections == 1


async def test_a_body_at_the_limit_is_taken() -> None:
    """To the byte."""
    async with serving(host=HOUSE) as house, client() as egress:
        url = f"http://{HOUSE}:{house.port}/"
        assert (await egress.request("GET", url, limits=at(house, size=2))).body == b"ok"
        with pytest.raises(TooMuch):
            await egress.request("GET", url, limits=at(house, size=1))


@pytest.mark.parametrize(
    "stage", [b"", b"HTTP/1.1 200 OK\r\nx-slow: ", b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n"]
)
async def test_a_slow_drip_ends_with_the_time(stage: bytes) -> None:
    """Bytes that keep coming do not renew it, neither in the head nor in the body; the connection is closed."""

    async def drip(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(stage)
        while True:
            await asyncio.sleep(0.02)
            if stage:
                writer.write(b"x")
            await writer.drain()

    async with serving(drip, HOUSE) as house, client() as egress:
        with pytest.raises(VendorFailed, match=r"0\.15 s"):
            async with asyncio.timeout(1):
                await egress.request("GET", f"http://{HOUSE}:{house.port}/", limits=at(house, seconds=0.15))


async def test_a_resolver_that_never_answers_ends_with_the_time() -> None:
    """The time is of the whole request, names included."""

    async def silent(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    async with client(silent) as egress:
        with pytest.raises(VendorFailed, match="did not answer"):
            await egress.request("GET", "http://example.com/", limits=Limits(seconds=0.05))


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000,
        b"HTTP/1.1 999999 \r\n\r\n",
        b"\x00\x01\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_the_vendors_fault(garbage: bytes) -> None:
    """Also a head that never ends: it is given up after 100 KiB."""
    async with serving(saying(x=garbage), HOUSE) as house, client() as egress:
        with pytest.raises(VendorFailed):
            await egress.request("GET", f"http://{HOUSE}:{house.port}/x", limits=at(house))


async def test_an_answer_is_not_unpacked() -> None:
    """None is asked for packed; one that comes so is given as it came, and its size is what was sent."""
    packed = gzip.compress(b"x" * 1_000_000)
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n".encode()
    async with serving(saying(bomb=head + packed), HOUSE) as house, client() as egress:
        url = f"http://{HOUSE}:{house.port}/bomb"
        answer = await egress.request("GET", url, limits=at(house, size=len(packed)))
        assert answer.body == packed
        assert house.heard[0].headers["accept-encoding"] == "identity"


async def test_a_silent_address_takes_no_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two addresses each has half of the time, so that the second is reached when the first drops everything."""
    tried: list[tuple[str, float | None]] = []

    async def silent(self: object, host: str, port: int, timeout: float | None, *_: object) -> None:
        tried.append((host, timeout))
        raise httpcore.ConnectTimeout

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", silent)
    async with client(Names(two_example_com=[["127.0.0.3", HOUSE]]), allowed=LOOPBACK) as egress:
        with pytest.raises(VendorFailed, match="could not be reached"):
            await egress.request("GET", "http://two.example.com/", limits=Limits(seconds=4))
    assert tried == [("127.0.0.3", 2.0), (HOUSE, 2.0)]
