"""A language model that is told `[phone]` instead of the number: what its vendor has no need of does not leave.

The model uses the placeholder as if it were the value, in what it says and in what it gives to a tool; here it becomes
the value again. So a booking's telephone number reaches the booking, and the model's server never had it.
"""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Protocol

from flowyte.providers.openai_chat.model import Delta, Finished, Manner, TextDelta, Tool, ToolCall
from flowyte.redact.conversation import Redactor
from flowyte.redact.model import MARK, NUMBERS, Label, Redacted, placeholder
from flowyte.redact.settings import OPERATORS, settings_of
from flowyte.slots.letters import read_email, say_email
from flowyte.slots.spoken import digits

Message = Mapping[str, object]
TOLD = (
    "Where <caller>, <result> or an earlier message has a word in brackets, such as [phone] or [card 2], it stands for "
    "a value that the caller gave. Use the brackets as they are, in words and in tools; the value is put in for you."
)
_CALLER = re.compile(r"(?<=<caller>).*(?=</caller>)", re.DOTALL)
_FOUND = re.compile(r"<found>.*?</found>", re.DOTALL)
LONGEST_MASK = 24  # characters of a placeholder: what looks like the begin of one is held back so long


class Wire(Protocol):
    """`minds.model.Wire` by shape."""

    def reply(
        self, messages: Sequence[Message], *, tools: Sequence[Tool], manner: Manner
    ) -> AsyncGenerator[Delta, None]: ...


def masked(chat: Wire, agent: Mapping[str, Any]) -> Wire:
    """The same wire where nothing is to be taken out."""
    return Masked(chat, agent) if settings_of(agent).entities else chat


class Masked:
    """Of one conversation. Fulfils `Wire`."""

    def __init__(self, chat: Wire, agent: Mapping[str, Any]) -> None:
        self._chat = chat
        self._redactor = Redactor(settings_of(agent).entities)
        for name in OPERATORS:
            self._redactor.public(str(agent.get(name) or ""))
        self._values: dict[str, tuple[Label, str]] = {}
        self._seen: dict[tuple[str, str], str] = {}
        self._count = 0

    async def reply(
        self, messages: Sequence[Message], *, tools: Sequence[Tool], manner: Manner
    ) -> AsyncGenerator[Delta, None]:
        told = [self._message(message) for message in messages]
        waiting = ""
        async with aclosing(self._chat.reply(told, tools=tools, manner=manner)) as deltas:
            async for delta in deltas:
                match delta:
                    case TextDelta(text=text):
                        ready, waiting = _whole(waiting + text)
                        if ready:
                            yield TextDelta(text=self._spoken(ready))
                    case ToolCall(arguments=arguments):
                        yield ToolCall(id=delta.id, name=delta.name, arguments=self._given(arguments))
                    case Finished():
                        if waiting:
                            yield TextDelta(text=self._spoken(waiting))
                            waiting = ""
                        yield delta

    # ---- to the model

    def _message(self, message: Message) -> Message:
        role, content = str(message.get("role")), message.get("content")
        changed = dict(message)
        if isinstance(content, str):
            if (role, content) not in self._seen:
                self._seen[role, content] = self._content(role, content)
            changed["content"] = self._seen[role, content]
        if calls := message.get("tool_calls"):
            changed["tool_calls"] = self._calls(calls)
        return changed

    def _content(self, role: str, content: str) -> str:
        self._count += 1
        at_ms = self._count  # what was asked for is told by the order; no time passes between two messages
        if role == "system":
            return f"{content}\n\n{TOLD}"
        if role == "assistant":
            return self._masks(content, self._redactor.agent(content, at_ms=at_ms))
        if role == "tool":
            return self._masks(content, self._redactor.said(content))
        for found in _FOUND.finditer(content):
            self._redactor.public(found[0])
        said = _CALLER.search(content)
        if said is None:
            return self._masks(content, self._redactor.caller(content, at_ms=at_ms))
        words = self._masks(said[0], self._redactor.caller(said[0], at_ms=at_ms))
        rest = content[said.end() :]
        return content[: said.start()] + words + self._masks(rest, self._redactor.said(rest))

    def _calls(self, calls: Any) -> Any:
        """What the model itself had asked for, with its own placeholders again."""
        if isinstance(calls, str):
            return self._masks(calls, self._redactor.said(calls))
        if isinstance(calls, Mapping):
            return {name: self._calls(value) if name in ("function", "arguments") else value
                    for name, value in calls.items()}  # fmt: skip
        return [self._calls(each) for each in calls]

    def _masks(self, text: str, found: Redacted) -> str:
        kept, at = [], 0
        for span in found.spans:
            kept += [text[at : span.start], self._mask(span.entity, text[span.start : span.end])]
            at = span.end
        return "".join([*kept, text[at:]])

    def _mask(self, label: Label, said: str) -> str:
        value = _plain(label, said)
        for mask, known in self._values.items():
            if known[1] == value:
                return mask
        same = sum(known[0] == label for known in self._values.values())
        mask = placeholder(label) if not same else f"{placeholder(label)[:-1]} {same + 1}]"
        self._values[mask] = (label, value)
        return mask

    # ---- from the model

    def _given(self, value: Any) -> Any:
        if isinstance(value, str):
            return MARK.sub(lambda mask: self._values.get(mask[0], ("number", mask[0]))[1], value)
        if isinstance(value, Mapping):
            return {name: self._given(each) for name, each in value.items()}
        return [self._given(each) for each in value] if isinstance(value, list) else value

    def _spoken(self, text: str) -> str:
        return MARK.sub(lambda mask: _aloud(*self._values.get(mask[0], ("name", mask[0]))), text)


def _plain(label: Label, said: str) -> str:
    """The value as a skill takes it."""
    if label in NUMBERS and (figures := digits(said)):
        return figures
    if label == "email" and (read := read_email(said)):
        return read[0]
    return said


def _aloud(label: Label, value: str) -> str:
    if label in NUMBERS:
        return " ".join(value)
    return say_email(value) if label == "email" and "@" in value else value


def _whole(text: str) -> tuple[str, str]:
    """What may go on, and the begin of a placeholder that is held back."""
    at = text.rfind("[")
    if at < 0 or "]" in text[at:] or len(text) - at > LONGEST_MASK:
        return text, ""
    return text[:at], text[at:]
