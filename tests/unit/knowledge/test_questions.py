"""What a timeline says was asked, and what of it was not answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from flowyte.conversation.reply import Sentence
from flowyte.knowledge.questions import Question, questions
from flowyte.minds.policy import Found, State, step

BEGAN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
Happening = tuple[str, Mapping[str, object]]


@dataclass(frozen=True)
class Event:
    seq: int
    type: str
    data: Mapping[str, object]

    @property
    def at(self) -> datetime:
        return BEGAN + timedelta(seconds=self.seq)


def fold(*happened: Happening) -> list[Question]:
    return questions([Event(number, *each) for number, each in enumerate(happened, start=1)])


def said(text: str) -> Happening:
    return "user_utterance", {"text": text, "confidence": 1.0}


def sought(query: str, score: float, *found: str) -> Happening:
    passages = [{"sourceId": source, "chunkId": "chk_1", "title": "", "score": score} for source in found]
    return "kb_retrieval", {"query": query, "passages": passages, "topScore": score}


def told(text: str) -> Happening:
    return "agent_message", {"text": text, "kind": "answer", "cut": False}


DOES_NOT_KNOW = next(
    reply.text for reply in step(State(), "do you sell boats", Found(), {})[1] if isinstance(reply, Sentence)
)
UNKNOWN = told(DOES_NOT_KNOW)
RETURNED = {"phase": "returned", "callId": "c", "ok": True, "result": {}}


def test_an_answer_counts_for_the_source_of_its_best_passage() -> None:
    """Without the caller's words being anybody's concern."""
    (asked,) = fold(said("price?"), sought("price?", 0.7, "src_1", "src_2"), told("900 dollars."))
    assert (asked.seq, asked.source_id, asked.top_score, asked.signals) == (2, "src_1", 0.7, ())


def test_what_the_policy_did_not_know_is_a_gap() -> None:
    """In its own words; the caller who then leaves a message is noted."""
    first, second = fold(
        said("Do you sell boats?"), sought("Do you sell boats?", 0.2), UNKNOWN,
        said("I need a canoe"), sought("I need a canoe", 0.1), UNKNOWN,
        said("Yes"), sought("Yes", 0.1), told("What is your name, please?"),
        said("Ann"), sought("Ann", 0.1), ("tool_call", {**RETURNED, "name": "take_message"}), told("Thank you."),
    )  # fmt: skip
    assert (first.text, first.source_id) == ("Do you sell boats?", None)
    assert first.signals == second.signals == ("not_found", "said_unknown", "message_left")
    assert second.at == BEGAN + timedelta(seconds=5)


@pytest.mark.parametrize(
    "words",
    [
        "I don't know that, I'm afraid.",
        "I do not have that information. Shall I take a message?",
        "I'm not sure about that.",
        "Sorry, I can't say.",
        "There is no information about boats here.",
        "I don't have any details on that.",
    ],
)
def test_how_a_model_says_that_it_does_not_know(words: str) -> None:
    """Also where something was found: it was not the answer."""
    (asked,) = fold(said("Boats?"), sought("Boats?", 0.6, "src_1"), sought("boats for sale", 0.3), told(words))
    assert (asked.source_id, asked.top_score, asked.signals) == (None, 0.6, ("said_unknown", "left"))


@pytest.mark.parametrize(
    "turn",
    [
        (said("Hello"), sought("Hello", 0.1), told("Hello. What can I do for you?")),
        (said("It's Ann"), sought("It's Ann", 0.1), told("And what number can we call you back on?")),
        (said("Ann Lee"), sought("Ann Lee", 0.1), UNKNOWN),
        (said("My name is Ann Lee Smith"), sought("My name is Ann Lee Smith", 0.1), UNKNOWN),
        (said("202 555 0142?"), sought("202 555 0142?", 0.1), UNKNOWN),
        (said("Yes"), sought("Yes", 0.6, "src_1"), told("Yes, we take new patients.")),
        (said("Where are you?"), told("At the harbour.")),
        (said("And on Sun"), sought("And on Sun", 0.2)),
        (said("Buy it"), sought("Buy it", 0.2), ("tool_call", {**RETURNED, "name": "order"}), UNKNOWN),
        (said("Hack"), sought("Hack", 0.2), ("guardrail", {"act": "say", "outcome": "deny"}), UNKNOWN),
        (said(""), sought("1234", 0.2), ("verification", {"outcome": "asked"}), UNKNOWN),
        (said("Boats?"), sought("Boats?", 0.2), ("error", {"cause": "mind_failed"}), told("I do not know.")),
        (said("Can I talk to a person?"), sought("Can I talk to a person?", 0.2), ("handoff", {}), told("One moment.")),
        ("agent_message", {"text": "I do not know who you are. Hello!", "kind": "greeting"}),
    ],
    ids=["greeting", "a name", "only a name", "with a name", "a number", "yes", "no search", "said on", "a skill",
         "refused", "proving", "broken", "a person", "ours"],
)  # fmt: skip
def test_what_is_no_question(turn: tuple[Happening, ...]) -> None:
    """None of these is counted, neither as answered nor as a gap."""
    happened = (turn,) if isinstance(turn[0], str) else turn
    assert fold(*happened, said("Bye"), told("Goodbye.")) == []  # type: ignore[arg-type]


def test_a_question_on_which_the_caller_is_handed_over_is_a_gap() -> None:
    """And a mere "mhm" beneath an answer is no turn of its own."""
    handed = fold(
        said("Is my crown covered?"), sought("Is my crown covered?", 0.4),
        ("user_utterance", {"text": "mhm", "backchannel": True}),
        ("handoff", {"outcome": "transferred"}), told("One moment."),
    )  # fmt: skip
    assert [asked.signals for asked in handed] == [("not_found", "handed_over", "left")]
