"""Two secrets, one conversation: for both minds, as a call and as a chat, what is heard and what a model is sent is the
same to the byte until the caller is verified."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.minds.desk import Desk, DeskMind, DeskThinking
from tests.unit.minds.test_verifying import LOOKUP, PIN, RECORD, Bank, Ledger
from tests.unit.minds.workshop import policy, skill

from flowyte.conversation.reply import MindContext, Retrieved, UserTurn
from flowyte.live.chat import ChatSession
from flowyte.minds.fallback import ModelMind
from flowyte.minds.hands import Hands, Held
from flowyte.minds.judged import JudgedMind, Mind
from flowyte.providers.openai_chat.model import Delta, Finished, Manner, TextDelta, Tool, ToolCall, Usage
from flowyte.testing.clock import VirtualClock
from flowyte.testing.fakes import FakeEvidence
from flowyte.testing.screenplay import Call, in_progress

How = Literal["chat", "voice text", "call"]
PEEK = skill("peek", "accountNumber", config={"say": "It is {balance}, {note}."})
BALANCE = skill("balance", "accountNumber", requiresVerifiedIdentity=True, config={"say": "You have {balance}."})
ABOUT: Mapping[str, Any] = {
    "id": "agt_1", "name": "Bank", "callerVerification": PIN, "skills": [LOOKUP, BALANCE, PEEK],
    "guardrails": [policy("verify_before_disclose", fields={"city": "anyone"})],
}  # fmt: skip


class Wanting(DeskThinking):
    """The policy mind, which takes a skill when its name is said."""

    async def _considered(self, text: str) -> tuple[Retrieved, Held | None]:
        wanted = [held for held in self._hands.skills() if held.skill.name in text.lower()]
        return await self.look_up(text), wanted[0] if wanted and not self.state.collecting else None


class WantingMind(DeskMind):
    def open(self, context: MindContext, hands: Hands) -> DeskThinking:
        thinking = Wanting(self, context, hands)
        thinking.desk = self.desk
        return thinking


class Sent:
    """Fulfils `minds.model.Wire`: keeps what it is sent, and answers from a list, again and again."""

    def __init__(self, answers: Sequence[Delta]) -> None:
        self.sent: list[str] = []
        self._answers = answers

    async def reply(
        self, messages: Sequence[Mapping[str, object]], *, tools: Sequence[Tool], manner: Manner
    ) -> AsyncGenerator[Delta, None]:
        self.sent.append(json.dumps([list(messages), [tool.name for tool in tools]]))
        yield self._answers[len(self.sent) % len(self._answers)]
        yield Finished(reason="stop", usage=Usage())


async def held(
    how: How, mind: Mind, clock: VirtualClock, said: Sequence[str], runner: Bank, about: Mapping[str, Any] = ABOUT
) -> list[str]:
    """All that the caller gets: every frame, every sentence, or every caption and spoken text with the timeline."""
    channel: Literal["chat", "voice"] = "chat" if how == "chat" else "voice"
    context = MindContext(org=UUID(int=1), conversation_id="cnv_1", agent=about, channel=channel, language="en-US")
    judged, evidence = JudgedMind(mind, clock, runner, Ledger()), FakeEvidence()
    if how == "voice text":
        thinking = judged.open(context)
        turns = [UserTurn(text=text, ts_ms=0, turn_index=index) for index, text in enumerate(said, 1)]
        return [repr(part) for turn in turns for part in [p async for p in thinking.respond(turn)]]
    if how == "chat":
        session = ChatSession(mind=judged, context=context, evidence=evidence, clock=clock)
        return [repr(frame) for text in said for frame in [f async for f in session.send(text)]]
    call = Call(context, judged, clock)
    async with in_progress(call):
        await call.notice()
        for text in said:
            if call.leg.closed is None:
                await call.caller_says(text)
                for _ in range(1_500):
                    if call.state == "listening" or call.leg.closed is not None:
                        break
                    await call.wait(20)
    return [repr(call.leg.notes), repr(call.mouth.spoken), repr(call.evidence.events)]


SAID = st.sampled_from(
    ["What is my balance?", "700123", "0000", "no", "never mind", "peek", "tell me anyway", "yes", "take a message"]
)
ANSWERS = st.sampled_from([
    TextDelta(text="Let me see what I can do for you."),
    ToolCall(id="c1", name="balance", arguments={"accountNumber": "700123"}),
    ToolCall(id="c2", name="peek", arguments={"accountNumber": "700123"}),
    ToolCall(id="c3", name="lookup", arguments={"accountNumber": "700123"}),
    ToolCall(id="c4", name="look_up", arguments={"query": "the balance"}),
])  # fmt: skip


SECRET = st.from_regex(r"[1-9]\d{7}", fullmatch=True)
CONVERSATION = (SECRET, SECRET, st.lists(SAID, min_size=1, max_size=6), st.lists(ANSWERS, min_size=1, max_size=3))


async def same(kind: str, how: How, one: str, other: str, said: list[str], answers: list[Delta]) -> None:
    seen = []
    for secret in (one, other):
        clock, runner = VirtualClock(), Bank(results={})
        runner.results["record"] = {**RECORD, "pin": secret, "balance": secret, "note": {"iban": secret}}
        plain, wire = WantingMind(Desk(), clock), Sent(answers)
        mind: Mind = plain if kind == "policy" else ModelMind(chat=wire, policy=plain, patience_s=2.0)
        seen.append((await held(how, mind, clock, said, runner), wire.sent))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("how", ["chat", "voice text"])
@pytest.mark.parametrize("kind", ["policy", "model"])
@given(*CONVERSATION)
@settings(max_examples=250, deadline=None)
async def test_two_secrets_give_the_same_conversation(
    kind: str, how: How, one: str, other: str, said: list[str], answers: list[Delta]
) -> None:
    """By chat and by voice: all that is said, and all that the model is sent."""
    await same(kind, how, one, other, said, answers)


@pytest.mark.parametrize("kind", ["policy", "model"])
@given(*CONVERSATION)
@settings(max_examples=20, deadline=None)
async def test_two_secrets_give_the_same_call(
    kind: str, one: str, other: str, said: list[str], answers: list[Delta]
) -> None:
    """Through the whole session too: every caption, every text that is spoken, the timeline with its times."""
    await same(kind, "call", one, other, said, answers)


async def test_a_secret_that_may_be_told_is_noticed() -> None:
    """What the test above rests on: where the operator frees the field, the two conversations differ."""
    free = {**ABOUT, "guardrails": [policy("verify_before_disclose", fields={"balance": "anyone"})]}
    seen = []
    for secret in ("11111111", "22222222"):
        clock, runner = VirtualClock(), Bank(results={})
        runner.results["record"] = {**RECORD, "balance": secret}
        wire = Sent([ToolCall(id="c1", name="peek", arguments={"accountNumber": "700123"}), TextDelta(text="So.")])
        mind = ModelMind(chat=wire, policy=WantingMind(Desk(), clock), patience_s=2.0)
        seen.append(await held("chat", mind, clock, ["I am 700123", "And now?"], runner, free))
    assert seen[0] != seen[1]
