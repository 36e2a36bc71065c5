"""A model that misbehaves in front of the policy mind, over real bytes: the caller always gets an answer."""

from collections.abc import AsyncIterator

import pytest
from tests.unit.minds.desk import AGENT, CLEANING, Room, room, said

from flowyte.conversation.reply import EndCall, Expect, Fallback, Reply, UserTurn
from flowyte.minds.breaker import FIRST_PAUSE_MS
from flowyte.minds.fallback import BROKE_OFF
from flowyte.testing.model_server import Answer, ModelServer, model_server

GOOD = Answer(text="A cleaning is 120 dollars. It takes a while.")


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with model_server() as running:
        yield running


def reasons(parts: list[Reply]) -> list[str]:
    return [part.reason for part in parts if isinstance(part, Fallback)]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=429), "busy"),
        (Answer(status=500), "broken"),
        (Answer(status=401), "refused"),
        (Answer(text="One two three", fault="broken_json"), "malformed"),
        (Answer(text="One", fault="cut"), "cut"),
        (Answer(text="No end is here", fault="no_finish"), "cut"),
        (Answer(fault="silent_before"), "slow"),
        (Answer(text="One two", fault="silent_between"), "silent"),
        (Answer(text=""), "empty"),
        (Answer(calls=(("c1", "look_up", '{"query": '),)), "malformed"),
    ],
)
async def test_whatever_the_model_does_the_policy_answers_the_very_turn(
    server: ModelServer, answer: Answer, reason: str
) -> None:
    """The timeline is told why, and the answer is the business's own."""
    server.will(answer)
    at = room(server, patience_s=0.5)
    parts = await at.ask("How much is a cleaning?")
    assert reasons(parts) == [reason]
    assert said(parts).endswith(CLEANING.text)


async def test_a_working_model_answers_sentence_by_sentence(server: ModelServer) -> None:
    """And nothing of the policy is heard."""
    server.will(GOOD)
    parts = await room(server).ask("How much is a cleaning?")
    assert said(parts) == GOOD.text
    assert reasons(parts) == []


async def test_after_a_failure_the_model_is_left_alone_until_the_pause_is_over(server: ModelServer) -> None:
    """The next turns do not wait for it; then one tries, and it is back."""
    server.will(Answer(status=500), GOOD)
    at = room(server)
    await at.ask("How much is a cleaning?")
    assert said(await at.ask("And a cleaning?")) == CLEANING.text
    assert len(server.requests) == 1
    at.clock.advance(FIRST_PAUSE_MS)
    assert said(await at.ask("How much is a cleaning?")) == GOOD.text


async def test_what_was_said_before_the_stream_broke_is_not_said_again(server: ModelServer) -> None:
    """The policy's answer is the same sentence, so it asks on instead."""
    server.will(Answer(text="A cleaning costs 120 dollars. " + "And then it goes on and on " * 3, fault="cut"))
    parts = await room(server).ask("How much is a cleaning?")
    assert said(parts).count("120 dollars") == 1
    assert said(parts).endswith("Is there anything else?")


async def test_half_an_answer_is_not_taken_back_by_not_knowing(server: ModelServer) -> None:
    """Nothing was found, so the policy alone would say that it does not know."""
    server.will(Answer(text="We have a nice view. " + "And so on and so forth " * 3, fault="cut"))
    at = room(server)
    at.desk.passages = ()
    parts = await at.ask("Tell me about the view")
    assert said(parts) == f"We have a nice view. {BROKE_OFF}"


async def _to_the_read_back(at: Room, server: ModelServer) -> list[Reply]:
    arguments = (
        '{"name": "Ann Lee", "phone": "two oh two five five five oh one four two", "message": "My crown fell out"}'
    )
    server.will(Answer(text="Of course. What is your name?", calls=(("c1", "take_message", arguments),)), GOOD)
    return await at.ask("This is Ann Lee, 202 555 0142, please pass on that my crown fell out")


async def test_a_message_is_read_back_from_the_stored_number_and_filed_once(server: ModelServer) -> None:
    """The model hands over what it knows; the number said is the parsed one, and yes files it without the model."""
    at = room(server)
    parts = await _to_the_read_back(at, server)
    assert said(parts) == "Of course. I have 2 0 2, 5 5 5, 0 1 4 2. Is that right?"
    assert isinstance(parts[-1], Expect)
    done = await at.ask("Yes")
    assert [(f.name, f.phone, f.body) for f in at.desk.filed] == [("Ann Lee", "+12025550142", "My crown fell out")]
    assert "I have filed your message" in said(done)
    assert len(server.requests) == 1
    assert said(await at.ask("How much is a cleaning?")) == GOOD.text
    assert len(at.desk.filed) == 1


async def test_a_read_back_cut_in_the_middle_is_not_confirmed_by_yes(server: ModelServer) -> None:
    """It is read again; a correction is taken at once."""
    at = room(server)
    await _to_the_read_back(at, server)
    at.thinking = at.opened()
    at.turns = 0
    server.answers.appendleft(Answer(calls=(("c1", "take_message", '{"name": "Ann", "phone": "2025550142"}'),)))
    await at.ask("Take a message", heard="I have 2 0 2, 5")
    assert "0 1 4 2" in said(await at.ask("yes", heard="I have 2"))
    assert "0 1 9 9" in said(await at.ask("no, it is 202 555 0199"))
    assert "What is your message?" in said(await at.ask("yes"))


async def test_the_model_cannot_claim_a_message_that_was_not_filed(server: ModelServer) -> None:
    """The message is taken instead, and the server is not blamed."""
    server.will(Answer(text="I have passed on your message to the team."), GOOD)
    at = room(server)
    parts = await at.ask("Tell them I am late")
    assert reasons(parts) == ["claimed_message"]
    assert said(parts) == "What is your name, please?"
    assert at.mind.breaker.closed


async def test_a_phone_number_that_nobody_gave_is_not_said(server: ModelServer) -> None:
    """The policy answers from what was found."""
    server.will(Answer(text="You can reach us at 202-555-0177."))
    parts = await room(server).ask("How much is a cleaning?")
    assert reasons(parts) == ["invented_number"]
    assert said(parts) == CLEANING.text


async def test_a_number_of_the_caller_may_be_repeated(server: ModelServer) -> None:
    """However it is grouped."""
    server.will(Answer(text="Is 202-555-0142 your number?"))
    assert reasons(await room(server).ask("my number is (202) 555 0142")) == []


async def test_the_agents_model_and_temperature_are_used(server: ModelServer) -> None:
    """And the server's own name where the agent names none."""
    server.will(GOOD)
    await room(server, agent={**AGENT, "llmModel": "large", "llmTemperature": 0.9}).ask("Hi")
    await room(server).ask("Hi")
    assert [(r["model"], r["temperature"]) for r in server.requests] == [("large", 0.9), ("small", 0.3)]


async def test_the_history_is_what_was_heard(server: ModelServer) -> None:
    """An answer that was cut off goes to the model as far as it was heard."""
    server.will(GOOD)
    at = room(server)
    await at.ask("How much is a cleaning?", heard="A cleaning is")
    await at.ask("How much?")
    roles = [(m["role"], m["content"]) for m in server.requests[1]["messages"][1:-1]]
    assert roles == [("user", "How much is a cleaning?"), ("assistant", "A cleaning is")]


async def test_a_turn_that_replaces_one_is_in_the_history_once(server: ModelServer) -> None:
    """The caller went on before anything was heard."""
    server.will(GOOD)
    at = room(server)
    await at.ask("How much", heard="")
    at.turns = 0
    await at.ask("How much is a cleaning?")
    assert len(server.requests[1]["messages"]) == 2


async def test_the_model_may_look_something_up_but_not_for_ever(server: ModelServer) -> None:
    """The last request offers no tools; when it still says nothing the policy answers."""
    server.will(Answer(calls=(("c1", "look_up", '{"query": "cleaning"}'),)))
    parts = await room(server).ask("How much is a cleaning?")
    assert [("tools" in request) for request in server.requests] == [True, True, False]
    assert reasons(parts) == ["empty"]
    assert server.requests[1]["messages"][-1]["content"] == f"<result>{CLEANING.text}</result>"


async def test_the_model_ends_the_call_with_words(server: ModelServer) -> None:
    """Also when it has none of its own."""
    server.will(Answer(calls=(("c1", "end_call", "{}"),)))
    parts = await room(server).ask("That is all, thanks")
    assert isinstance(parts[-1], EndCall)
    assert said(parts) == "Thank you for calling. Goodbye."


async def test_speaking_over_a_trial_lets_the_next_turn_try(server: ModelServer) -> None:
    """An interrupted reply is neither a success nor a failure."""
    server.will(Answer(status=500), GOOD)
    at = room(server)
    await at.ask("Hi there, a question")
    at.clock.advance(FIRST_PAUSE_MS)
    reply = at.thinking.respond(UserTurn(text="How much?", ts_ms=0, turn_index=2))
    await anext(reply)
    await reply.aclose()  # type: ignore[attr-defined]
    at.turns = 2
    assert said(await at.ask("How much is a cleaning?")) == GOOD.text
