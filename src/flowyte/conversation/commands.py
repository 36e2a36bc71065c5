"""Everything the machine can ask of the shell. The shell performs them in order and decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flowyte.conversation.reply import ExpectKind, HandOff, UserTurn

State = Literal["ringing", "notice", "listening", "hearing", "judging", "thinking", "speaking", "closing", "ended"]
SayKind = Literal["answer", "filler", "notice", "greeting", "reminder", "apology", "goodbye", "recording"]
Cause = Literal[
    "caller_hung_up",
    "agent_ended",
    "handed_off",
    "max_duration",
    "no_response",
    "consent_denied",
    "leg_lost",
    "leg_flooded",
    "leg_invalid",
    "leg_stalled",
    "service_failed",
    "operator_ended",
    "drained",
    "busy",
]
EntryType = Literal[
    "call_started",
    "user_utterance",
    "agent_message",
    "tool_call",
    "kb_retrieval",
    "guardrail",
    "verification",
    "language_switch",
    "handoff",
    "barge_in",
    "latency",
    "filler",
    "consent",
    "recording",
    "silenced",
    "error",
    "call_ended",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Speak `text` after whatever is still being spoken. It ends with Spoken, Cut or SayFailed for `say_id`.

    `turn_index` is the caller's turn it answers, None for what the platform says by itself.
    """

    say_id: int
    text: str
    kind: SayKind
    turn_index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSpeaking:
    """Fall silent now, drop what the far side has buffered, and answer Cut for every Say that has not ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Think:
    """Ask the mind. It ends with ReplyEnded or ReplyFailed for `think_id`, or with StopThinking."""

    think_id: int
    turn: UserTurn


@dataclass(frozen=True, slots=True, kw_only=True)
class StopThinking:
    think_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """Tell the mind what the caller really heard of the agent since the last time."""

    spoken: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attend:
    """The caller was asked: the house's own ears may hear the answer, and nobody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """The ears may listen from now on, and the recorder too if `record`."""

    record: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is to become of the recording. `pause` and `go_on` leave and end a gap; after `stop` and `erase`, which are
    the caller's own no, the house's ears alone go on hearing, and `erase` leaves nothing of what was recorded."""

    to: Literal["pause", "go_on", "stop", "erase"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Tell the ears what the caller is likely to say next."""

    kind: ExpectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """The state changed; a leg with a screen shows it."""

    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Write this to the timeline. `at_ms` is when it happened: for words, when the first of them was said."""

    type: EntryType
    at_ms: int
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class PutThrough:
    """Everything has been announced: order the transfer. It ends with an event of the same name."""

    hand_off: HandOff


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """The last command of every conversation."""

    cause: Cause


Command = (
    Say
    | StopSpeaking
    | Think
    | StopThinking
    | Remember
    | Attend
    | Capture
    | Record
    | Listen
    | Show
    | Entry
    | PutThrough
    | HangUp
)
