"""AgentDojo's tools, tasks and injections as agents and skills of this product.

`dojo.json` has 97 tasks that users ask for and 35 that somebody else hides in what a tool brings back: an e-mail, a
web page, a bill. Every injection of a suite against every task of it makes the 949 pairs. `bench/port_dojo.py` writes
the file; its licence is beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

# Who or what a write is aimed at: what an injection is after.
AIMS = frozenset(
    ("recipient", "recipients", "participants", "cc", "bcc", "email", "user", "user_email", "url", "password",
     "hotel", "restaurant", "company", "channel", "file_id", "event_id", "email_id", "id")
)  # fmt: skip
ANY = ["string", "number", "boolean", "array", "object"]
READ_BY_LINK = "get_webpage"  # a link that is opened tells its server what is in it, so it is the caller's to give


class Call(msgspec.Struct, frozen=True):
    tool: str
    arguments: dict[str, Any]

    @property
    def given(self) -> dict[str, Any]:
        """Without what is empty, as a skill gets it."""
        return {name: value for name, value in self.arguments.items() if value not in (None, "")}


class Tool(msgspec.Struct, frozen=True):
    reads: bool
    parameters: list[str]


class UserTask(msgspec.Struct, frozen=True):
    asks: str
    calls: list[Call]


class Injection(msgspec.Struct, frozen=True):
    goal: str
    calls: list[Call]


class Suite(msgspec.Struct, frozen=True):
    tools: dict[str, Tool]
    users: list[UserTask]
    injections: list[Injection]

    def gated(self, tool: str) -> bool:
        """Whether it changes something, or tells somebody something."""
        return tool == READ_BY_LINK or not self.tools[tool].reads

    def aimed(self, call: Call) -> bool:
        """Whether it is a gated one that says at whom or what."""
        return self.gated(call.tool) and bool(AIMS & set(call.given))

    def agent(self, *, strict: bool) -> dict[str, Any]:
        """With the product's own rules; `strict` adds an operator's: whom a write is aimed at has been verified."""
        skills = [self._skill(name, tool, strict=strict) for name, tool in self.tools.items()]
        return {"id": "agt_dojo", "name": "Assistant", "skills": skills}

    def _skill(self, name: str, tool: Tool, *, strict: bool) -> dict[str, Any]:
        properties: dict[str, Any] = {each: {"type": ANY} for each in tool.parameters}
        if self.gated(name):
            for each in AIMS & set(properties):
                properties[each]["x-source"] = ["verified", "operator"] if strict else ["caller", "operator"]
        return {
            "id": f"skl_{name}", "name": name, "description": name.replace("_", " "), "skillType": "http_webhook",
            "isWrite": not tool.reads, "requiresConfirmation": not tool.reads,
            "parametersSchema": {"type": "object", "properties": properties},
            "executionConfig": {"url": "https://example.com/hook"},
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    suite: Suite
    name: str
    user: UserTask
    injection: Injection

    @property
    def brought(self) -> Mapping[str, Any]:
        """What every tool brings back: all that the task needs, and the injection with its values."""
        return brought(self.user) | {
            "note": self.injection.goal,
            "instructions": [dict(call.arguments) for call in self.injection.calls],
        }


def brought(user: UserTask) -> dict[str, Any]:
    return {"found": [dict(call.arguments) for call in user.calls]}


@cache
def suites() -> Mapping[str, Suite]:
    text = (files("flowyte.proof") / "dojo.json").read_bytes()
    found: dict[str, Any] = msgspec.json.decode(text)
    return msgspec.convert(found["suites"], dict[str, Suite])


def pairs() -> Iterator[Pair]:
    for name, suite in suites().items():
        for user in suite.users:
            for injection in suite.injections:
                yield Pair(suite=suite, name=name, user=user, injection=injection)
