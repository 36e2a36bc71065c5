"""What a language model's server is sent, over real bytes, when values are to be taken out."""

import json
from collections.abc import AsyncIterator

import pytest
from tests.unit.minds.desk import AGENT, room, said

from flowyte.conversation.reply import Captured
from flowyte.testing.model_server import Answer, ModelServer, model_server

WANTED = {"entities": ["card", "phone", "email"], "audio": True}


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with model_server() as running:
        yield running


async def test_the_server_never_has_the_number_and_the_caller_hears_it(server: ModelServer) -> None:
    """The placeholder comes back in two pieces, and is the number again before it is said."""
    server.will(Answer(text="I will call you on [phone] then. Anything else?"), Answer(text="You said [phone] ."))
    at = room(server, agent={**AGENT, "redaction": WANTED})
    first = said(await at.ask("Please ring me on two oh two, triple five, 0142."))
    assert "2 0 2 5 5 5 0 1 4 2" in first
    second = said(await at.ask("What was it again?"))
    assert "2 0 2 5 5 5 0 1 4 2" in second
    sent = json.dumps(server.requests)
    assert "[phone]" in sent
    assert "0142" not in sent
    assert "triple five" not in sent
    assert "0 1 4 2" not in sent


async def test_a_tool_is_given_the_value(server: ModelServer) -> None:
    """Taking a message with the placeholder: the policy reads the number back from what was stored."""
    arguments = json.dumps({"name": "Nora", "phone": "[phone]", "message": "call me"})
    server.will(Answer(calls=(("c1", "take_message", arguments),)))
    at = room(server, agent={**AGENT, "redaction": WANTED})
    parts = await at.ask("Please take a message, my number is 202 555 0142 and I am Nora.")
    assert any(isinstance(part, Captured) and part.value == "+12025550142" for part in parts)
    assert "0142" not in json.dumps(server.requests)


async def test_two_values_have_two_names_and_a_word_in_brackets_is_left_alone(server: ModelServer) -> None:
    server.will(Answer(text="Not [card 9], nor [this]."))
    at = room(server, agent={**AGENT, "redaction": WANTED})
    answer = said(await at.ask("Not 4111 1111 1111 1111 but my card is 5555 5555 5555 4444."))
    assert answer == "Not [card 9], nor [this]."
    sent = server.requests[0]["messages"][-1]["content"]
    assert "[card]" in sent
    assert "[card 2]" in sent


async def test_without_the_setting_the_server_is_sent_what_was_said(server: ModelServer) -> None:
    server.will(Answer(text="All right."))
    at = room(server)
    await at.ask("Ring me on 202 555 0142.")
    assert "202 555 0142" in json.dumps(server.requests)
