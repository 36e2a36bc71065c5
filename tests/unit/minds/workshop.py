"""A mind that does as it is told and a runner that keeps count, for what stands between the two."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flowyte.conversation.reply import MindContext, Reply, Sentence, UserTurn
from flowyte.minds.hands import Hands, Use
from flowyte.minds.judged import JudgedMind, JudgedThinking
from flowyte.skills.runner import Order, Outcome
from flowyte.tenancy.principal import Principal
from flowyte.testing.clock import VirtualClock


@dataclass(frozen=True, slots=True)
class Ask:
    """A skill that the mind asks for."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    intent: str = ""


Step = Reply | Ask


class Puppet:
    """A mind that takes these steps in every turn, whatever is said and whatever comes of it."""

    def __init__(self, *steps: Step) -> None:
        self.steps = steps
        self.uses: list[Use] = []
        self.began = 0
        self.closed = False
        self.hands: Hands

    def open(self, context: MindContext, hands: Hands) -> "Puppet":
        self.hands = hands
        return self

    def heard(self, spoken: str) -> None:
        pass

    async def respond(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        self.began += 1
        try:
            for step in self.steps:
                if not isinstance(step, Ask):
                    yield step
                    continue
                self.uses.append(Use())
                asked = self.hands.use(self.uses[-1], step.name, step.arguments, intent=step.intent)
                async with aclosing(asked) as replies:
                    async for reply in replies:
                        yield reply
        finally:
            self.closed = True


@dataclass(slots=True)
class Counting:
    """Fulfils `minds.hands.Running`: every effect is counted, and the same intent is carried out once."""

    results: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset(("take_message", "http_webhook", "email"))
    gate: asyncio.Event | None = None
    """Effects wait for it, where there is one."""
    effects: list[Order] = field(default_factory=list)
    _kept: dict[str, "asyncio.Task[Outcome]"] = field(default_factory=dict)

    def actions(self) -> frozenset[str]:
        return self.kinds

    async def run(self, order: Order, action: str) -> Outcome:
        return await self.start(order, action)

    async def done(self, principal: Principal, conversation_id: str) -> tuple[str, ...]:
        return tuple(self.names)

    def start(self, order: Order, action: str) -> "asyncio.Task[Outcome]":
        if order.key not in self._kept:
            self._kept[order.key] = asyncio.get_running_loop().create_task(self._carried_out(order))
        return self._kept[order.key]

    async def _carried_out(self, order: Order) -> Outcome:
        if self.gate is not None:
            await self.gate.wait()
        self.effects.append(order)
        return Outcome(run_id=f"run_{len(self.effects)}", state="done", result=self.results.get(order.skill.name, {}))

    @property
    def names(self) -> list[str]:
        return [order.skill.name for order in self.effects]


@dataclass(slots=True)
class Talk:
    """One conversation."""

    thinking: JudgedThinking
    clock: VirtualClock
    turns: int = 0

    async def say(self, text: str, *, again: bool = False) -> list[Reply]:
        """A turn of the caller, heard to its end; `again` replaces the last one."""
        self.turns += not again
        parts = [part async for part in self.thinking.respond(UserTurn(text=text, ts_ms=0, turn_index=self.turns))]
        self.thinking.heard(spoken(parts))
        return parts


def talk(
    mind: Puppet,
    runner: Counting | None = None,
    *,
    clock: VirtualClock | None = None,
    phone: bool = False,
    **agent: Any,
) -> Talk:
    """`phone`: a line that can put the caller through."""
    clock = clock or VirtualClock()
    context = MindContext(
        org=UUID(int=1), conversation_id="cnv_1", agent={"id": "agt_1", **agent}, channel="voice" if phone else "chat",
        language="en", transfers=phone,
    )  # fmt: skip
    return Talk(JudgedMind(mind, clock, runner or Counting()).open(context), clock)


def skill(name: str, *parameters: str, kind: str = "http_webhook", **more: Any) -> dict[str, Any]:
    """A skill of an agent, of texts; a parameter's own schema by `schema={name: …}`."""
    schemas = more.pop("schema", {})
    described = {each: schemas.get(each, {"type": "string"}) for each in parameters}
    config = {"url": "https://example.com/hook"} if kind == "http_webhook" else {"to": "a@example.com", "subject": "s"}
    return {
        "id": f"skl_{name}", "name": name, "description": more.pop("description", name.replace("_", " ")),
        "skillType": kind, "parametersSchema": {"type": "object", "properties": described},
        "executionConfig": {**config, **more.pop("config", {})}, **more,
    }  # fmt: skip


def policy(kind: str, **config: Any) -> dict[str, Any]:
    return {"policyType": kind, "config": config}


def spoken(parts: list[Reply]) -> str:
    return " ".join(part.text for part in parts if isinstance(part, Sentence))
