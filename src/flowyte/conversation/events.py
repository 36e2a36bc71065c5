"""Everything that can happen to a conversation. Times are milliseconds since the call began.

"Audio received is the clock": `at_ms` counts the caller's frames, so a stored call replays with the same times. The
four events of `Heard` come from the ears, the rest from the shell around the machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flowyte.conversation.commands import Cause
from flowyte.conversation.reply import Reply
from flowyte.conversation.timeline import Reported

ConsentOutcome = Literal["granted", "denied", "unknown", "asked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegUp:
    """A person is on the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consented:
    """The disclosure was played to its end and the consent rule has spoken; `asked`: it waits for the caller's answer.

    `facts` are the rule and what was played, for the consent record.
    """

    outcome: ConsentOutcome
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingOrdered:
    """Somebody of the organization pauses the recording of this call, or lets it go on."""

    to: Literal["pause", "go_on"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted:
    """Voice began at `at_ms` (the event itself may come later: a detector needs a few frames to be sure)."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStopped:
    """The last voiced sample was at `at_ms`; whether the turn is over is still being judged."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """What has been understood of the turn that is still going on."""

    text: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnded:
    """The ears judge the caller's turn to be over.

    `ended_ms` is the last voiced sample. `endpointing_ms` is the time from there to the judgement, `stt_ms` the time
    from the judgement to the text. An empty `text` means that nothing could be understood.
    """

    text: str
    began_ms: int
    ended_ms: int
    confidence: float = 1.0
    endpointing_ms: int = 0
    stt_ms: int = 0

    def __post_init__(self) -> None:
        if self.ended_ms < self.began_ms:
            raise ValueError("a turn cannot end before it began")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of the telephone: 0-9, *, #."""

    digit: str

    def __post_init__(self) -> None:
        if len(self.digit) != 1 or self.digit not in "0123456789*#":
            raise ValueError("a key is one of 0-9, * and #")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPart:
    """The mind yielded something for the thought `think_id`."""

    think_id: int
    part: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyEnded:
    think_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFailed:
    think_id: int
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """The first frame of a Say has been handed to the leg."""

    say_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A Say was played to its end; `samples` is how many of them that took."""

    say_id: int
    samples: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A Say was stopped; `heard` is the part of its text that had been played, whole words only."""

    say_id: int
    heard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SayFailed:
    """The mouth could not make (the rest of) a Say; `heard` as in Cut."""

    say_id: int
    cause: str
    heard: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutThrough:
    """The transfer is ordered (`ok`), or was not; `told` is what was done and decided about it."""

    ok: bool
    told: tuple[Reported, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLost:
    """The person is gone."""

    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRequested:
    """Somebody other than the two parties ends the call: an operator, a drain, a failed part."""

    cause: Cause


Heard = SpeechStarted | SpeechStopped | Partial | TurnEnded
Event = (
    LegUp
    | Consented
    | RecordingOrdered
    | SpeechStarted
    | SpeechStopped
    | Partial
    | TurnEnded
    | Key
    | ReplyPart
    | ReplyEnded
    | ReplyFailed
    | Playing
    | Spoken
    | Cut
    | SayFailed
    | PutThrough
    | LegLost
    | EndRequested
)
