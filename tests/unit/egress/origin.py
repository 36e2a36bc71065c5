"""A server of the tests, on loopback: it counts connections, keeps what it hears, and answers byte for byte."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@dataclass(frozen=True, slots=True)
class Heard:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Say = Callable[[Heard, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Origin:
    port: int = 0
    connections: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    heard: list[Heard] = field(default_factory=list)


def redirect(location: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n".encode()


def saying(**answers: bytes) -> Say:
    """The bytes by path (`a` for /a), else `ok`."""

    async def say(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(answers.get(heard.path.lstrip("/"), ANSWER))

    return say


async def _hear(reader: asyncio.StreamReader) -> Heard:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = lines[0].split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Heard(method, path, headers, body)


@asynccontextmanager
async def serving(
    say: Say | None = None, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Origin]:
    origin = Origin()
    answer = say or saying()
    tasks: set[asyncio.Task[None]] = set()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        origin.connections += 1
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            while True:
                heard = await _hear(reader)
                origin.heard.append(heard)
                await answer(heard, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            origin.gone.set()
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(meet, host, 0, ssl=tls)
    origin.port = server.sockets[0].getsockname()[1]
    try:
        yield origin
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
