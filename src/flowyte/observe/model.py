"""The nouns of what is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the receipt. `at_ms` counts from the conversation's begin."""

    seq: int
    at_ms: int
    at: datetime
    type: str
    data: Mapping[str, object]


WITH_SOUND = ("recording", "paused", "ready", "partial")
"""States of a recording that can be listened to; of the others there is nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    id: str
    agent_id: str
    agent_name: str
    version_id: str | None
    version_number: int | None
    channel: str
    line: str
    draft: bool
    started_at: datetime
    ended_at: datetime | None
    duration_ms: int | None
    cause: str | None
    outcome: str | None
    consent: str
    turns: int
    recording_state: str
    recording_paused_by: str | None
    recording_rate: int | None
    recording_from: int | None
    recording_ms: int | None
    generation: int
    latency: list[dict[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptTurn:
    """What was said, as it was heard. `cut` is true when the caller interrupted it there, and `quick_replies` are the
    answers that were offered to who writes."""

    role: str
    text: str
    ts_ms: int
    cut: bool = False
    quick_replies: tuple[str, ...] = ()
