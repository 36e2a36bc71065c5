"""The voice server over real sockets: every way in which a line can end, and that the others go on."""

import asyncio
import base64
import json

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect

from flowyte.channels.phone_client import BargeIn, place_call
from flowyte.media.level import rms

FORMAT = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
MEDIA = json.dumps({"event": "media", "media": {"payload": base64.b64encode(bytes(160)).decode()}, "streamSid": "MZ1"})


async def browser(place, token: str = "good") -> ClientConnection:
    socket = await connect(f"{place.url}/voice/browser?token={token}")
    await socket.send('{"type":"hello"}')
    return socket


async def twilio(place, token: str = "good") -> ClientConnection:
    socket = await connect(f"{place.url}/voice/twilio/stream")
    await socket.send('{"event":"connected"}')
    start = {"mediaFormat": FORMAT, "customParameters": {"token": token}}
    await socket.send(json.dumps({"event": "start", "streamSid": "MZ1", "start": start}))
    return socket


async def closed(socket: ClientConnection, within_s: float = 4) -> int:
    """The close code, whatever comes before it."""
    async with asyncio.timeout(within_s):
        try:
            while True:
                await socket.recv()
        except websockets.ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006


async def cause_of(place, number: int = 0) -> str:
    async with asyncio.timeout(4):
        while len(place.exchange.calls) <= number or not place.exchange.calls[number].over.is_set():
            await asyncio.sleep(0.01)
    return place.exchange.calls[number].cause


async def test_a_browser_talks(serving) -> None:
    """Frames go both ways, a key is told, and the end is announced with the conversation's id."""
    async with serving() as place:
        socket = await browser(place)
        assert len(await socket.recv()) == 640
        await socket.send(bytes(640))
        await socket.send('{"type":"key","digit":"1"}')
        while (text := await socket.recv()) != '{"type":"cut"}':
            assert isinstance(text, bytes)
        await socket.send('{"type":"key","digit":"#"}')
        assert json.loads(await socket.recv()) == {
            "type": "ended",
            "cause": "agent_ended",
            "conversationId": "conv_1",
        }
        assert await closed(socket) == 1000
        assert place.exchange.calls[0].heard == [bytes(640)]


async def test_a_telephone_talks(serving) -> None:
    """The shipped telephone hears the agent, says its words in turn and hangs up."""
    async with serving() as place:
        call = await place_call(f"{place.url}/voice/twilio/stream", "good", [b"\x10\x27" * 1600], max_seconds=3)
        assert await cause_of(place) == "caller_hung_up"
        kinds = [event.kind for event in call.events]
        assert kinds[:3] == ["agent_from", "agent_to", "caller_from"]
        assert len(call.reply_pcm) == len(call.caller_pcm)
        loud = [frame for frame in place.exchange.calls[0].heard if rms(frame) > 9_000]
        assert len(loud) == 10


async def test_a_telephone_interrupts(serving) -> None:
    """Words that are to fall into the agent's speech are said there."""
    async with serving() as place:
        barge = BargeIn(reply=0, after_ms=60, pcm=b"\x10\x27" * 800)
        call = await place_call(f"{place.url}/voice/twilio/stream", "good", [], max_seconds=1, barge_in=[barge])
        spans = {event.kind: event.at_ms for event in call.events}
        assert spans["agent_from"] < spans["caller_from"] < spans["agent_to"]


@pytest.mark.parametrize(("token", "code"), [("bad", 1008), ("busy", 1013), ("broken", 1011)])
async def test_a_refused_call_says_so(serving, token: str, code: int) -> None:
    """A bad token, a full house and a broken part close the connection with their own codes."""
    async with serving() as place:
        socket = await browser(place, token)
        ended = json.loads(await socket.recv())
        assert ended["type"] == "ended"
        assert await closed(socket) == code
        assert place.server.calls == 0


@pytest.mark.parametrize(
    ("message", "code"),
    [("{", 1002), (bytes(3), 1002), ('{"type":"dance"}', 1002), (bytes(5000), 1002), (bytes(20_000), 1009)],
)
async def test_a_message_that_is_not_the_wire_ends_its_own_call_only(serving, message, code: int) -> None:
    """The call ends as leg_invalid; a second call beside it hears and speaks on."""
    async with serving() as place:
        other, socket = await browser(place), await browser(place)
        await socket.recv()
        await socket.send(message)
        assert await closed(socket) == code
        assert await cause_of(place, 1) == "leg_invalid"
        await other.send(bytes(640))
        await other.send('{"type":"key","digit":"#"}')
        assert await closed(other) == 1000
        assert place.exchange.calls[0].heard == [bytes(640)]


async def test_fragments_are_refused(serving) -> None:
    """A message comes in one piece."""
    async with serving() as place:
        socket = await browser(place)
        await socket.recv()
        await socket.send([bytes(320), bytes(320)])
        assert await closed(socket) == 1002
        assert await cause_of(place) == "leg_invalid"


async def test_another_codec_ends_before_a_call(serving) -> None:
    """A stream that is not µ-law at 8,000 Hz opens no call."""
    async with serving() as place:
        socket = await connect(f"{place.url}/voice/twilio/stream")
        await socket.send('{"event":"connected"}')
        start = {"mediaFormat": FORMAT | {"encoding": "audio/opus"}, "customParameters": {"token": "good"}}
        await socket.send(json.dumps({"event": "start", "streamSid": "MZ1", "start": start}))
        assert await closed(socket) == 1002
        assert place.exchange.calls == []


async def test_a_flood_ends_its_call(serving) -> None:
    """More messages in a second than any line sends end the call as leg_flooded."""
    async with serving(messages_a_second=100) as place:
        socket = await twilio(place)
        await socket.recv()
        for _ in range(300):
            await socket.send(MEDIA)
        assert await closed(socket) == 1008
        assert await cause_of(place) == "leg_flooded"


async def test_a_connection_that_says_nothing_is_closed(serving) -> None:
    """A place is held for the first message only so long."""
    async with serving(first_message_ms=500) as place:
        socket = await connect(f"{place.url}/voice/browser?token=good")
        assert await closed(socket) in (1008, 1006)
        assert place.exchange.calls == []


async def test_a_peer_that_does_not_read_is_given_up(serving) -> None:
    """When nobody takes the agent's sound the call ends as leg_stalled, and memory does not grow meanwhile."""
    async with serving(unread_bytes=4096, unread_ms=500) as place:
        reader, writer = await asyncio.open_connection(*place.address, limit=1024)
        writer.write(
            b"GET /voice/browser?token=good HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        writer.write(b"\x81\x90" + bytes(4) + b'{"type":"hello"}')
        await asyncio.sleep(0.1)
        leg = place.exchange.calls[0].leg
        for _ in range(400):
            for _ in range(100):
                leg.play(bytes(640))
            await asyncio.sleep(0)
        assert await cause_of(place) == "leg_stalled"
        writer.close()
        reader.feed_eof()


async def test_a_line_that_breaks_off(serving) -> None:
    """A connection that dies without a word is leg_lost, an ordinary close is a hang-up."""
    async with serving() as place:
        broken, ended = await browser(place), await browser(place)
        await broken.recv()
        await ended.recv()
        broken.transport.abort()
        await ended.close()
        assert {await cause_of(place, 0), await cause_of(place, 1)} == {"leg_lost", "caller_hung_up"}


async def test_gone_before_the_call_was_open(serving) -> None:
    """Who leaves while the call is being opened is told to the call as soon as it runs."""
    async with serving() as place:
        socket = await browser(place, "slow")
        await socket.close()
        assert await cause_of(place) == "caller_hung_up"


async def test_health_and_other_paths(serving) -> None:
    """Health tells how many calls there are; what is not a voice path is not found."""
    async with serving() as place, httpx.AsyncClient(base_url=place.url.replace("ws", "http")) as client:
        socket = await browser(place)
        await socket.recv()
        assert (await client.get("/voice/health")).json() == {"calls": 1, "connections": 1}
        assert (await client.get("/elsewhere")).status_code == 404
        place.server.stop_accepting()
        with pytest.raises(websockets.InvalidStatus) as refused:
            await browser(place)
        assert refused.value.response.status_code == 503
        await socket.close()


async def test_stopping_ends_the_calls_that_are_left(serving) -> None:
    """Leaving the server's context ends every call as drained."""
    async with serving() as place:
        socket = await browser(place)
        await socket.recv()
    assert place.exchange.calls[0].cause == "drained"
    assert await closed(socket) == 1012
