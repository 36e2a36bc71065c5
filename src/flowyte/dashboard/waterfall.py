"""Where the time of each reply went, as bars to draw. Pure: from the stored marks to lengths in percent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

STEPS = (
    ("endpointingMs", "Waiting for the end of the turn", "wait"),
    ("sttMs", "Recognizing", "stt"),
    ("engineMs", "Deciding to answer", "engine"),
    ("firstSentenceMs", "Finding the answer", "mind"),
    ("firstAudioMs", "Making the sound", "speech"),
    ("playoutMs", "Sending", "play"),
)
UNSEEN = ("Before the engine noticed", "unseen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    label: str
    kind: str
    ms: int
    at: float  # percent of the longest turn
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    turn: int
    total_ms: int | None
    """As measured on the recording; None where the sound does not show it."""
    parts: tuple[Part, ...]


def bars_of(latency: Sequence[Mapping[str, object]]) -> list[Bar]:
    """One bar a turn, all to the same scale."""
    longest = max((max(_whole(turn, "voiceToVoiceMs"), _engine(turn)) for turn in latency), default=0) or 1
    return [_bar(turn, longest) for turn in latency]


def _bar(turn: Mapping[str, object], longest: int) -> Bar:
    measured = turn.get("voiceToVoiceMs")
    steps = [(label, kind, _whole(turn, name)) for name, label, kind in STEPS]
    if isinstance(measured, int) and measured > _engine(turn):
        steps.insert(0, (*UNSEEN, measured - _engine(turn)))
    parts, at = [], 0
    for label, kind, ms in steps:
        if ms > 0:
            parts.append(Part(label=label, kind=kind, ms=ms, at=100 * at / longest, width=100 * ms / longest))
            at += ms
    total = measured if isinstance(measured, int) else None
    return Bar(turn=_whole(turn, "turn"), total_ms=total, parts=tuple(parts))


def _engine(turn: Mapping[str, object]) -> int:
    return sum(_whole(turn, name) for name, _, _ in STEPS)


def _whole(turn: Mapping[str, object], name: str) -> int:
    value = turn.get(name)
    return value if isinstance(value, int) else 0
