"""The nouns of one exchange with a language model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flowyte.kit.secret import SecretText


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatModel:
    """Where a model is and how patient we are with it. Times in seconds."""

    base_url: str
    name: str
    key: SecretText = field(default_factory=lambda: SecretText(""))
    connect_s: float = 3.0
    first_token_s: float = 6.0
    between_tokens_s: float = 5.0
    # One more try, and only when nothing has come yet: a caller is waiting.
    retries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How one reply is asked for. `model` empty takes the endpoint's; `temperature` None leaves it to the server."""

    model: str = ""
    temperature: float | None = None
    max_tokens: int = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A function that the model may call. `parameters` is a JSON Schema."""

    name: str
    description: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """Complete: the arguments have been read as a JSON object."""

    id: str
    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens; zero when the server does not count."""

    prompt: int = 0
    completion: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The last piece of every reply that did not fail."""

    reason: Literal["stop", "length", "tool_calls", "content_filter"]
    usage: Usage


Delta = TextDelta | ToolCall | Finished
