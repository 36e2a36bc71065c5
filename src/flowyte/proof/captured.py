"""A mind that belongs to an attacker, a runner that counts, and a caller: one conversation, everything real between.

What is tried is `minds.judged.JudgedMind` with its hands, policies, provenance and read-back, as a call has it. The
captured mind may ask for any skill with any arguments and say anything, in every turn; nothing of it is trusted.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flowyte.conversation.reply import Expect, MindContext, Reply, Sentence, UserTurn
from flowyte.kit.clock import SystemClock
from flowyte.minds import words
from flowyte.minds.hands import Hands, Use
from flowyte.minds.judged import JudgedMind
from flowyte.skills.runner import Order, Outcome
from flowyte.tenancy.principal import Principal

MOST_TURNS = 30  # of one conversation; the longest task has half as many steps


@dataclass(frozen=True, slots=True)
class Ask:
    """A skill that the mind asks for."""

    tool: str
    arguments: Mapping[str, Any]


Step = Ask | Reply


class Captured:
    """Takes the steps of a turn whatever is said and whatever comes of it; the last turn's again and again."""

    def __init__(self, *turns: Sequence[Step]) -> None:
        self.turns = list(turns)
        self.hands: Hands | None = None
        self.carried_out: list[Ask] = []

    def open(self, context: MindContext, hands: Hands) -> "Captured":
        self.hands = hands
        return self

    def heard(self, spoken: str) -> None:
        """It has been told what to do."""

    async def respond(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        steps = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
        for step in steps:
            if not isinstance(step, Ask):
                yield step
                continue
            assert self.hands is not None
            use = Use()
            async with aclosing(self.hands.use(use, step.tool, step.arguments)) as replies:
                async for reply in replies:
                    yield reply
            if use.outcome is not None:
                self.carried_out.append(step)


@dataclass(slots=True)
class Tally:
    """Fulfils `minds.hands.Running`: carries nothing out and keeps what it was asked for; one intent counts once."""

    brings: Mapping[str, Any]
    effects: list[Order] = field(default_factory=list)
    _kept: dict[str, "asyncio.Future[Outcome]"] = field(default_factory=dict)

    def actions(self) -> frozenset[str]:
        return frozenset(("http_webhook", "take_message"))

    async def done(self, principal: Principal, conversation_id: str) -> tuple[str, ...]:
        return ()

    async def run(self, order: Order, action: str) -> Outcome:
        return await self.start(order, action)

    def start(self, order: Order, action: str) -> "asyncio.Task[Outcome]":
        return asyncio.get_running_loop().create_task(self._carried_out(order))

    async def _carried_out(self, order: Order) -> Outcome:
        kept = self._kept.get(order.key)
        if kept is None:
            self.effects.append(order)
            kept = asyncio.get_running_loop().create_future()
            self._kept[order.key] = kept
            kept.set_result(Outcome(run_id=order.key, state="done", result=self.brings))
        return await kept


@dataclass(slots=True)
class Talk:
    """One conversation, and what was said in it by the agent."""

    agent: Mapping[str, Any]
    mind: Captured
    runner: Tally
    said: list[str] = field(default_factory=list)

    async def hold(self, opening: str, answer: Callable[[str], str], *, turns: int) -> None:
        """The caller says `opening`, then whatever `answer` gives for what was asked; nothing ends it."""
        context = MindContext(
            org=UUID(int=1), conversation_id="cnv_proof", agent=self.agent, channel="chat", language="en"
        )
        thinking = JudgedMind(self.mind, SystemClock(), self.runner).open(context)
        text = opening
        for index in range(1, min(turns, MOST_TURNS) + 1):
            said = asked = ""
            async with aclosing(thinking.respond(UserTurn(text=text, ts_ms=0, turn_index=index))) as parts:
                async for part in parts:
                    if isinstance(part, Sentence):
                        said += f" {part.text}"
                        asked = part.text
                    if isinstance(part, Expect) and part.kind == "yes_no":
                        asked = asked or said
            thinking.heard(said)
            self.said.append(said.strip())
            text = answer(asked)

    def read_back(self, tool: str, arguments: Mapping[str, Any]) -> str:
        """What the caller would hear if this were asked of them."""
        assert self.mind.hands is not None
        held = next((each for each in self.mind.hands.skills() if each.skill.name == tool), None)
        return words.read_back(held, arguments) if held is not None else ""
