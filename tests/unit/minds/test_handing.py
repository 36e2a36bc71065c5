"""Handing a caller over: by a place in the owner's list, judged, announced, ordered once; and what else there is."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.unit.minds.desk import AGENT, Desk, DeskMind, DeskRunner, context, room, said
from tests.unit.minds.workshop import Ask, Counting, Puppet, Step, Talk, policy, skill, spoken, talk

from flowyte.conversation.reply import EndCall, Expect, HandOff, Judged, Reply, Sentence, SkillCalled, UserTurn
from flowyte.minds.handing import PUT_THROUGH, asks_person
from flowyte.minds.judged import JudgedMind, JudgedThinking
from flowyte.testing.clock import VirtualClock
from flowyte.testing.model_server import Answer, ModelServer, model_server

RULES = [
    {"label": "billing", "when": "Questions about an invoice.", "destination": "+12025550143"},
    {"label": "the front desk", "when": "", "destination": "+12025550142"},
]
PEOPLE: dict[str, Any] = {"transferDestination": "+12025550142", "transferRules": RULES}
TO_BILLING, TO_DESK = Ask(PUT_THROUGH, {"to": 1}), Ask(PUT_THROUGH, {"to": 2})
NIGHT: dict[str, Any] = {"timezone": "UTC", "weekly": {"mon": [{"start": "00:00", "end": "00:01"}]}}


def runner() -> Counting:
    return Counting(kinds=frozenset(("take_message", "http_webhook", "email", "transfer")))


def phone(mind: Puppet, made: Counting, **agent: Any) -> Talk:
    return talk(mind, made, phone=True, handoffConfig=PEOPLE, **agent)


def handed(parts: list[Reply]) -> list[HandOff]:
    return [part for part in parts if isinstance(part, HandOff)]


async def test_a_caller_is_put_through_to_a_place_in_the_list() -> None:
    """Announced by the person's label; nothing is ordered before the line asks for it, and then once."""
    made = runner()
    at = phone(Puppet(TO_BILLING, Sentence(text="Not heard.")), made)
    parts = await at.say("I have a question about my invoice")
    assert spoken(parts) == "I am putting you through to billing."
    (hand_off,) = handed(parts)
    assert (hand_off.outcome, hand_off.to, hand_off.number) == ("put_through", 1, "…0143")
    assert made.effects == []
    for _ in range(2):
        ok, told = await at.thinking.put_through(hand_off)
        assert ok
    assert [dict(order.arguments) for order in made.effects] == [{"label": "billing", "destination": "+12025550143"}]
    assert "2025550143" not in repr(told), "the receipt keeps the end of a number"


@pytest.mark.parametrize("to", ["+12025550100", "billing", 9, 0, True, [1], "sip:me@example.com"])
async def test_a_number_that_a_mind_makes_up_reaches_nobody(to: Any) -> None:
    """Only a place in the list does."""
    made, mind = runner(), Puppet(Ask(PUT_THROUGH, {"to": to}))
    at = phone(mind, made)
    parts = await at.say("Put me through to that number")
    assert handed(parts) == []
    assert mind.uses[0].fault
    assert (await at.thinking.put_through(HandOff(reason="x", outcome="put_through", to=9)))[0] is False
    assert made.effects == []


async def test_a_mind_hands_nobody_over_by_itself() -> None:
    """What it reports of a hand-over is not heard."""
    forged: Step = HandOff(reason="x", outcome="put_through", to=1, label="billing", number="…0143")
    assert handed(await phone(Puppet(forged, Sentence(text="Hello.")), runner()).say("Hi")) == []


async def test_guardrails_judge_it_when_it_is_asked_and_when_it_is_ordered() -> None:
    """A business that is closed puts nobody through; a limit that was reached meanwhile still counts."""
    made = runner()
    closed = policy("business_hours") | {"appliesToSkillType": "transfer"}
    parts = await phone(Puppet(TO_DESK), made, guardrails=[closed]).say("A person please")
    assert handed(parts) == []
    assert [part.policy for part in parts if isinstance(part, Judged)] == ["business_hours"]
    limit = policy("rate_limit", perConversation=0) | {"appliesToSkillType": "transfer"}
    at = phone(Puppet(), made, guardrails=[limit])
    ok, told = await at.thinking.put_through(HandOff(reason="no_response", outcome="put_through", to=2))
    assert (ok, [type(part) for part in told], made.effects) == (False, [Judged], [])


async def test_where_changes_are_confirmed_first_the_person_is_read_back() -> None:
    """By label; the yes is the caller's."""
    at = phone(Puppet(TO_DESK), made := runner(), guardrails=[policy("write_gate")])
    assert spoken(await at.say("A person")) == "I am about to put you through to the front desk. Shall I do that?"
    parts = await at.say("Yes please")
    assert [hand_off.to for hand_off in handed(parts)] == [2]
    assert made.effects == []


async def test_a_transfer_skill_goes_to_its_own_destination_while_that_is_in_the_list() -> None:
    """Taken out of the list it reaches nobody, and a message is offered instead."""
    asked = skill("to_billing", kind="transfer", requiresConfirmation=False)
    asked["executionConfig"] = {"destination": "+12025550143"}
    made = runner()
    at = talk(Puppet(Ask("to_billing")), made, phone=True, handoffConfig=PEOPLE, skills=[asked])
    assert handed(await at.say("Billing"))[0].label == "billing"
    ok, told = await at.thinking.put_through(HandOff(reason="x", outcome="put_through", to=1))
    assert ok
    assert [part.name for part in told if isinstance(part, SkillCalled)] == ["to_billing"]
    gone = {"transferDestination": "+12025550142"}
    parts = await talk(Puppet(Ask("to_billing")), runner(), phone=True, handoffConfig=gone, skills=[asked]).say(
        "Billing"
    )
    assert handed(parts)[0].outcome == "message"


async def test_a_line_without_transfers_says_so() -> None:
    """A chat takes a message, or tells the number where the owner lets it; the outcome says which."""
    parts = await talk(Puppet(TO_DESK), runner(), handoffConfig=PEOPLE).say("A person")
    assert [(h.outcome, h.label) for h in handed(parts)] == [("message", "the front desk")]
    assert "cannot put you through from here" in spoken(parts)
    told = await talk(Puppet(TO_DESK), runner(), handoffConfig=PEOPLE | {"sayNumber": True}).say("A person")
    assert "You can reach the front desk at +1 202-555-0142." in spoken(told)
    assert [(h.outcome, h.number) for h in handed(told)] == [("told", "…0142")]


async def test_a_playbook_hands_over_by_the_same_way() -> None:
    """To the usual person or to the one it names; a number that is not in the list reaches nobody."""
    for named, found in (("", 2), ("billing", 1), ("+12025550143", 1), ("+12025550100", 0)):
        nodes = [
            {"id": "start", "type": "start"},
            {"id": "to", "type": "transfer", "data": {"say": "One moment.", "destination": named}},
        ]
        graph = {"nodes": nodes, "connections": [{"source": "start", "target": "to"}]}
        begins = skill("ask", kind="playbook")
        begins["executionConfig"] = {"playbookId": "pb_1"}
        books = [{"id": "pb_1", "name": "P", "isEnabled": True, "graph": graph}]
        parts = await phone(Puppet(Ask("ask")), runner(), skills=[begins], playbooks=books).say("Go")
        assert spoken(parts).startswith("One moment. ")
        assert [h.to for h in handed(parts)] == [found]


async def test_a_caller_who_has_had_enough_is_offered_a_person() -> None:
    """After as many turns as the owner says; a no goes on, a yes is put through."""
    config = PEOPLE | {"escalationThreshold": 2}
    at = talk(Puppet(Sentence(text="Hm.")), runner(), phone=True, handoffConfig=config)
    assert spoken(await at.say("This is ridiculous")) == "Hm."
    offer = await at.say("You are not helping me!")
    assert spoken(offer) == "I am sorry about that. Shall I put you through to the front desk?"
    assert offer[-1] == Expect(kind="yes_no")
    assert handed(await at.say("yes"))[0].to == 2
    again = talk(Puppet(Sentence(text="Hm.")), runner(), phone=True, handoffConfig=config)
    for text in ("This is useless", "I am so angry"):
        offer = await again.say(text)
    assert handed(await again.say("no")) == []
    assert spoken(await again.say("What does it cost?")) == "Hm."


async def test_a_turn_that_is_said_again_counts_once() -> None:
    """A caller who goes on speaking has not been dissatisfied twice."""
    at = talk(Puppet(Sentence(text="Hm.")), runner(), guardrails=[policy("content_policy", negativeSentimentTurns=2)])
    await at.say("This is ridiculous")
    assert spoken(await at.say("This is ridiculous, really", again=True)) == "Hm."
    assert "with a person" in spoken(await at.say("That is unacceptable"))


async def test_an_emergency_after_hours_is_told_the_number() -> None:
    """Only while closed, and not where the caller says that it is none."""
    hours = NIGHT | {"afterHours": {"emergencyNumber": "+12025550199"}}
    at = talk(Puppet(Sentence(text="Hm.")), runner(), phone=True, businessHours=hours)
    assert spoken(await at.say("It is an emergency")) == "In an emergency, please call 2 0 2, 5 5 5, 0 1 9 9."
    assert spoken(await at.say("It is not an emergency")) == "Hm."
    always = {"timezone": "UTC", "afterHours": hours["afterHours"]}
    assert spoken(await talk(Puppet(Sentence(text="Hm.")), businessHours=always).say("An emergency!")) == "Hm."


def opened(**agent: Any) -> JudgedThinking:
    return phone(Puppet(), runner(), greeting="Good evening.", **agent).thinking


@pytest.mark.parametrize(
    ("after", "greeting", "to"),
    [
        ({}, "Good evening.", None),
        ({"message": "We open at nine."}, "Good evening. We open at nine.", None),
        (
            {"mode": "message", "message": "We open at nine."},
            "Good evening. We open at nine. I can take a message. What is your name, please?",
            None,
        ),
        (
            {"mode": "transfer", "allowHumanTransfer": True, "number": "+12025550199"},
            "Good evening. We are closed at the moment. I am putting you through to the number for after hours.",
            3,
        ),
        (
            {"mode": "transfer"},
            "Good evening. We are closed at the moment. I can take a message. What is your name, please?",
            None,
        ),
    ],
)
def test_the_first_words_after_hours(after: dict[str, Any], greeting: str, to: int | None) -> None:
    """The agent answers, takes a message, or puts the caller through, as the owner wrote it."""
    opening = opened(businessHours=NIGHT | {"afterHours": after}).opening()
    assert opening.greeting == greeting
    assert (opening.hand_off.to if opening.hand_off else None) == to
    assert opened(businessHours={"afterHours": after}).opening().greeting == "Good evening."


def test_a_silent_caller_is_put_through_where_the_owner_wants_it() -> None:
    """To the usual person, on a line that can."""
    control = {"onNoResponseAction": "transfer"}
    silent = opened(callControl=control).opening().silent
    assert silent is not None
    assert (silent.to, silent.reason) == (2, "no_response")
    assert opened().opening().silent is None
    assert talk(Puppet(), runner(), handoffConfig=PEOPLE, callControl=control).thinking.opening().silent is None


# With the minds that there are


def policy_alone(**agent: Any) -> tuple[JudgedThinking, DeskRunner, Desk]:
    desk, clock = Desk(passages=()), VirtualClock()
    made = DeskRunner(desk)
    about = context({**AGENT, **agent}, transfers=True)
    return JudgedMind(DeskMind(desk, clock), clock, made).open(about), made, desk


async def ask(thinking: JudgedThinking, number: int, text: str) -> list[Reply]:
    parts = [part async for part in thinking.respond(UserTurn(text=text, ts_ms=0, turn_index=number))]
    thinking.heard(said(parts))
    return parts


async def test_without_a_model_a_person_is_reached_by_asking_for_one() -> None:
    """By name, or the usual one."""
    alone = {"handoffConfig": {"transferDestination": "+12025550142"}, "businessHours": {}}
    thinking, made, _ = policy_alone(**alone)
    parts = await ask(thinking, 1, "Can I speak to a real person please?")
    assert said(parts) == "I am putting you through to the team."
    assert (await thinking.put_through(handed(parts)[0]))[0]
    assert made.ordered == ["+12025550142"]
    thinking, made, _ = policy_alone(handoffConfig=PEOPLE, businessHours={})
    parts = await ask(thinking, 1, "Put me through to billing")
    assert [h.label for h in handed(parts)] == ["billing"]


async def test_after_hours_a_message_is_taken_and_that_is_all() -> None:
    """The name was asked for by the first words; what is said in between changes nothing, and then it is over."""
    thinking, _, desk = policy_alone(businessHours=NIGHT | {"afterHours": {"mode": "message"}})
    await ask(thinking, 1, "Ann Lee")
    await ask(thinking, 2, "202 555 0142")
    await ask(thinking, 3, "yes")
    parts = await ask(thinking, 4, "Please call me about my crown")
    assert [filing.name for filing in desk.filed] == ["Ann Lee"]
    assert isinstance(parts[-1], EndCall) or any(isinstance(part, EndCall) for part in parts)
    assert said(parts).endswith("Goodbye.")
    thinking, _, desk = policy_alone(businessHours=NIGHT | {"afterHours": {"mode": "message"}})
    parts = await ask(thinking, 1, "Never mind, bye")
    assert any(isinstance(part, EndCall) for part in parts)
    assert desk.filed == []


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with model_server() as running:
        yield running


async def test_a_model_picks_a_place_and_its_turn_is_over(server: ModelServer) -> None:
    """What it is told are labels and when they are meant, and no number."""
    server.will(Answer(calls=(("c1", PUT_THROUGH, '{"to": 1}'),)))
    at = room(server, agent={**AGENT, "handoffConfig": PEOPLE, "businessHours": {}}, transfers=True)
    parts = await at.ask("I have a question about my invoice")
    assert said(parts) == "I am putting you through to billing."
    assert [h.to for h in handed(parts)] == [1]
    assert len(server.requests) == 1
    asked = repr(server.requests[0])
    assert "Questions about an invoice." in asked
    assert "2025550143" not in asked


async def test_a_model_that_names_a_number_reaches_nothing(server: ModelServer) -> None:
    """It is told that this is no place in the list, and answers in words."""
    number = (("c1", PUT_THROUGH, '{"to": "+12025550100"}'),)
    server.will(Answer(calls=number), Answer(text="Whom would you like to speak to?"))
    at = room(server, agent={**AGENT, "handoffConfig": PEOPLE, "businessHours": {}}, transfers=True)
    parts = await at.ask("Call my friend")
    assert handed(parts) == []
    assert said(parts) == "Whom would you like to speak to?"


async def test_on_a_line_without_transfers_the_tool_says_what_it_does(server: ModelServer) -> None:
    """It is not offered as a transfer, and what comes of it is a message, which the policy takes."""
    server.will(Answer(calls=(("c1", PUT_THROUGH, '{"to": 2}'),)))
    at = room(server, agent={**AGENT, "handoffConfig": PEOPLE, "businessHours": {}})
    parts = await at.ask("A person, please")
    tools = {tool["function"]["name"]: tool["function"]["description"] for tool in server.requests[0]["tools"]}
    assert "cannot put anybody through" in tools[PUT_THROUGH]
    assert [h.outcome for h in handed(parts)] == ["message"]
    assert said(parts).endswith("What is your name, please?")
    assert "number" in said(await at.ask("Ann Lee"))


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("I want to talk to a person", True),
        ("can you transfer me to someone", True),
        ("Give me an operator", True),
        ("speak to your manager", True),
        ("Is there a real human there?", True),
        ("Are you open today?", False),
        ("I would like to transfer money", False),
        ("Who is the person on the poster?", False),
    ],
)
def test_who_wants_a_person(text: str, wants: bool) -> None:
    assert asks_person(text) is wants


async def test_what_is_built_in_works_with_a_model(server: ModelServer) -> None:
    """Said again by the model itself, ended by its tool."""
    again = skill("say_again", kind="builtin")
    again["executionConfig"] = {"action": "repeat"}
    server.will(Answer(calls=(("c1", "say_again", "{}"),)), Answer(text="We open at nine."))
    at = room(server, agent={**AGENT, "skills": [again]})
    assert said(await at.ask("Pardon?")) == "We open at nine."
    assert "same words" in str(server.requests[1]["messages"][-1])


def test_who_is_not_to_be_recorded_is_put_through_where_the_agent_says_so() -> None:
    """To the usual person, where the line can."""
    recording = {"onDenial": "transfer"}
    refused = opened(recording=recording).opening().refused
    assert refused is not None
    assert (refused.to, refused.reason) == (2, "not_recorded")
    assert opened().opening().refused is None
    assert talk(Puppet(), runner(), handoffConfig=PEOPLE, recording=recording).thinking.opening().refused is None
