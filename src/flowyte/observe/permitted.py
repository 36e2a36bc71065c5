"""What a call's recording rests on, read from its timeline: the consent record, and the gaps where nothing was taken.

Folds alone: the timeline is what is kept, signed into the receipt and erased with the conversation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flowyte.observe.model import Event

ENDS_GAP = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """In milliseconds of the recording; both tracks are silent there. `by` is caller or operator."""

    from_ms: int
    to_ms: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One thing that decided about it. `said` is what the caller said; `stayed` that they said nothing and stayed."""

    at_ms: int
    at: str
    outcome: str
    said: str | None = None
    stayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """`announced` was played to its last of `samples`, which was at `played_to_ms` of the call. `mode` is the rule that
    the call fell under, and `source` the law that made it the stricter one, where the place decided."""

    outcome: str
    announced: str | None = None
    samples: int | None = None
    rate: int | None = None
    played_to_ms: int | None = None
    mode: str | None = None
    caller_place: str | None = None
    called_place: str | None = None
    source: str | None = None
    words: tuple[Word, ...] = field(default_factory=tuple)
    gaps: tuple[Gap, ...] = field(default_factory=tuple)


def consent_record(events: Sequence[Event], *, recording_from: int | None, recording_ms: int | None) -> ConsentRecord:
    """All that decided whether this call may be recorded. Without a consent event it is `unknown`: the call ended
    before the notice did."""
    decided = [event for event in events if event.type == "consent"]
    first: dict[str, Any] = dict(decided[0].data) if decided else {}
    return ConsentRecord(
        outcome=str(decided[-1].data.get("outcome", "unknown")) if decided else "unknown",
        announced=first.get("announced"),
        samples=first.get("samples"),
        rate=first.get("rate"),
        played_to_ms=first.get("playedToMs"),
        mode=first.get("mode"),
        caller_place=first.get("callerPlace"),
        called_place=first.get("calledPlace"),
        source=first.get("source"),
        words=tuple(_word(event) for event in decided),
        gaps=gaps_of(events, recording_from=recording_from, recording_ms=recording_ms),
    )


def gaps_of(events: Sequence[Event], *, recording_from: int | None, recording_ms: int | None) -> tuple[Gap, ...]:
    """A gap that nobody ended goes on to the end of the recording, or of what is known of it."""
    if recording_from is None:
        return ()
    end = recording_ms if recording_ms is not None else (events[-1].at_ms if events else 0) - recording_from
    found: list[Gap] = []
    began: tuple[int, str] | None = None
    for event in events:
        if event.type != "recording" or event.data.get("phase") == "erased":
            continue
        at = max(0, min(event.at_ms - recording_from, end))
        if event.data.get("phase") != ENDS_GAP:
            began = began or (at, str(event.data.get("by", "")))
        elif began is not None:
            found.append(Gap(from_ms=began[0], to_ms=at, by=began[1]))
            began = None
    if began is not None:
        found.append(Gap(from_ms=began[0], to_ms=end, by=began[1]))
    return tuple(gap for gap in found if gap.to_ms > gap.from_ms)


def _word(event: Event) -> Word:
    said = event.data.get("said")
    return Word(
        at_ms=event.at_ms,
        at=event.at.isoformat(),
        outcome="asked" if event.data.get("asked") else str(event.data.get("outcome", "unknown")),
        said=str(said) if said else None,
        stayed=bool(event.data.get("stayed")),
    )
