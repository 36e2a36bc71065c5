"""A playbook within a conversation: begun by a skill, judged like a mind, left and returned to."""

from typing import Any

from tests.unit.minds.workshop import Ask, Counting, Puppet, policy, skill, spoken, talk

from flowyte.conversation.reply import Expect, HandOff, Judged, Sentence
from flowyte.minds.playing import BROKEN, LEFT

BOOK = Ask("booking")


def graph(*, saves: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "nodes": [
            {"id": "start", "type": "start"},
            {"id": "day", "type": "collect", "data": {"slot": "day", "kind": "date", "ask": "Which day?", "tries": 2}},
            {"id": "phone", "type": "collect", "data": {"slot": "phone", "kind": "phone", "ask": "Your number?"}},
            {
                "id": "book", "type": "skill",
                "data": {"skill": "book", "arguments": {"day": "{day}", "phone": "{phone}"}, "saves": saves or {}},
            },
            {"id": "done", "type": "end", "data": {"say": "You are down for {day}."}},
            {"id": "sorry", "type": "end", "data": {"say": "Then let us leave it."}},
            {"id": "person", "type": "transfer", "data": {"say": "I will put you through."}},
        ],
        "connections": [
            {"source": "start", "target": "day"},
            {"source": "day", "target": "phone"},
            {"source": "day", "sourceHandle": "fallback", "target": "person"},
            {"source": "phone", "target": "book"},
            {"source": "phone", "sourceHandle": "fallback", "target": "person"},
            {"source": "book", "target": "done"},
            {"source": "book", "sourceHandle": "failed", "target": "sorry"},
        ],
    }  # fmt: skip


def agent(**more: Any) -> dict[str, Any]:
    book = skill("book", "day", "phone", isWrite=True, **more.pop("book", {}))
    begins = skill("booking", kind="playbook", config={"playbookId": "pb_1"})
    begins["executionConfig"] = {"playbookId": "pb_1"}
    return {
        "playbooks": [{"id": "pb_1", "name": "Booking", "isEnabled": True, "graph": more.pop("graph", graph())}],
        "skills": [book, begins],
        **more,
    }


async def test_it_asks_reads_back_and_does() -> None:
    """Begun by the mind, walked without it, and the skill gets what was said as values."""
    runner = Counting()
    mind = Puppet(BOOK, Sentence(text="Not heard."))
    at = talk(mind, runner, **agent())
    parts = await at.say("I want to book")
    assert spoken(parts) == "Which day?"
    assert spoken(await at.say("the third of May 2027")) == "Your number?"
    asked = spoken(await at.say("202 555 0142"))
    assert asked.startswith("I am about to book: ")
    assert runner.names == []
    assert spoken(await at.say("yes")).startswith("You are down for ")
    assert runner.names == ["book"]
    assert dict(runner.effects[0].arguments) == {"day": "2027-05-03", "phone": "+12025550142"}
    mind.steps = (Sentence(text="You are welcome."),)
    assert spoken(await at.say("thanks")) == "You are welcome."


async def test_no_is_no_effect() -> None:
    """What was read back and not agreed to takes the way that is drawn for it."""
    runner = Counting()
    at = talk(Puppet(BOOK), runner, **agent())
    for text in ("book", "the third of May 2027", "202 555 0142"):
        await at.say(text)
    assert spoken(await at.say("no")) == "Then let us leave it."
    assert runner.names == []


async def test_a_question_in_between_is_the_minds_and_the_collect_is_asked_again() -> None:
    """The mind answers; the playbook goes on where it was."""
    mind = Puppet(BOOK)
    at = talk(mind, **agent())
    await at.say("book")
    mind.steps = (Sentence(text="A crown is 900."),)
    assert spoken(await at.say("What does a crown cost?")) == "A crown is 900. Which day?"
    assert spoken(await at.say("the third of May 2027")) == "Your number?"


async def test_it_can_be_left_and_ends_with_a_person_after_its_tries() -> None:
    """Never mind is never mind; twice nothing is a transfer."""
    at = talk(Puppet(BOOK), **agent())
    await at.say("book")
    assert spoken(await at.say("never mind, thanks")) == LEFT
    await at.say("book")
    await at.say("purple")
    parts = await at.say("purple")
    assert any(isinstance(part, HandOff) for part in parts)
    assert "put you through" in spoken(parts)


async def test_what_a_playbook_does_and_says_is_judged() -> None:
    """Its skill waits for a verification it cannot have, and its words are words like any others."""
    runner = Counting()
    guards = [policy("write_gate", alwaysEscalate=["book"])]
    at = talk(Puppet(BOOK), runner, **agent(guardrails=guards))
    for text in ("book", "the third of May 2027", "202 555 0142"):
        await at.say(text)
    parts = await at.say("yes")
    assert any(isinstance(part, Judged) and part.outcome == "escalate" for part in parts)
    assert spoken(parts).endswith("Then let us leave it.")
    assert runner.names == []
    talked = talk(Puppet(BOOK), **agent(guardrails=[policy("content_policy", bannedTopics=["which day"])]))
    assert "Which day?" not in spoken(await talked.say("book"))


async def test_a_turn_that_replaces_another_starts_where_that_one_did() -> None:
    """The caller goes on speaking: the step is taken once, with the whole of it."""
    at = talk(Puppet(BOOK), **agent())
    await at.say("book")
    await at.say("the third of")
    parts = await at.say("the third of May 2027", again=True)
    assert spoken(parts) == "Your number?"


async def test_a_reply_that_agrees_is_done_once_however_often_it_is_heard() -> None:
    """The yes is interrupted and heard again: one booking."""
    runner = Counting()
    at = talk(Puppet(BOOK), runner, **agent())
    for text in ("book", "the third of May 2027", "202 555 0142", "yes"):
        await at.say(text)
    await at.say("yes please", again=True)
    assert runner.names == ["book"]


async def test_one_that_does_not_fit_its_skills_is_not_begun() -> None:
    """The version was frozen before it was checked: the caller is told, and nothing breaks."""
    broken = agent(graph={"nodes": [{"id": "start", "type": "start"}], "connections": []})
    parts = await talk(Puppet(BOOK), **broken).say("book")
    assert spoken(parts) == BROKEN


async def test_a_keypad_is_expected_where_digits_are() -> None:
    """The machine is told what kind of answer comes next."""
    at = talk(Puppet(BOOK), **agent())
    await at.say("book")
    parts = await at.say("the third of May 2027")
    assert [part.kind for part in parts if isinstance(part, Expect)] == ["digits"]
