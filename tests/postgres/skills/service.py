"""Somebody's service on this machine, over real HTTP: it counts what it is asked and answers as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Asked:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Service:
    """`say` is taken from the front while there is more than one; the last stays. None: the connection is cut."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    say: list[tuple[int, bytes] | None] = field(default_factory=lambda: [(200, b'{"ok": true}')])
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except (asyncio.IncompleteReadError, ConnectionError):
            return False
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, target, _ = first.split(" ")
        self.asked.append(Asked(method, target, headers, body))
        self.arrived.set()
        await self.may_answer.wait()
        said = self.say.pop(0) if len(self.say) > 1 else self.say[0]
        if said is None:
            return False
        status, answer = said
        writer.write(f"HTTP/1.1 {status} x\r\ncontent-length: {len(answer)}\r\n\r\n".encode() + answer)
        await writer.drain()
        return True


@asynccontextmanager
async def serving() -> AsyncIterator[Service]:
    """It answers at once, until `may_answer` is cleared."""
    service = Service()
    service.may_answer.set()
    server = await asyncio.start_server(service.handle, "127.0.0.1", 0)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        service.may_answer.set()
        server.close()
        server.close_clients() if hasattr(server, "close_clients") else None
