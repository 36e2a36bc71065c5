"""A voice server on a real socket, with calls that do little."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from flowyte.channels.limits import Limits
from flowyte.channels.line import Arrival, Opened
from flowyte.channels.server import VoiceServer
from flowyte.kit.clock import SystemClock
from flowyte.kit.errors import Unauthenticated, Unavailable
from flowyte.live.ports import Leg, Note

TONE = b"\x10\x27" * 320


class ToneCall:
    """Speaks 200 ms of tone and remembers what it hears; ends when a key is pressed or the line is lost."""

    def __init__(self, leg: Leg) -> None:
        self.leg = leg
        self.heard: list[bytes] = []
        self.keys: list[str] = []
        self.cause = ""
        self.over = asyncio.Event()

    def hear(self, pcm: bytes) -> None:
        self.heard.append(pcm)

    def key(self, digit: str) -> None:
        self.keys.append(digit)
        if digit == "#":
            self.leg.show(Note(kind="ended", text="agent_ended"))
            self.leg.close("agent_ended")
            self.over.set()
        else:
            self.leg.clear()

    def lost(self, cause: str) -> None:
        assert not self.cause
        self.cause = cause
        self.over.set()

    async def run(self) -> None:
        for _ in range(10):
            self.leg.play(TONE[: self.leg.rate // 25])
        await self.over.wait()


class Exchange:
    """Opens calls for the tokens `good` and `slow`, refuses others, is busy for `busy`, breaks for `broken`."""

    def __init__(self) -> None:
        self.calls: list[ToneCall] = []

    async def open(self, arrival: Arrival, leg: Leg) -> Opened:
        if arrival.token == "busy":
            raise Unavailable
        if arrival.token == "broken":
            raise RuntimeError("the exchange is broken")
        if arrival.token == "slow":
            await asyncio.sleep(0.2)
        elif arrival.token != "good":
            raise Unauthenticated
        call = ToneCall(leg)
        self.calls.append(call)
        return Opened(call=call, conversation_id="conv_1")  # type: ignore[arg-type]


class Place:
    def __init__(self, server: VoiceServer, exchange: Exchange, address: tuple[str, int]) -> None:
        self.server, self.exchange, self.address = server, exchange, address
        self.url = f"ws://{address[0]}:{address[1]}"


@pytest.fixture
def serving():
    @asynccontextmanager
    async def serve(**limits: object) -> AsyncIterator[Place]:
        exchange = Exchange()
        server = VoiceServer(exchange.open, clock=SystemClock(), limits=Limits(**limits))  # type: ignore[arg-type]
        async with server.serving("127.0.0.1", 0) as address:
            yield Place(server, exchange, address)

    return serve
