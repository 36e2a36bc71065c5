"""A line between a skill and whoever it asks, which keeps every byte that the skill's side has sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tee:
    port: int = 0
    sent: bytearray = field(default_factory=bytearray)
    connections: int = 0

    @property
    def text(self) -> str:
        return self.sent.decode("latin-1")


@asynccontextmanager
async def teed(port: int, *, host: str = "127.0.0.1") -> AsyncIterator[Tee]:
    """In front of what listens at `port`."""
    tee = Tee()

    async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, keep: bytearray | None) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                if keep is not None:
                    keep += data
                writer.write(data)
                await writer.drain()
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tee.connections += 1
        far_reader, far_writer = await asyncio.open_connection(host, port)
        async with asyncio.TaskGroup() as both:
            both.create_task(passed_on(reader, far_writer, tee.sent))
            both.create_task(passed_on(far_reader, writer, None))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    tee.port = server.sockets[0].getsockname()[1]
    try:
        yield tee
    finally:
        server.close()
