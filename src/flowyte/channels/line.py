"""What a channel needs of the connection it runs on, what it tells about who arrived, and the call it feeds."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from flowyte.conversation.commands import Cause
from flowyte.kit.errors import FlowyteError
from flowyte.live.ports import Leg


class WireError(FlowyteError):
    """The far side sent something that this wire does not have."""

    code = "leg_invalid"
    fault = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody is on a line and asks for a call; nothing of it has been checked."""

    channel: Literal["browser", "twilio"]
    token: str
    carrier_call_id: str = ""


class Call(Protocol):
    """What the server holds: `live.session.Session` by shape."""

    def hear(self, pcm: bytes) -> None: ...
    def key(self, digit: str) -> None: ...
    def lost(self, cause: Cause) -> None: ...
    async def run(self) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    call: Call
    conversation_id: str


OpenCall = Callable[[Arrival, Leg], Awaitable[Opened]]
"""Checks the token and makes the call. A FlowyteError refuses it: Unauthenticated or Forbidden as not allowed, any
other as busy."""


class Line(Protocol):
    """The connection, as a channel sees it. No method waits or raises."""

    def send_text(self, message: bytes) -> None: ...
    def send_binary(self, message: bytes) -> None: ...

    def begin(self, arrival: Arrival) -> None:
        """The far side has said all that is needed to begin."""
        ...

    def hear(self, pcm: bytes) -> None: ...
    def key(self, digit: str) -> None: ...

    def lost(self, cause: Cause) -> None:
        """The far side has ended the call."""
        ...

    def hang_up(self, cause: str) -> None:
        """Close the connection; later calls of this do nothing."""
        ...

    @property
    def conversation_id(self) -> str:
        """Empty until the call is open."""
        ...


class Channel(Leg, Protocol):
    """A leg that also reads its wire. `read_…` raise WireError for what cannot be taken."""

    @property
    def max_message_bytes(self) -> int: ...
    @property
    def max_quiet_ms(self) -> int | None:
        """How long the far side may say nothing; None when that means nothing."""
        ...

    def read_text(self, message: memoryview) -> None: ...
    def read_binary(self, message: memoryview) -> None: ...
