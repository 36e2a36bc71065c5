"""mcp: one tool of a server that speaks the Model Context Protocol over streamable HTTP (revision 2025-06-18).

A session is opened for each call and given back after it: a caller's words stay in their own conversation. Answers come
as JSON or as a stream of events that ends; both are read whole, within the skill's time and size.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from flowyte.egress.client import Answer, Asks, Limits
from flowyte.skills.kinds.webhook import BUSY, MOST_BYTES, MOST_MS, Secrets, opened, own_headers, sent, small
from flowyte.skills.runner import Order, Outside, SkillFailed

REVISION = "2025-06-18"
USUAL_MS = 10_000
SESSION = "mcp-session-id"


def tooling(egress: Asks, secrets: Secrets, ports: frozenset[int]) -> Outside:
    async def mcp(order: Order, run_id: str) -> Mapping[str, Any]:
        config = order.skill.execution_config
        seconds = min(int(config.get("timeout_ms", USUAL_MS)), MOST_MS) / 1000
        limits = Limits(seconds=seconds, bytes=MOST_BYTES, ports=ports)
        headers = {**own_headers(config, await opened(secrets, order)), "idempotency-key": run_id}
        session = Session(egress, str(config["server"]), headers, limits)
        await session.begin()
        try:
            return result_of(await session.call(str(config["tool"]), order.arguments))
        finally:
            await session.end()

    return mcp


@dataclass(slots=True)
class Session:
    """With one server, for one call."""

    egress: Asks
    url: str
    headers: dict[str, str]
    limits: Limits
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def begin(self) -> None:
        """Whatever goes wrong here, the tool was not asked."""
        hello = {
            "protocolVersion": REVISION, "capabilities": {}, "clientInfo": {"name": "flowyte", "version": "1"},
        }  # fmt: skip
        try:
            answer = await self._post("initialize", hello)
            told = reply_of(answer, 1)
            self.headers["mcp-protocol-version"] = str(told.get("protocolVersion") or REVISION)
            if SESSION in answer.headers:
                self.headers[SESSION] = answer.headers[SESSION]
            _refuse(await self._post("notifications/initialized", None))
        except SkillFailed as error:
            raise SkillFailed(error.message, kind=error.kind, happened="no") from error

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = await self._post("tools/call", {"name": tool, "arguments": dict(arguments)})
        return reply_of(answer, 2)

    async def end(self) -> None:
        """Servers may leave this to their own time: nothing depends on it."""
        if SESSION in self.headers:
            try:
                await sent(self.egress, "DELETE", self.url, self.headers, b"", self.limits)
            except SkillFailed:
                return

    async def _post(self, method: str, params: Mapping[str, Any] | None) -> Answer:
        """A request, or a notification where there is nothing to send with it."""
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method}
        if params is not None:
            message |= {"id": next(self.numbers), "params": params}
        headers = {
            **self.headers, "content-type": "application/json", "accept": "application/json, text/event-stream",
        }  # fmt: skip
        return await sent(self.egress, "POST", self.url, headers, msgspec.json.encode(message), self.limits)


def reply_of(answer: Answer, id: int) -> Mapping[str, Any]:
    """The result of the request with this number. SkillFailed for an error, and where there is no answer to it."""
    _refuse(answer)
    streamed = answer.headers.get("content-type", "").partition(";")[0].strip().lower() == "text/event-stream"
    for message in events(answer.body) if streamed else [answer.body]:
        try:
            found = msgspec.json.decode(message)
        except (msgspec.DecodeError, RecursionError) as error:
            raise SkillFailed(
                "The server answered with what is no JSON.", kind="not_json", happened="unknown"
            ) from error
        if not isinstance(found, dict) or found.get("id") != id:
            continue
        if isinstance(found.get("error"), dict):
            raise SkillFailed("The server refused the call.", kind="tool_refused")
        result = found.get("result")
        return result if isinstance(result, dict) else {}
    raise SkillFailed("The server did not answer the call.", kind="no_answer", happened="unknown")


def events(body: bytes) -> list[bytes]:
    """The data of each event, as the HTML standard reads a stream of them (9.2.6)."""
    found = []
    lines: list[bytes] = []
    for line in [*body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"), b""]:
        name, _, value = line.partition(b":")
        if line and name == b"data":
            lines.append(value.removeprefix(b" "))
        elif not line and lines:
            found.append(b"\n".join(lines))
            lines = []
    return found


def result_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """What the tool says: its structured content where it has one, else its texts."""
    content = result.get("content")
    texts = [
        str(part.get("text") or "")
        for part in (content if isinstance(content, list) else [])
        if isinstance(part, dict) and part.get("type") == "text"
    ]
    if result.get("isError"):
        raise SkillFailed(" ".join(texts)[:200] or "The tool failed.", kind="tool_failed")
    structured = result.get("structuredContent")
    return small(structured if isinstance(structured, dict) else {"text": "\n".join(texts)})


def _refuse(answer: Answer) -> None:
    if answer.status in BUSY:
        raise SkillFailed(f"The server is busy ({answer.status}).", kind="busy", happened="no")
    if answer.status >= 500:
        raise SkillFailed(f"The server failed ({answer.status}).", kind="service_failed", happened="unknown")
    if not 200 <= answer.status < 300:
        raise SkillFailed(f"The server refused ({answer.status}).", kind=f"refused_{answer.status}")
