"""The language model wire against a real server that misbehaves."""

from collections.abc import AsyncIterator

import pytest

from flowyte.kit.errors import VendorFailed
from flowyte.providers.openai_chat.chat import Chat
from flowyte.providers.openai_chat.model import ChatModel, Delta, Finished, TextDelta, Tool, ToolCall, Usage
from flowyte.testing.model_server import Answer, ModelServer, model_server

HOURS = Tool(name="hours", description="Opening hours", parameters={"type": "object", "properties": {}})


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with model_server() as running:
        yield running


async def ask(server: ModelServer) -> list[Delta]:
    chat = Chat(ChatModel(base_url=server.base_url, name="m", first_token_s=0.4, between_tokens_s=0.3, retries=0))
    try:
        return [d async for d in chat.reply([{"role": "user", "content": "When are you open?"}], tools=[HOURS])]
    finally:
        await chat.close()


async def test_text_comes_in_pieces_and_ends_with_what_it_used(server: ModelServer) -> None:
    """A whole reply, its reason and its tokens."""
    server.will(Answer(text="We open at nine."))
    *pieces, last = await ask(server)
    assert "".join(piece.text for piece in pieces if isinstance(piece, TextDelta)) == "We open at nine."
    assert len(pieces) > 1
    assert last == Finished(reason="stop", usage=Usage(prompt=7, completion=5))


async def test_calls_that_come_in_fragments_are_given_whole(server: ModelServer) -> None:
    """Two at once, in their order."""
    server.will(Answer(calls=[("c1", "hours", '{"day": "Monday"}'), ("c2", "hours", "")]))
    found = await ask(server)
    assert found[:2] == [
        ToolCall(id="c1", name="hours", arguments={"day": "Monday"}),
        ToolCall(id="c2", name="hours", arguments={}),
    ]
    assert server.requests[0]["tools"][0]["function"]["name"] == "hours"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(status=429), "busy"),
        (Answer(status=500), "broken"),
        (Answer(status=401), "refused"),
        (Answer(text="We open at nine in the morning.", fault="cut"), "cut"),
        (Answer(text="We open", fault="no_finish"), "cut"),
        (Answer(text="We open at nine.", fault="broken_json"), "malformed"),
        (Answer(calls=[("c1", "hours", '{"day": ')]), "malformed"),
        (Answer(calls=[("c1", "hours", "[1]")]), "malformed"),
        (Answer(calls=[(f"c{number}", "hours", "{}") for number in range(20)]), "malformed"),
        (Answer(text=f"{'and then' * 50} " * 60), "malformed"),
        (Answer(fault="silent_before"), "silent"),
        (Answer(text="We open at nine.", fault="silent_between"), "silent"),
    ],
)
async def test_each_way_of_failing_is_told_apart(server: ModelServer, answer: Answer, kind: str) -> None:
    """So that a mind can try another model, or the policy mind."""
    server.will(answer)
    with pytest.raises(VendorFailed) as failed:
        await ask(server)
    assert failed.value.kind == kind


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    """And says so at once."""
    with pytest.raises(VendorFailed) as failed:
        await ask(ModelServer(base_url="http://127.0.0.1:1/v1"))
    assert failed.value.kind == "unreachable"
