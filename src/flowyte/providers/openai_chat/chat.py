"""One streamed reply of a language model, with every way in which it can fail told apart.

Kinds of VendorFailed: `unreachable`, `refused` (401, 403, 404, other 4xx), `busy` (429), `broken` (5xx), `silent`,
`cut` (the stream ended without a finish), `malformed`. The message never contains what the model was asked.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx2
import openai

from flowyte.kit.errors import VendorFailed
from flowyte.providers.openai_chat.model import ChatModel, Delta, Finished, Manner, TextDelta, Tool, ToolCall, Usage

# A reply that is spoken is never this long; a model in a loop is.
_MOST_CHARACTERS = 20_000
_MOST_CALLS = 16
PLAIN = Manner()
_REASONS: dict[str, Literal["stop", "length", "tool_calls", "content_filter"]] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}


class Chat:
    """One client for a process and model; requests share its connections."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        longest = max(model.first_token_s, model.between_tokens_s)
        self._client = openai.AsyncOpenAI(
            base_url=model.base_url,
            api_key=model.key.reveal() or "none",  # the SDK wants one where local servers do not
            max_retries=model.retries,
            timeout=openai.Timeout(longest, connect=model.connect_s),
        )

    async def close(self) -> None:
        await self._client.close()

    async def reply(
        self, messages: Sequence[Mapping[str, object]], *, tools: Sequence[Tool] = (), manner: Manner = PLAIN
    ) -> AsyncGenerator[Delta, None]:
        """`messages` in the wire's own shape. Closing the iterator ends the request."""
        stream: Any = None
        pieces = Pieces()
        try:
            async with asyncio.timeout(self._model.first_token_s):
                stream = await self._client.chat.completions.create(**self._request(messages, tools, manner))
            patience = self._model.first_token_s
            while True:
                async with asyncio.timeout(patience):
                    chunk = await anext(stream, None)
                if chunk is None:
                    break
                patience = self._model.between_tokens_s
                for delta in _read(pieces, chunk):
                    yield delta
            for delta in pieces.end():
                yield delta
        except (TimeoutError, openai.OpenAIError, httpx2.HTTPError, ValueError) as error:
            raise failure(error, begun=stream is not None) from error
        finally:
            if stream is not None:
                await stream.close()

    def _request(
        self, messages: Sequence[Mapping[str, object]], tools: Sequence[Tool], manner: Manner
    ) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": manner.model or self._model.name,
            "messages": list(messages),
            "max_tokens": manner.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if manner.temperature is not None:
            request["temperature"] = manner.temperature
        if tools:
            request["tools"] = [
                {
                    "type": "function",
                    "function": {"name": t.name, "description": t.description, "parameters": dict(t.parameters)},
                }
                for t in tools
            ]
        return request


@dataclass(slots=True)
class _Call:
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class Pieces:
    """Puts chunks together. Tool calls come in fragments and are given only when whole."""

    _calls: dict[int, _Call] = field(default_factory=dict)
    _reason: str = ""
    _usage: Usage = field(default_factory=Usage)
    _characters: int = 0

    def take(self, chunk: Any) -> list[Delta]:
        if chunk.usage is not None:
            self._usage = Usage(prompt=chunk.usage.prompt_tokens or 0, completion=chunk.usage.completion_tokens or 0)
        if not chunk.choices:
            return []
        choice = chunk.choices[0]
        self._reason = choice.finish_reason or self._reason
        if choice.delta is None:
            return []
        for part in choice.delta.tool_calls or []:
            self._gather(part)
        text = choice.delta.content
        if not text:
            return []
        self._count(text)
        return [TextDelta(text=text)]

    def end(self) -> list[Delta]:
        """What is left when the stream has ended. VendorFailed when it ended too soon."""
        if not self._reason:
            raise VendorFailed("The language model's answer broke off.", kind="cut")
        calls: list[Delta] = [self._whole(number, call) for number, call in sorted(self._calls.items())]
        return [*calls, Finished(reason=_REASONS.get(self._reason, "stop"), usage=self._usage)]

    def _gather(self, part: Any) -> None:
        call = self._calls.setdefault(part.index or 0, _Call())
        if len(self._calls) > _MOST_CALLS:
            raise VendorFailed("The language model made too many calls at once.", kind="malformed")
        call.id = part.id or call.id
        if part.function is not None:
            call.name = part.function.name or call.name
            call.arguments += part.function.arguments or ""
            self._count(part.function.arguments or "")

    def _count(self, text: str) -> None:
        self._characters += len(text)
        if self._characters > _MOST_CHARACTERS:
            raise VendorFailed("The language model does not come to an end.", kind="malformed")

    def _whole(self, number: int, call: _Call) -> ToolCall:
        try:
            arguments = json.loads(call.arguments or "{}")
        except ValueError as error:
            raise VendorFailed("The language model called a skill with broken JSON.", kind="malformed") from error
        if not isinstance(arguments, dict) or not call.name:
            raise VendorFailed("The language model called a skill without a name or arguments.", kind="malformed")
        return ToolCall(id=call.id or f"call_{number}", name=call.name, arguments=arguments)


def _read(pieces: Pieces, chunk: Any) -> list[Delta]:
    """ValueError for JSON that is no chunk: the SDK builds its types without checking them."""
    try:
        return pieces.take(chunk)
    except (AttributeError, TypeError) as error:
        raise ValueError("not a chunk of a chat") from error


def failure(error: Exception, *, begun: bool) -> VendorFailed:
    """What went wrong, in our words. `begun`: the server had already answered."""
    kind, message = _diagnosis(error)
    if begun and kind == "unreachable":
        kind, message = "cut", "The language model's answer broke off."
    return VendorFailed(message, kind=kind)


def _diagnosis(error: Exception) -> tuple[str, str]:
    match error:
        case TimeoutError() | openai.APITimeoutError() | httpx2.TimeoutException():
            found = ("silent", "The language model did not answer in time.")
        case openai.RateLimitError():
            found = ("busy", "The language model takes no more requests at the moment.")
        case openai.APIStatusError(status_code=status) if status >= 500:
            found = ("broken", f"The language model's server failed ({status}).")
        case openai.APIStatusError(status_code=status):
            found = ("refused", f"The language model's server refused the request ({status}).")
        case openai.APIConnectionError():
            found = ("unreachable", "The language model's server cannot be reached.")
        case httpx2.HTTPError():
            found = ("cut", "The language model's answer broke off.")
        case _:
            found = ("malformed", "The language model's answer could not be read.")
    return found
