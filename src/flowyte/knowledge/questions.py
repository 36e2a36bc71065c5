"""What callers asked in a conversation, and whether they got an answer: folded from its timeline when it is over. Pure.

A turn is a question when it reads like one, the knowledge was searched for it and the agent spoke. It was answered when
a passage was good enough and the agent did not say otherwise. It was not when the agent said that it does not know, or
handed the caller over on a question. All else is no question: a greeting, a name, an order that a skill carried out, a
refusal by a guardrail, a step of proving who one is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Signal = Literal["not_found", "said_unknown", "asked_again", "handed_over", "message_left", "left"]

# The policy's own words, and how language models put it.
_UNKNOWN = re.compile(
    r"\b(do not|don't|doesn't|does not) (know|have (that|this|any|the|more) (\w+ )?(information|details?|answer))\b"
    r"|\b(not|n't) (sure|certain|aware)\b|\b(cannot|can't|can not|unable to|not able to) (say|tell|answer|confirm)\b"
    r"|\bno (information|details?) (about|on|regarding)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?\s*$|^(\W*(and|but|so|oh|well|wait|sorry|um|uh|hi|hello)\W+)*"
    r"(what|when|where|who|why|how|which|do|does|did|can|could|are|is|will|would|may)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(person|human|some ?one|some ?body|operator|receptionist|manager|speak (to|with)|talk (to|with)|message|"
    r"call(ed)? (me )?back)\b",
    re.IGNORECASE,
)
_NAMES = re.compile(r"^\W*(my name is|my name's|the name is|this is|it's|it is|i am|i'm|call me)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
FEWEST_WORDS = 3  # "price of crowns", but neither "Ann Lee" nor a number
_OUTSIDE = ("guardrail", "verification")


class Happened(Protocol):
    """An entry of a timeline."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def type(self) -> str: ...
    @property
    def data(self) -> Mapping[str, object]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`source_id` is the source of the best passage, None when there was no answer."""

    seq: int
    at: datetime
    text: str
    top_score: float
    source_id: str | None
    signals: tuple[Signal, ...] = ()


def questions(events: Sequence[Happened]) -> list[Question]:
    """In the order in which they were asked."""
    turns = _turns(events)
    found = []
    for number, turn in enumerate(turns):
        question = _question(turn, [event for later in turns[number:] for event in later], last=turn is turns[-1])
        if question is not None:
            found.append(question)
    return found


def _turns(events: Sequence[Happened]) -> list[list[Happened]]:
    """From one thing that the caller said to the next; a mere "mhm" begins none."""
    turns: list[list[Happened]] = []
    for event in events:
        if event.type == "user_utterance" and not event.data.get("backchannel"):
            turns.append([])
        if turns:
            turns[-1].append(event)
    return turns


def _question(turn: Sequence[Happened], after: Sequence[Happened], *, last: bool) -> Question | None:
    searches = [event for event in turn if event.type == "kb_retrieval"]
    said = " ".join(str(event.data.get("text") or "") for event in turn if event.type == "agent_message")
    if not searches or not said or any(event.type in _OUTSIDE or _failed(event) or _done(event) for event in turn):
        return None
    text = str(searches[0].data.get("query") or "")
    if not _asks(text):
        return None
    hits = [event for event in searches if event.data.get("passages")]
    unknown, handed = bool(_UNKNOWN.search(said)), any(event.type == "handoff" for event in turn)
    fields = {"seq": searches[0].seq, "at": searches[0].at, "text": text, "top_score": max(map(_score, searches))}
    if hits and not unknown:
        return Question(**fields, source_id=_best(hits[0]))  # type: ignore[arg-type]
    if not unknown and (not handed or _PERSON.search(text)):
        return None
    told: dict[Signal, bool] = {
        "not_found": not hits,
        "said_unknown": unknown,
        "handed_over": any(event.type == "handoff" for event in after),
        "message_left": any(_done(event) and event.data.get("name") == "take_message" for event in after),
        "left": last,
    }
    signals = tuple(name for name, is_so in told.items() if is_so)
    return Question(**fields, source_id=None, signals=signals)  # type: ignore[arg-type]


def _asks(text: str) -> bool:
    """Whether it can be a question: put as one, or some words that are nobody's name."""
    if _ASKS.search(text):
        return bool(_WORD.search(text))
    return len(_WORD.findall(text)) >= FEWEST_WORDS and not _NAMES.search(text)


def _done(event: Happened) -> bool:
    """A skill was carried out."""
    return event.type == "tool_call" and event.data.get("phase") == "returned" and event.data.get("ok") is True


def _failed(event: Happened) -> bool:
    return event.type == "error" and event.data.get("cause") == "mind_failed"


def _score(event: Happened) -> float:
    score = event.data.get("topScore")
    return float(score) if isinstance(score, int | float) else 0.0


def _best(event: Happened) -> str | None:
    passages = event.data.get("passages")
    first = passages[0] if isinstance(passages, Sequence) and passages else None
    return str(first["sourceId"]) if isinstance(first, Mapping) and first.get("sourceId") else None
