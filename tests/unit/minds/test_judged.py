"""What stands between a mind and the call: nothing that is denied is said or done, whatever the mind is."""

from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from flowyte.conversation.reply import (
    Captured,
    EndCall,
    Expect,
    HandOff,
    Judged,
    MindContext,
    Reply,
    Sentence,
    SkillCalled,
    SkillReturned,
    UserTurn,
)
from flowyte.minds.judged import JudgedMind
from flowyte.skills.registry import TAKE_MESSAGE
from flowyte.testing.clock import VirtualClock

BANNED = "lottery tickets"
MESSAGE = {"name": "A", "phone": "+12025550142", "message": "Call"}


class Hostile:
    """A mind that yields whatever it was given, and carries out every effect that it is let to."""

    def __init__(self, replies: list[Reply]) -> None:
        self.replies = replies
        self.carried_out: list[str] = []
        self.closed = False

    def open(self, context: MindContext) -> "Hostile":
        return self

    def heard(self, spoken: str) -> None:
        pass

    async def respond(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        try:
            for reply in self.replies:
                yield reply
                if isinstance(reply, SkillCalled):
                    self.carried_out.append(reply.name)
                    yield SkillReturned(call_id=reply.call_id, name=reply.name, ok=True, result={})
        finally:
            self.closed = True


def context(**agent: Any) -> MindContext:
    return MindContext(
        org=UUID(int=1), conversation_id="cnv_1", agent={"id": "agt_1", **agent}, channel="chat", language="en"
    )


async def answer(mind: Hostile, said: str = "Hello", **agent: Any) -> list[Reply]:
    thinking = JudgedMind(mind, VirtualClock()).open(context(**agent))
    return [part async for part in thinking.respond(UserTurn(text=said, ts_ms=0, turn_index=1))]


def policy(kind: str, **config: Any) -> dict[str, Any]:
    return {"policyType": kind, "config": config}


def called(name: str = TAKE_MESSAGE, **arguments: Any) -> SkillCalled:
    return SkillCalled(call_id="c", name=name, arguments=arguments or MESSAGE)


async def test_what_is_allowed_goes_through_as_it_is() -> None:
    """Without policies the mind's own parts, in order and nothing added."""
    parts: list[Reply] = [Sentence(text="Yes."), Captured(slot="name", value="A", display="A"), Expect(kind="yes_no")]
    mind = Hostile([*parts, called()])
    found = await answer(mind)
    assert found[:4] == [*parts, called()]
    assert mind.carried_out == [TAKE_MESSAGE]


async def test_a_denied_effect_does_not_take_place() -> None:
    """The mind is stopped between naming an effect and doing it; nothing after it is heard either."""
    mind = Hostile([Sentence(text="I file it."), called(), Sentence(text="I have filed it."), EndCall(reason="x")])
    found = await answer(mind, guardrails=[policy("write_gate", alwaysEscalate=[TAKE_MESSAGE])])
    assert mind.carried_out == []
    assert mind.closed
    judged = Judged(act=TAKE_MESSAGE, outcome="escalate", policy="write_gate", reason="a_person_decides")
    assert found[:2] == [Sentence(text="I file it."), judged]
    assert isinstance(found[2], Sentence)
    assert len(found) == 3


async def test_a_skill_gets_its_declared_fields_alone() -> None:
    """An argument that no skill asked for stops the effect, also of a skill that nobody knows."""
    for skill in (called(**MESSAGE, birthday="1 May"), called("wire_money", amount=10)):
        mind = Hostile([skill])
        found = await answer(mind)
        assert mind.carried_out == []
        assert isinstance(found[0], Judged)
        assert found[0].reason == "undeclared_field"


async def test_the_limit_of_a_conversation_holds_over_its_turns() -> None:
    """The third message of a conversation that may have two is not filed."""
    mind = Hostile([called()])
    limits = [policy("rate_limit", perConversation=2)]
    thinking = JudgedMind(mind, VirtualClock()).open(context(guardrails=limits))
    for turn in range(4):
        async for _ in thinking.respond(UserTurn(text="Again", ts_ms=0, turn_index=turn)):
            pass
    assert mind.carried_out == [TAKE_MESSAGE] * 2


async def test_the_limit_of_a_minute_ends_with_the_minute() -> None:
    clock, mind = VirtualClock(), Hostile([called()])
    thinking = JudgedMind(mind, clock).open(context(guardrails=[policy("rate_limit", perMinute=1)]))
    for turn, wait in enumerate((0, 59_000, 1_000)):
        clock.advance(wait)
        async for _ in thinking.respond(UserTurn(text="Again", ts_ms=0, turn_index=turn)):
            pass
    assert mind.carried_out == [TAKE_MESSAGE] * 2


async def test_a_banned_topic_is_not_even_thought_about() -> None:
    """The mind is not asked; what it would say by itself is stopped at the sentence."""
    guards = [policy("content_policy", bannedTopics=[BANNED])]
    asked = Hostile([Sentence(text="We sell them.")])
    found = await answer(asked, f"Do you sell {BANNED}?", guardrails=guards)
    assert [type(part) for part in found] == [Judged, Sentence]
    assert not asked.closed, "it was never begun"
    says = Hostile([Sentence(text="We sell lottery"), Sentence(text="Tickets are at the desk."), called()])
    found = await answer(says, guardrails=guards)
    assert next(part.text for part in found if isinstance(part, Sentence)) == "We sell lottery"
    assert not any("desk" in part.text for part in found if isinstance(part, Sentence))
    assert says.carried_out == []


parts = st.lists(
    st.one_of(
        st.builds(Sentence, text=st.sampled_from(["Yes.", BANNED, "lottery", "tickets", "I have filed it."])),
        st.builds(called, st.sampled_from([TAKE_MESSAGE, "wire_money", "end_call"])),
        st.builds(called, st.just(TAKE_MESSAGE), iban=st.text(max_size=5)),
        st.just(HandOff(reason="x")),
        st.just(EndCall(reason="x")),
    ),
    max_size=8,
)


@given(parts)
async def test_whatever_a_mind_emits_no_gated_effect_is_reached(replies: list[Reply]) -> None:
    """An adversary in place of the mind, with any parts in any order."""
    mind = Hostile(replies)
    guards = [
        policy("write_gate", alwaysEscalate=["end_call"]),
        policy("content_policy", bannedTopics=[BANNED]),
        policy("rate_limit", perConversation=1),
    ]
    found = await answer(mind, guardrails=guards)
    assert mind.carried_out in ([], [TAKE_MESSAGE])
    said = " ".join(part.text for part in found if isinstance(part, Sentence))
    assert BANNED not in said
    assert len([part for part in found if isinstance(part, Judged)]) <= 1
