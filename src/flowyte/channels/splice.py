"""Lets one public port serve the voice process too: a WebSocket upgrade under /voice/ that reaches the web process is
copied, as raw bytes both ways, to the voice process on loopback.

For uvicorn's `ws=` setting: it hands over the upgrade request and then everything that comes. What one side does not
take is not read from the other, so a slow peer holds no memory here. Nothing is parsed but the request line.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol, cast

Address = Callable[[], tuple[str, int] | None]

_PREFIX = b"/voice/"
_CONNECT_S = 2.0  # loopback answers at once or not at all
_EARLY_BYTES = 64 * 1024  # what a peer may send before the voice process has answered


class ServerState(Protocol):
    """What is used of uvicorn's."""

    connections: set[object]
    tasks: set[asyncio.Task[None]]


class _Far(asyncio.Protocol):
    """The connection to the voice process."""

    def __init__(self, near: "Splice") -> None:
        self._near = near
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._near.send(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._near.close()

    def pause_writing(self) -> None:
        self._near.pause_reading()

    def resume_writing(self) -> None:
        self._near.resume_reading()


class Splice(asyncio.Protocol):
    """One spliced connection, seen from the web process."""

    address: Address = staticmethod(lambda: None)

    def __init__(
        self,
        config: object,
        server_state: ServerState,
        app_state: object,
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._loop = _loop or asyncio.get_running_loop()
        self._state = server_state
        self._transport: asyncio.Transport | None = None
        self._far: _Far | None = None
        self._early = b""
        self._asked = False

    # ---- what uvicorn calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._state.connections.add(self)

    def data_received(self, data: bytes) -> None:
        if self._far is not None and self._far.transport is not None:
            self._far.transport.write(data)
            return
        self._early += data
        if len(self._early) > _EARLY_BYTES:
            self._refuse(413, "Too much was sent before the call was taken.")
        elif not self._asked:
            self._asked = True
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._state.connections.discard(self)
        self._transport = None
        if self._far is not None and self._far.transport is not None:
            self._far.transport.close()

    def pause_writing(self) -> None:
        if self._far is not None and self._far.transport is not None:
            self._far.transport.pause_reading()

    def resume_writing(self) -> None:
        if self._far is not None and self._far.transport is not None:
            self._far.transport.resume_reading()

    def shutdown(self) -> None:
        """The web process stops: who is not connected yet is turned away, calls go on until they or it end."""
        if self._far is None:
            self._refuse(503, "The server is shutting down.")

    # ---- what the far side calls

    def send(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def pause_reading(self) -> None:
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    # ---- its own

    def _ask(self) -> None:
        target = self._early.split(b" ", 2)[1:2]
        address = self.address()
        if not target or not target[0].startswith(_PREFIX):
            self._refuse(404, "There is no WebSocket here.")
        elif address is None:
            self._refuse(503, "The voice process is not running.")
        else:
            task = self._loop.create_task(self._connect(*address))
            self._state.tasks.add(task)  # uvicorn waits for these when it stops
            task.add_done_callback(self._state.tasks.discard)

    async def _connect(self, host: str, port: int) -> None:
        try:
            async with asyncio.timeout(_CONNECT_S):
                _, far = await self._loop.create_connection(lambda: _Far(self), host, port)
        except OSError:  # TimeoutError is one
            self._refuse(503, "The voice process cannot be reached.")
            return
        if self._transport is None:  # the peer left meanwhile
            if far.transport is not None:
                far.transport.close()
            return
        self._far, early, self._early = far, self._early, b""
        self.data_received(early)

    def _refuse(self, status: int, detail: str) -> None:
        if self._transport is None:
            return
        body = b'{"type":"about:blank","status":%d,"detail":"%b"}' % (status, detail.encode())
        self._transport.write(
            b"HTTP/1.1 %d \r\ncontent-type: application/problem+json\r\n" % status
            + b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(body), body)
        )
        self._transport.close()


def make_splice(voice_address: Address) -> type[Splice]:
    """The class for uvicorn's `ws=`; `voice_address()` is asked for every connection and may change."""
    return type("VoiceSplice", (Splice,), {"address": staticmethod(voice_address)})
