"""JSON that is no chunk of a chat, over real bytes.

Invariant: whatever a server sends, a reply ends with `Finished` or with VendorFailed, never with another error.
"""

import asyncio
import json

import pytest

from flowyte.kit.errors import VendorFailed
from flowyte.providers.openai_chat.chat import Chat
from flowyte.providers.openai_chat.model import ChatModel


@pytest.mark.parametrize(
    "chunk",
    [
        {},
        [],
        "x",
        7,
        {"choices": None},
        {"choices": [{}]},
        {"choices": [{"delta": "x"}]},
        {"choices": [{"delta": {"content": 7}}]},
        {"choices": [{"delta": {"tool_calls": [{"function": 3}]}}]},
        {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": 3}}]}}]},
        {"error": {"message": "no"}},
    ],
)
async def test_what_is_no_chunk_is_a_failure_of_the_vendor(chunk: object) -> None:
    """So that the policy mind can answer."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        writer.write(b"data: " + json.dumps(chunk).encode() + b"\n\ndata: [DONE]\n\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    chat = Chat(ChatModel(base_url=f"http://127.0.0.1:{port}/v1", name="m", retries=0))
    with pytest.raises(VendorFailed):
        _ = [delta async for delta in chat.reply([{"role": "user", "content": "Hi"}])]
    await chat.close()
    server.close()
