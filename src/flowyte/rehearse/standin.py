"""Every service behind a webhook, on this machine: it answers as the screenplay says, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec

from flowyte.rehearse.hours import Hours, Work
from flowyte.rehearse.script import Answers

FOR_EVER_S = 600  # longer than any webhook waits
ENDLESS = b'{"more": "' + b"and more " * 100_000


@dataclass(slots=True)
class StandIn:
    """The first part of a path is the skill's name. `brought` is all that answers have held so far."""

    clock: Hours
    work: Work
    port: int = 0
    answers: dict[str, Answers] = field(default_factory=dict)
    brought: list[Any] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except ConnectionError:
            pass  # the one who asked has gone
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return False
        first, *others = head.split("\r\n")
        length = [each.partition(":")[2] for each in others if each.lower().startswith("content-length:")]
        await reader.readexactly(int(length[0]) if length else 0)
        skill = first.split(" ")[1].split("/")[1]
        answer = self.answers.get(skill, Answers(skill=skill))
        if answer.how == "is silent" or answer.after_s:
            with self.work.held_up():
                await self._wait(reader, FOR_EVER_S if answer.how == "is silent" else answer.after_s)
        if answer.how in ("is silent", "breaks off"):
            return False
        status, body = self._said(answer)
        writer.write(f"HTTP/1.1 {status} x\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        return True

    async def _wait(self, reader: asyncio.StreamReader, seconds: float) -> None:
        """So long, or until the one who asked has hung up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await reader.read(1)

    def _said(self, answer: Answers) -> tuple[int, bytes]:
        if answer.how == "answers nonsense":
            return 200, b"<html><body>Welcome to the order system</body></html>"
        if answer.how == "answers without end":
            return 200, ENDLESS
        if answer.body is not None:
            self.brought.append(answer.body)
        return answer.status, b"" if answer.body is None else msgspec.json.encode(answer.body)


@asynccontextmanager
async def standing_in(clock: Hours, work: Work) -> AsyncIterator[StandIn]:
    service = StandIn(clock, work)
    server = await asyncio.start_server(service.handle, "127.0.0.1", 0)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        server.close()
