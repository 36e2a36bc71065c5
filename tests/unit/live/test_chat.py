"""A conversation in text."""

from uuid import UUID

from flowyte.conversation import lines
from flowyte.conversation.reply import EndCall, MindContext
from flowyte.live.chat import ChatFrame, ChatSession
from flowyte.testing.clock import VirtualClock
from flowyte.testing.fakes import Answer, FakeEvidence, FakeMind


def chat(*answers: Answer) -> tuple[ChatSession, FakeEvidence, FakeMind]:
    clock, evidence, coming = VirtualClock(), FakeEvidence(), iter(answers)
    mind = FakeMind(clock, lambda turn: next(coming))
    context = MindContext(org=UUID(int=1), conversation_id="conv_1", agent={}, channel="chat", language="en-US")
    return ChatSession(mind=mind, context=context, evidence=evidence, clock=clock), evidence, mind


async def frames(session: ChatSession, message: str) -> list[ChatFrame]:
    return [frame async for frame in session.send(message)]


async def test_a_message_is_answered_and_written_down() -> None:
    """The stream carries the message, the sentences as they come, and the whole answer."""
    session, evidence, mind = chat(["We open at nine.", "Anything else?"])
    session.begin(greeting="Hello.")
    got = await frames(session, "When do you open?")
    assert [frame.type for frame in got] == ["user_utterance", "delta", "delta", "agent_message", "latency"]
    assert evidence.of("agent_message")[-1]["text"] == "We open at nine. Anything else?"
    assert mind.remembered == ["Hello.", "We open at nine. Anything else?"]
    await session.finish("caller_hung_up")
    assert evidence.finished == "caller_hung_up"


async def test_a_failing_mind_is_an_apology_and_an_error_entry() -> None:
    """What broke is on the timeline; the reader is told that something went wrong."""
    session, evidence, _ = chat([RuntimeError("gone")], ["Fine."])
    assert lines.APOLOGY in [frame.data.get("text") for frame in await frames(session, "Hello")]
    assert evidence.of("error")[0]["detail"] == "RuntimeError"
    assert "Fine." in [frame.data.get("text") for frame in await frames(session, "Hello again")]


async def test_the_agent_can_end_the_conversation() -> None:
    """After EndCall the session knows why it is over."""
    session, _, _ = chat(["Goodbye.", EndCall(reason="done")])
    await frames(session, "Bye")
    assert session.ended == "agent_ended"


async def test_a_reader_who_goes_away_leaves_what_was_said() -> None:
    """Closing the stream in mid-answer keeps the sentences that were sent, and the next message is answered."""
    session, evidence, _ = chat(["One.", "Two."], ["Three."])
    stream = session.send("Count")
    async for frame in stream:
        if frame.type == "delta":
            break
    await stream.aclose()  # type: ignore[attr-defined]
    assert [data["text"] for data in evidence.of("agent_message")] == ["One."]
    await frames(session, "On")
    assert evidence.of("agent_message")[-1]["text"] == "Three."
