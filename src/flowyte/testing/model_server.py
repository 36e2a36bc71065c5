"""A server that speaks the OpenAI-compatible chat wire on loopback, and misbehaves when told to.

Scripted answers, one a request: what a model client, a mind or a whole call does with a cut stream, silence or broken
JSON is tested against real bytes. Records the requests it was sent.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal

Fault = Literal["", "cut", "silent_before", "silent_between", "broken_json", "no_finish"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`text` goes out word by word, then the tool calls in fragments. `status` other than 200 sends an error."""

    text: str = ""
    calls: Sequence[tuple[str, str, str]] = ()  # id, name, arguments as they are sent
    status: int = 200
    fault: Fault = ""


@dataclass(slots=True)
class ModelServer:
    base_url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    answers: deque[Answer] = field(default_factory=deque)
    held_up: Callable[[], AbstractContextManager[None]] = nullcontext
    """Entered while it is silent on purpose."""

    def will(self, *answers: Answer) -> None:
        """What it says to the next requests, in order; the last one again and again."""
        self.answers.extend(answers)

    def _next(self) -> Answer:
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
            )
            self.requests.append(json.loads(await reader.readexactly(length)))
            await _send(reader, writer, self._next(), self.held_up)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has gone, or the server is closing
        finally:
            writer.close()


@asynccontextmanager
async def model_server(
    held_up: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> AsyncIterator[ModelServer]:
    server = ModelServer(held_up=held_up)
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    server.base_url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    try:
        yield server
    finally:
        listening.close()


async def _send(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer,
    held_up: Callable[[], AbstractContextManager[None]],
) -> None:  # fmt: skip
    if answer.status != 200:
        body = b'{"error": {"message": "no"}}'
        writer.write(b"HTTP/1.1 %d No\r\nconnection: close\r\ncontent-type: application/json\r\n" % answer.status)
        writer.write(b"content-length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        return
    if answer.fault == "silent_before":
        with held_up():
            await reader.read(1)  # until the client has had enough
        return
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n")
    writer.write(b"connection: close\r\n\r\n")
    chunks = list(_chunks(answer))
    if answer.fault == "cut":
        chunks = chunks[: len(chunks) // 2]
    for number, chunk in enumerate(chunks):
        broken = answer.fault == "broken_json" and number == 1
        _line(writer, b'{"id": "x", "choi' if broken else json.dumps(chunk).encode())
        await writer.drain()
        if answer.fault == "silent_between":
            with held_up():
                await reader.read(1)
            return
    if answer.fault != "cut":
        _line(writer, b"[DONE]")
        writer.write(b"0\r\n\r\n")
    await writer.drain()


def _line(writer: asyncio.StreamWriter, data: bytes) -> None:
    body = b"data: " + data + b"\n\n"
    writer.write(b"%x\r\n%s\r\n" % (len(body), body))


def _chunks(answer: Answer) -> "list[Mapping[str, object]]":
    chunks = [_chunk({"content": word}) for word in answer.text.replace(" ", "\0 ").split("\0") if word]
    for number, (call_id, name, arguments) in enumerate(answer.calls):
        half = len(arguments) // 2
        first = {"index": number, "id": call_id, "type": "function", "function": {"name": name, "arguments": ""}}
        chunks.append(_chunk({"tool_calls": [first]}))
        for part in (arguments[:half], arguments[half:]):
            chunks.append(_chunk({"tool_calls": [{"index": number, "function": {"arguments": part}}]}))
    if answer.fault != "no_finish":
        chunks.append(_chunk({}, "tool_calls" if answer.calls else "stop"))
    chunks.append(
        {**_chunk({}), "choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}}
    )
    return chunks


def _chunk(delta: Mapping[str, object], reason: str | None = None) -> Mapping[str, object]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
