"""A canary card through a playbook that collects it as sensitive: the skill gets it, and nothing else does."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest
from tests.unit.minds.workshop import Ask, Counting, Puppet, policy, skill, spoken, talk

from flowyte.conversation.privacy import NOT_KEPT
from flowyte.conversation.reply import MindContext, SkillCalled, SkillReturned
from flowyte.kit.errors import Invalid
from flowyte.minds.judged import JudgedMind
from flowyte.minds.playing import started
from flowyte.playbooks.check import compiled, read_graph
from flowyte.playbooks.model import SkillView
from flowyte.testing.clock import VirtualClock
from flowyte.testing.screenplay import Call

CARD = "4111111111111111"
BEGIN = Ask("paying")


def graph(**card: Any) -> dict[str, Any]:
    ask = {"slot": "card", "kind": "digits", "ask": "Please key in the card number.", "pattern": r"[0-9]{13,19}"}
    return {
        "nodes": [
            {"id": "start", "type": "start"},
            {"id": "card", "type": "collect", "data": {**ask, "sensitive": True, **card}},
            {"id": "pay", "type": "skill", "data": {"skill": "charge", "arguments": {"card": "{card}"}}},
            {"id": "done", "type": "end", "data": {"say": "That is paid."}},
            {"id": "sorry", "type": "end", "data": {"say": "Then let us leave it."}},
        ],
        "connections": [
            {"source": "start", "target": "card"},
            {"source": "card", "target": "pay"},
            {"source": "card", "sourceHandle": "fallback", "target": "sorry"},
            {"source": "pay", "target": "done"},
            {"source": "pay", "sourceHandle": "failed", "target": "sorry"},
        ],
    }


def agent(**more: Any) -> dict[str, Any]:
    begins = skill("paying", kind="playbook")
    begins["executionConfig"] = {"playbookId": "pb_1"}
    return {
        "id": "agt_1",
        "playbooks": [{"id": "pb_1", "name": "Paying", "isEnabled": True, "graph": graph()}],
        "skills": [skill("charge", "card", isWrite=True, **more.pop("charge", {})), begins],
        **more,
    }


async def test_the_skill_gets_it_and_no_reply_no_ledger_and_no_mind_does() -> None:
    """The answer of the skill holds it too, and is told without it."""
    runner = Counting(results={"charge": {"paid": True, "card": "4111 1111 1111 1111", "last": "1111"}})
    mind = Puppet(BEGIN)
    at = talk(mind, runner, **agent())
    parts = await at.say("I want to pay")
    assert at.thinking.private
    parts += await at.say("4111 1111 1111 1111, is that enough?")
    assert not at.thinking.private
    parts += await at.say("yes please")
    order = runner.effects[0]
    assert order.arguments == {"card": CARD}
    assert order.kept == {"card": "[not kept]"}
    assert not order.keep_result
    assert CARD not in order.key
    told = json.dumps([repr(part) for part in parts])
    assert "1111111" not in told.replace(" ", "")
    called = next(part for part in parts if isinstance(part, SkillCalled) and part.arguments)
    assert called.arguments == {"card": "[not kept]"}
    returned = next(part for part in parts if isinstance(part, SkillReturned))
    assert returned.result == {"paid": True, "card": "[not kept]", "last": "1111"}
    assert spoken(parts).endswith("That is paid.")
    assert mind.began == 1  # the mind was asked for nothing after it had begun the playbook


async def test_a_skill_that_is_confirmed_is_read_back_without_it() -> None:
    runner = Counting()
    at = talk(Puppet(BEGIN), runner, **agent(charge={"requiresConfirmation": True}), guardrails=[policy("write_gate")])
    await at.say("I want to pay")
    asked = spoken(await at.say(CARD))
    assert "1 1 1" not in asked
    assert CARD not in asked


async def test_another_card_is_another_effect() -> None:
    """The digest of an intent that is kept is of nothing that could be guessed, and still tells two cards apart."""
    runner = Counting()
    at = talk(Puppet(BEGIN), runner, **agent())
    for card in (CARD, "5555555555554444"):
        await at.say("I want to pay")
        await at.say(card)
        await at.say("yes")
    assert [order.arguments["card"] for order in runner.effects] == [CARD, "5555555555554444"]
    other = talk(Puppet(BEGIN), again := Counting(), **agent())
    for text in ("I want to pay", CARD, "yes"):
        await other.say(text)
    assert again.effects[0].key != runner.effects[0].key


async def test_on_a_call_neither_timeline_nor_screen_nor_recording_has_it() -> None:
    """Keyed and spoken; the caller's track is silent from the question to the next turn, and as long as
    the agent's."""
    runner = Counting()
    clock = VirtualClock()
    context = MindContext(org=UUID(int=1), conversation_id="cnv", agent=agent(), channel="voice", language="en-US")
    call = Call(context, JudgedMind(Puppet(BEGIN), clock, runner), clock)
    await _pays(call)
    assert runner.effects[0].arguments == {"card": CARD}
    kept = json.dumps([call.evidence.events, [str(note) for note in call.leg.notes]], default=str)
    assert "111" not in kept
    texts = [data["text"] for data in call.evidence.of("user_utterance")]
    assert texts == ["I want to pay", NOT_KEPT, NOT_KEPT]  # what may be the rest of it is not kept either
    assert len(call.evidence.caller) == len(call.evidence.agent)
    assert bytes(4 * 16_000) in bytes(call.evidence.caller)
    assert any(call.evidence.caller[:16_000])


async def _pays(call: Call) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(call.session.run())
        await asyncio.sleep(0)
        await call.notice()
        await call.caller_says("I want to pay")
        await call.until("speaking")
        await call.until("listening")
        await call.presses(f"{CARD}#")
        await call.until("speaking")
        await call.until("listening")
        await call.caller_says("yes")
        await call.until("speaking")
        await call.hangs_up()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"nodes": [{"id": "done", "type": "end", "data": {"say": "I have {card}."}}]}, "may not be said"),
        ({"nodes": [{"id": "pay", "type": "skill", "data": {"skill": "charge", "arguments": {"card": "no {card}"}}}]},
         "only be an argument by itself"),
        ({"nodes": [{"id": "sorry", "type": "branch", "data": {"cases": [
            {"handle": "x", "slot": "card", "op": "matches", "value": "4.*"}]}}]}, "whether it is filled"),
    ],
)  # fmt: skip
def test_a_graph_that_would_tell_it_to_somebody_else_is_refused(change: dict[str, Any], fault: str) -> None:
    """At the drawing, where it is put right most easily."""
    drawn = graph()
    replaced = {node["id"]: node for node in change["nodes"]}
    drawn["nodes"] = [replaced.get(node["id"], node) for node in drawn["nodes"]]
    view = SkillView(name="charge", parameters=frozenset(("card",)), required=frozenset(("card",)), has_effects=True)
    _, faults = compiled(read_graph(drawn), {"charge": view})
    assert any(fault in each.message for each in faults)


def test_the_graph_as_it_is_may_be_walked() -> None:
    assert started(agent(), "pb_1") is not None
    assert Invalid  # the check's own error, raised where a graph is saved
