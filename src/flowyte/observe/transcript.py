"""Folds over the timeline: the transcript, the outcome, the consent, how many turns."""

from collections.abc import Sequence

from flowyte.conversation.turns import Turn
from flowyte.observe.model import Event, TranscriptTurn

THROUGH = ("transferred", "answered")  # the carrier was told to; and somebody has answered
ABANDONED = frozenset({"leg_lost", "no_response", "leg_stalled", "leg_flooded", "leg_invalid"})


def transcript(events: Sequence[Event]) -> list[TranscriptTurn]:
    """Everything that was said and heard, in order. A mere "mhm" beneath the agent's speech is left out."""
    turns = []
    for event in events:
        text = str(event.data.get("text") or "")
        if event.type == "user_utterance" and text and not event.data.get("backchannel"):
            turns.append(TranscriptTurn(role="user", text=text, ts_ms=event.at_ms))
        elif event.type in ("agent_message", "filler") and text:
            offered = event.data.get("quickReplies")
            quick = tuple(str(each) for each in offered) if isinstance(offered, list | tuple) else ()
            cut = bool(event.data.get("cut"))
            turns.append(TranscriptTurn(role="agent", text=text, ts_ms=event.at_ms, cut=cut, quick_replies=quick))
    return turns


def history(events: Sequence[Event]) -> tuple[Turn, ...]:
    """As a mind takes it up."""
    return tuple(
        Turn(role="user" if turn.role == "user" else "agent", text=turn.text, ts_ms=turn.ts_ms)
        for turn in transcript(events)
    )


def outcome(cause: str, events: Sequence[Event]) -> str:
    """Decided by rules alone: the same timeline gives the same outcome."""
    handed = [event.data.get("outcome") for event in events if event.type == "handoff"]
    if handed and handed[-1] in THROUGH:
        return "transferred"
    if cause in ("service_failed",):
        return "error"
    if cause in ABANDONED or not any(event.type == "user_utterance" for event in events):
        return "abandoned"
    return "completed"


def consent(events: Sequence[Event]) -> str:
    states = [str(event.data.get("outcome", "")) for event in events if event.type == "consent"]
    return states[-1] if states else "unknown"
