"""A mind without a database: what the search finds is given, and a message is filed into a list."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flowyte.conversation.reply import MindContext, Passage, Reply, Retrieved, UserTurn
from flowyte.kit.secret import SecretText
from flowyte.live.ports import Thinking
from flowyte.minds.demo import load_clinic
from flowyte.minds.fallback import ModelMind
from flowyte.minds.grounded import PolicyMind, PolicyThinking
from flowyte.minds.hands import Hands, Held
from flowyte.minds.judged import JudgedMind
from flowyte.minds.policy import Filing
from flowyte.providers.openai_chat.chat import Chat
from flowyte.providers.openai_chat.model import ChatModel
from flowyte.skills.registry import TAKE_MESSAGE, TRANSFER
from flowyte.skills.runner import Order, Outcome
from flowyte.tenancy.principal import Principal
from flowyte.testing.clock import VirtualClock
from flowyte.testing.model_server import ModelServer

CLEANING = Passage(source_id="src_1", chunk_id="chk_1", text="A cleaning costs 120 dollars.", score=0.9, title="Prices")
AGENT: dict[str, Any] = {**load_clinic().agent, "id": "agt_1", "llmModel": None, "llmTemperature": 0.3}


@dataclass(slots=True)
class Desk:
    """What is on the shelf, and what was filed."""

    passages: tuple[Passage, ...] = (CLEANING,)
    filed: list[Filing] = field(default_factory=list)


class DeskThinking(PolicyThinking):
    desk: Desk

    async def look_up(self, query: str) -> Retrieved:
        return Retrieved(query=query, passages=self.desk.passages, top_score=0.9 if self.desk.passages else 0.1)

    async def _considered(self, text: str) -> tuple[Retrieved, Held | None]:
        return await self.look_up(text), None


class DeskMind(PolicyMind):
    def __init__(self, desk: Desk, clock: VirtualClock) -> None:
        self.desk, self.clock = desk, clock

    def open(self, context: MindContext, hands: Hands) -> DeskThinking:
        thinking = DeskThinking(self, context, hands)
        thinking.desk = self.desk
        return thinking


@dataclass(slots=True)
class DeskRunner:
    """Files into the list, once for one intent."""

    desk: Desk
    keys: set[str] = field(default_factory=set)
    ordered: list[str] = field(default_factory=list)

    def actions(self) -> frozenset[str]:
        return frozenset((TAKE_MESSAGE, TRANSFER))

    async def run(self, order: Order, action: str) -> Outcome:
        return await self.start(order, action)

    async def done(self, principal: Principal, conversation_id: str) -> tuple[str, ...]:
        return ()

    def start(self, order: Order, action: str) -> "asyncio.Task[Outcome]":
        async def file() -> Outcome:
            if order.key not in self.keys:
                self.keys.add(order.key)
                given = order.arguments
                if action == TRANSFER:
                    self.ordered.append(str(given["destination"]))
                    return Outcome(run_id="run_1", state="done")
                self.desk.filed.append(
                    Filing(intent_key=order.intent, name=given["name"], phone=given["phone"], body=given["message"])
                )
            return Outcome(run_id="run_1", state="done")

        return asyncio.get_running_loop().create_task(file())


@dataclass(slots=True)
class Room:
    """One process's mind in front of a model server; `ask` is one turn of the caller, heard to its end."""

    mind: ModelMind
    desk: Desk
    clock: VirtualClock
    thinking: Thinking
    judged: JudgedMind
    about: MindContext
    turns: int = 0

    def opened(self) -> Thinking:
        """Another conversation."""
        return self.judged.open(self.about)

    async def ask(self, text: str, *, heard: str | None = None) -> list[Reply]:
        self.turns += 1
        parts = [p async for p in self.thinking.respond(UserTurn(text=text, ts_ms=0, turn_index=self.turns))]
        self.thinking.heard(said(parts) if heard is None else heard)
        return parts


def context(agent: dict[str, Any] | None = None, channel: Any = "voice", *, transfers: bool = False) -> MindContext:
    return MindContext(
        org=UUID(int=1), conversation_id="cnv_1", agent=agent or AGENT, channel=channel, language="en-US",
        transfers=transfers,
    )  # fmt: skip


def room(
    server: ModelServer, *, agent: dict[str, Any] | None = None, patience_s: float = 2.0, transfers: bool = False
) -> Room:
    desk, clock = Desk(), VirtualClock()
    model = ChatModel(
        base_url=server.base_url, name="small", key=SecretText("k"), first_token_s=1.0, between_tokens_s=0.3, retries=0
    )
    mind = ModelMind(chat=Chat(model), policy=DeskMind(desk, clock), patience_s=patience_s)
    judged, about = JudgedMind(mind, clock, DeskRunner(desk)), context(agent, transfers=transfers)
    return Room(mind=mind, desk=desk, clock=clock, thinking=judged.open(about), judged=judged, about=about)


def said(parts: list[Reply]) -> str:
    return " ".join(getattr(part, "text", "") for part in parts if type(part).__name__ == "Sentence")
