"""A business that is closed, in a chat from the first words to the last, with the mind that needs no model."""

from typing import Any

from tests.unit.minds.desk import AGENT, Desk, DeskMind, DeskRunner, context

from flowyte.live.chat import ChatSession
from flowyte.minds.judged import JudgedMind
from flowyte.testing.clock import VirtualClock
from flowyte.testing.fakes import FakeEvidence

WEEK: dict[str, Any] = {"timezone": "UTC", "weekly": {"sun": [{"start": "09:00", "end": "10:00"}]}}


def shut(**after: Any) -> dict[str, Any]:
    return WEEK | {"afterHours": {"message": "We are asleep.", **after}}


def chat(**agent: Any) -> tuple[ChatSession, FakeEvidence, Desk]:
    desk, clock, evidence = Desk(passages=()), VirtualClock(), FakeEvidence()
    mind = JudgedMind(DeskMind(desk, clock), clock, DeskRunner(desk))
    about = context({**AGENT, "greeting": "Hello.", **agent}, "chat")
    return ChatSession(mind=mind, context=about, evidence=evidence, clock=clock), evidence, desk


async def send(session: ChatSession, *messages: str) -> str:
    said = ""
    for message in messages:
        frames = [frame async for frame in session.send(message)]
        said = " ".join(str(frame.data["text"]) for frame in frames if frame.type == "delta")
    return said


async def test_a_chat_at_night_takes_a_message_and_ends() -> None:
    """The first words say so and ask for the name; questions bring no long talk; when it is filed it is over."""
    session, evidence, desk = chat(businessHours=shut(mode="message"))
    session.begin(greeting="Hello.")
    assert evidence.of("agent_message")[0]["text"] == (
        "Hello. We are asleep. I can take a message. What is your name, please?"
    )
    said = await send(session, "Ann Lee", "202 555 0142", "yes", "Please ring me")
    assert said.endswith("Goodbye.")
    assert session.ended == "agent_ended"
    assert [(filing.name, filing.body) for filing in desk.filed] == [("Ann Lee", "Please ring me")]


async def test_a_chat_at_night_that_may_answer_says_its_message_and_transfers_nobody() -> None:
    """Whoever wants a person leaves a message: nobody can be reached at this hour."""
    handoff = {"transferDestination": "+12025550142", "sayNumber": True}
    session, evidence, _ = chat(handoffConfig=handoff, businessHours=shut())
    session.begin(greeting="Hello.")
    assert evidence.of("agent_message")[0]["text"] == "Hello. We are asleep."
    said = await send(session, "I want to talk to a person")
    assert said == "Nobody can be reached at this hour, but I can take a message. What is your name, please?"
    assert [(data["outcome"], data["reason"]) for data in evidence.of("handoff")] == [("message", "asked")]


async def test_a_chat_by_day_tells_how_to_reach_the_person_where_that_is_allowed() -> None:
    """In writing; the outcome says that the caller was told, and not that they were put through."""
    handoff = {"transferDestination": "+12025550142", "sayNumber": True}
    session, evidence, _ = chat(handoffConfig=handoff, businessHours={})
    session.begin(greeting="Hello.")
    said = await send(session, "I want to talk to a person")
    assert said == "I cannot put you through from here. You can reach the team at +1 202-555-0142."
    assert [(data["outcome"], data["number"]) for data in evidence.of("handoff")] == [("told", "…0142")]
    assert session.ended is None
