"""The WebSocket server of the voice process: which path is which channel, and a task for every call.

It promises that a call ends in its own task with a cause, whatever its line does, and that the others do not notice.
Who may call, and what a call consists of, is decided by `open_call`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import msgspec
from picows import (
    WSListener,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)

from flowyte.channels.browser.leg import BrowserLeg
from flowyte.channels.connection import Connection
from flowyte.channels.limits import Limits
from flowyte.channels.line import Arrival, OpenCall
from flowyte.channels.twilio.leg import TwilioLeg
from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.kit.errors import FlowyteError, Forbidden, Unauthenticated

logger = log.get(__name__)
SWEEP_S = 1.0
# What a hostile peer does is told by the call's cause; the library's own lines about it would fill the log.
_quiet = logging.getLogger("picows.voice")
_quiet.setLevel(logging.CRITICAL)


class VoiceServer:
    """`async with server.serving("127.0.0.1", 0) as (host, port)`; leaving it ends the calls that are left."""

    def __init__(self, open_call: OpenCall, *, clock: Clock, limits: Limits | None = None) -> None:
        self._open_call = open_call
        self._clock = clock
        self._limits = limits or Limits()
        self._connections: set[Connection] = set()
        self._holding: dict[Connection, asyncio.Task[None]] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._accepting = True

    @property
    def calls(self) -> int:
        return len(self._holding)

    def stop_accepting(self) -> None:
        """From now on new connections get 503; calls go on."""
        self._accepting = False

    @asynccontextmanager
    async def serving(self, host: str, port: int) -> AsyncIterator[tuple[str, int]]:
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            server = await ws_create_server(
                self._route,
                host,
                port,
                logger_name=_quiet,
                max_frame_size=self._limits.max_frame_bytes,
                websocket_handshake_timeout=self._limits.first_message_ms / 1000,
                enable_auto_ping=True,
                auto_ping_idle_timeout=self._limits.ping_after_s,
                auto_ping_reply_timeout=self._limits.ping_after_s,
                read_buffer_init_size=2048,  # a message of 20 ms is under 700 bytes, and there is one buffer a call
            )
            sweeping = tasks.create_task(self._sweep())
            try:
                yield server.sockets[0].getsockname()[:2]
            finally:
                self._accepting = False
                server.close()
                await self._end()
                sweeping.cancel()

    # ---- what connections call

    def begin(self, connection: Connection, arrival: Arrival) -> None:
        if self._tasks is None:
            raise RuntimeError("a connection outside of serving")
        task = self._tasks.create_task(self._hold(connection, arrival))
        self._holding[connection] = task
        task.add_done_callback(lambda _: self._holding.pop(connection, None))

    def gone(self, connection: Connection) -> None:
        self._connections.discard(connection)

    # ---- one call

    async def _hold(self, connection: Connection, arrival: Arrival) -> None:
        try:
            opened = await self._open_call(arrival, connection.channel)
            connection.attach(opened)
            if connection.cause is not None:  # it went away while the call was being opened
                asyncio.get_running_loop().call_soon(opened.call.lost, connection.cause)
            await opened.call.run()
        except FlowyteError as error:
            forbidden = isinstance(error, Unauthenticated | Forbidden)
            logger.info("call.refused", channel=arrival.channel, code=error.code)
            connection.refuse("leg_invalid" if forbidden else "busy", forbidden=forbidden)
        except Exception as error:
            logger.exception("call.failed", channel=arrival.channel, error=type(error).__name__)
            connection.refuse("service_failed")
        finally:
            connection.hang_up("agent_ended")

    # ---- the server's own

    def _route(self, request: WSUpgradeRequest) -> WSListener | WSUpgradeResponseWithListener | None:
        url = urlsplit(request.path.decode("latin-1"))
        if url.path == "/voice/health":
            body = msgspec.json.encode({"calls": self.calls, "connections": len(self._connections)})
            health = WSUpgradeResponse.create_ok_response(body, {"Content-Type": "application/json"})
            return WSUpgradeResponseWithListener(health, None)
        if url.path not in ("/voice/browser", "/voice/twilio/stream"):
            return None
        if not self._accepting or len(self._connections) >= self._limits.connections:
            busy = WSUpgradeResponse.create_error_response(503, b"busy", {"Retry-After": "5"})
            return WSUpgradeResponseWithListener(busy, None)
        if url.path == "/voice/browser":
            token = parse_qs(url.query).get("token", [""])[0]
            connection = Connection(self, self._limits, lambda line: BrowserLeg(line, token))
        else:
            connection = Connection(self, self._limits, TwilioLeg)
        self._connections.add(connection)
        return connection

    async def _sweep(self) -> None:
        before = self._clock.monotonic_ms()
        while True:
            await asyncio.sleep(SWEEP_S)
            now = self._clock.monotonic_ms()
            for connection in list(self._connections):
                connection.sweep(now - before)
            before = now

    async def _end(self) -> None:
        for connection in list(self._connections):
            connection.lost("drained")
        if self._holding:
            _, late = await asyncio.wait(list(self._holding.values()), timeout=self._limits.drain_s)
            for task in late:
                task.cancel()
