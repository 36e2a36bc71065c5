"""The ports of a live call: what the session needs of a line, of ears, a mind, a mouth, and of who keeps the evidence.

Rooms below `live` fulfil these by shape, without importing this file; the data they exchange is in `conversation`.
All PCM is 16-bit little-endian mono, and a frame is 20 ms of it.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from flowyte.conversation.events import Heard
from flowyte.conversation.reply import HandOff, MindContext, Opening, Reply, UserTurn
from flowyte.conversation.speech import Speech, WordAt
from flowyte.conversation.timeline import Reported

__all__ = [
    "Ears",
    "Evidence",
    "Heard",
    "Leg",
    "Listening",
    "Mind",
    "MindContext",
    "Mouth",
    "Note",
    "Reply",
    "Speech",
    "Thinking",
    "UserTurn",
    "WordAt",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something for a leg with a screen.

    `state`: `text` is the machine's state. `caption`: `text` said by `role`; the same `id` replaces an earlier caption,
    and `final` says that no more will come for it (an interrupted sentence ends with only what was heard).
    `ended`: `text` is the cause.
    """

    kind: Literal["state", "caption", "ended"]
    text: str
    role: Literal["user", "agent", ""] = ""
    id: str = ""
    final: bool = True


class Leg(Protocol):
    """One person on a line. No method waits: what cannot be sent at once is the channel's to buffer or give up."""

    @property
    def rate(self) -> int:
        """8000 or 16000 Hz, both ways."""
        ...

    @property
    def kind(self) -> str:
        """`twilio`, `browser` or `test`."""
        ...

    def play(self, frame: bytes) -> None:
        """One 20 ms frame, given at most about 100 ms before it is due."""
        ...

    def clear(self) -> None:
        """Drop what the far side has buffered and not yet played."""
        ...

    def show(self, note: Note) -> None: ...

    def close(self, cause: str) -> None:
        """The conversation is over; called once, after which nothing else is."""
        ...


class Listening(Protocol):
    def feed(self, pcm: bytes) -> None:
        """One 20 ms frame, in order, without gaps."""
        ...

    def expect(self, kind: str) -> None:
        """`anything`, `digits`, `yes_no` or `name`: how long a pause may be."""
        ...

    def close(self) -> None:
        """Give back what this call holds; the sink is not called afterwards."""
        ...


class Ears(Protocol):
    def listen(self, *, rate: int, language: str, sink: Callable[[Heard], None]) -> Listening:
        """Cheap, once a call. `sink` is called on the event loop; its times count from the first frame fed."""
        ...


class Thinking(Protocol):
    def respond(self, turn: UserTurn) -> AsyncIterator[Reply]:
        """The reply, as it comes. Closing the iterator (or cancelling its task) cancels the work."""
        ...

    def heard(self, spoken: str) -> None:
        """What the caller heard of the agent since the last call of this: greeting, reply, reminder, whole or cut."""
        ...


def is_private(thinking: Thinking, *, going_on: bool = False) -> bool:
    """Whether what the caller says now is not to be kept: a mind that asks for a proof has `private`.

    `going_on`: the caller may be going on with the turn before, which held the proof (`private_before`).
    """
    names = ("private", "private_before") if going_on else ("private",)
    return any(getattr(thinking, name, False) for name in names)


@runtime_checkable
class Opens(Protocol):
    """A mind that knows how conversations begin at this hour; None is with the agent's own greeting."""

    def opening(self) -> Opening | None: ...


@runtime_checkable
class PutsThrough(Protocol):
    """A mind by which a transfer is judged and ordered, once."""

    async def put_through(self, hand_off: HandOff) -> tuple[bool, tuple[Reported, ...]]:
        """Whether the line will put the caller through when it is closed, and what was done and decided about it."""
        ...


def opening_of(thinking: Thinking) -> Opening | None:
    return thinking.opening() if isinstance(thinking, Opens) else None


class Mind(Protocol):
    def open(self, context: MindContext) -> Thinking: ...


class Mouth(Protocol):
    def speak(self, text: str, *, voice: str, rate: int, speed: float) -> AsyncIterator[Speech]:
        """The sound of `text` at `rate` Hz; cancellation stops the work."""
        ...


class Evidence(Protocol):
    """Who keeps what happened. `event` and `audio` never wait and never raise: they hand over and return."""

    def event(self, type: str, at_ms: int, data: Mapping[str, object]) -> None: ...

    def start_recording(self, rate: int) -> None:
        """Consent is granted; `audio` follows from here on, every 20 ms."""
        ...

    def erase_recording(self) -> None:
        """The caller took their consent back, and the organization keeps nothing of it: no `audio` follows."""
        ...

    def audio(self, caller: bytes, agent: bytes) -> None:
        """20 ms of both tracks, equal in length."""
        ...

    async def finish(self, cause: str) -> None:
        """The call is over: bring everything to rest. Called once, also when the call was cancelled."""
        ...
