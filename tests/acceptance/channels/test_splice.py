"""One public port: uvicorn with the splice in front of the voice server."""

import asyncio
import json
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
import websockets
from websockets.asyncio.client import connect

from flowyte.channels.splice import make_splice


async def web(scope, receive, send) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"web"})


@asynccontextmanager
async def public(address):
    config = uvicorn.Config(
        web, port=0, ws=make_splice(address), lifespan="off", log_level="critical", http="httptools"
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True


async def test_a_call_over_the_public_port(serving) -> None:
    """A browser's call passes through the web process and back, and ends on both sides."""
    async with serving() as place, public(lambda: place.address) as host:
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://{host}/")).text == "web"
        async with connect(f"ws://{host}/voice/browser?token=good") as socket:
            await socket.send('{"type":"hello"}')
            assert len(await socket.recv()) == 640
            for _ in range(20):
                await socket.send(bytes(640))
        async with asyncio.timeout(4):
            await place.exchange.calls[0].over.wait()
        assert place.exchange.calls[0].cause == "caller_hung_up"
        assert len(place.exchange.calls[0].heard) == 20


@pytest.mark.parametrize(("path", "status"), [("/elsewhere", 404), ("/voice/browser", 503)])
async def test_what_cannot_be_spliced(path: str, status: int) -> None:
    """Another path is not found; without a voice process the answer is 503; both as a problem document."""
    for address in (lambda: None, lambda: ("127.0.0.1", 1)):
        async with public(address) as host:
            with pytest.raises(websockets.InvalidStatus) as refused:
                await connect(f"ws://{host}{path}")
            assert refused.value.response.status_code == status
            assert json.loads(refused.value.response.body or b"{}")["status"] == status
