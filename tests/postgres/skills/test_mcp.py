"""A tool of a real server that speaks the Model Context Protocol, made with its own kit and served on this machine."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from mcp.server.fastmcp import Context, FastMCP
from tests.postgres.skills.service import Service, serving
from tests.unit.skills.orders import order

from flowyte.egress.addresses import networks
from flowyte.egress.client import Egress
from flowyte.kit.secret import SecretText
from flowyte.skills.kinds import mcp
from flowyte.skills.kinds.mcp import events
from flowyte.skills.runner import Order, SkillFailed

SEEN: list[dict[str, str]] = []


def server_of(*, json: bool) -> FastMCP:
    made = FastMCP("shop", json_response=json)

    @made.tool()
    async def order_status(order_id: str, context: Context) -> dict[str, Any]:  # type: ignore[type-arg]
        request = context.request_context.request
        SEEN.append(dict(request.headers) if request is not None else {})
        await context.info("looking it up")  # a message before the answer, in the stream
        return {"order": order_id, "status": "on its way"}

    @made.tool(structured_output=False)
    def words(about: str) -> str:
        return f"A word about {about}."

    @made.tool()
    def fails() -> str:
        raise ValueError("the shelf is empty")

    return made


@asynccontextmanager
async def running(made: FastMCP) -> AsyncIterator[int]:
    config = uvicorn.Config(made.streamable_http_app(), host="127.0.0.1", port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as group:
        serving_it = group.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield server.servers[0].sockets[0].getsockname()[1]
        finally:
            server.should_exit = True
            await serving_it


async def call(port: int, tool: str, arguments: Mapping[str, Any], path: str = "/mcp") -> Mapping[str, Any]:
    egress = Egress(allowed=networks("127.0.0.0/8"))

    async def kept(_order: Order) -> Mapping[str, SecretText]:
        return {"header:X-Shop": SecretText("canary-shop")}

    config = {"server": f"http://127.0.0.1:{port}{path}", "tool": tool, "headers": {"X-Shop": {"sealed": True}}}
    try:
        tooling = mcp.tooling(egress, kept, frozenset({port}))
        return await tooling(order("mcp", config, arguments), "run_1")
    finally:
        await egress.close()


@pytest.mark.parametrize("json", [True, False])
async def test_a_tool_is_called_and_answers(json: bool) -> None:
    """As JSON and as a stream of events, with the credential; structured content before texts; a fault is a failure."""
    SEEN.clear()
    async with running(server_of(json=json)) as port:
        assert await call(port, "order_status", {"order_id": "7"}) == {"order": "7", "status": "on its way"}
        assert await call(port, "words", {"about": "tea"}) == {"text": "A word about tea."}
        assert SEEN[0]["x-shop"] == "canary-shop"
        assert SEEN[0]["idempotency-key"] == "run_1"
        assert SEEN[0]["mcp-protocol-version"] == mcp.REVISION
        for tool, given, kind, happened in (
            ("fails", {}, "tool_failed", "refused"),
            ("unknown", {}, "tool_failed", "refused"),
            ("words", {"colour": "red"}, "tool_failed", "refused"),
        ):
            with pytest.raises(SkillFailed) as refused:
                await call(port, tool, given)
            assert (refused.value.kind, refused.value.happened) == (kind, happened)
        with pytest.raises(SkillFailed) as nowhere:
            await call(port, "words", {"about": "tea"}, path="/other")
        assert (nowhere.value.kind, nowhere.value.happened) == ("refused_404", "no")


HELLO = b'{"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": "2025-06-18", "capabilities": {}}}'


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving() as made:
        yield made


@pytest.mark.parametrize(
    ("answers", "kind", "happened"),
    [
        ([(500, b"")], "service_failed", "no"),  # before the tool was asked
        ([(200, b"<html>")], "not_json", "no"),
        ([(200, b'{"jsonrpc": "2.0", "id": 1, "error": {"code": -32602}}')], "tool_refused", "no"),
        ([(200, HELLO), (202, b""), (500, b"")], "service_failed", "unknown"),
        ([(200, HELLO), (202, b""), (503, b"")], "busy", "no"),
        ([(200, HELLO), (202, b""), (200, b"<html>")], "not_json", "unknown"),
        ([(200, HELLO), (202, b""), (200, b"[" * 50_000)], "not_json", "unknown"),
        ([(200, HELLO), (202, b""), (200, b'{"id": 9, "result": {}}')], "no_answer", "unknown"),
        ([(200, HELLO), (202, b""), (200, b'{"id": 2, "error": {"code": 1}}')], "tool_refused", "refused"),
        ([(200, HELLO), (202, b""), None], "broken", "unknown"),
        ([(200, HELLO), (202, b""), (200, b" " * 70_000)], "too_large", "unknown"),
    ],
)
async def test_a_failure_says_whether_the_tool_may_have_done_it(
    service: Service, answers: list[tuple[int, bytes] | None], kind: str, happened: str
) -> None:
    service.say = list(answers)
    with pytest.raises(SkillFailed) as refused:
        await call(service.port, "words", {"about": "tea"})
    assert (refused.value.kind, refused.value.happened) == (kind, happened)
    assert len(service.asked) == len(answers)


async def test_what_a_tool_says_is_cut(service: Service) -> None:
    said = b'{"id": 2, "result": {"content": [{"type": "text", "text": "' + b"x" * 5_000 + b'"}, 5, {}]}}'
    service.say = [(200, HELLO), (202, b""), (200, said)]
    assert len((await call(service.port, "words", {"about": "tea"}))["text"]) == 2_000


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", []),
        (b"data: a\n\n", [b"a"]),
        (b"event: message\r\nid: 1\r\ndata: a\r\ndata: b\r\n\r\n: ping\r\n\r\ndata:c\r\n\r\n", [b"a\nb", b"c"]),
        (b"data: last", [b"last"]),
        (b"data\n\ndatas: x\n\n", [b""]),
    ],
)
def test_a_stream_of_events_is_read_as_the_standard_has_it(body: bytes, found: list[bytes]) -> None:
    assert events(body) == found
