"""A browser as a leg: 16 kHz PCM both ways, captions, states and levels down."""

from typing import assert_never

from flowyte.channels.browser import wire
from flowyte.channels.line import Arrival, Line, WireError
from flowyte.live.ports import Note
from flowyte.media.level import meter

_LEVEL_FRAMES = 10  # five levels a second: a bar that moves, at 2 % of the messages


class BrowserLeg:
    """Fulfils `channels.line.Channel`."""

    rate = 16_000
    kind = "browser"
    max_message_bytes = 4096
    max_quiet_ms = None  # a muted page sends nothing; whether it lives is asked by ping

    def __init__(self, line: Line, token: str) -> None:
        self._line = line
        self._token = token
        self._greeted = self._muted = False
        self._frames = 0
        self._played = b""

    # ---- down

    def play(self, frame: bytes) -> None:
        self._played = frame
        self._line.send_binary(frame)

    def clear(self) -> None:
        self._played = b""
        self._line.send_text(wire.CUT)

    def show(self, note: Note) -> None:
        self._line.send_text(wire.encode(note, self._line.conversation_id))

    def close(self, cause: str) -> None:
        self._line.hang_up(cause)

    # ---- up

    def read_binary(self, message: memoryview) -> None:
        if not self._greeted or len(message) != wire.FRAME_BYTES:
            raise WireError("A frame has 640 bytes and comes after hello.")
        if self._muted:
            return
        frame = bytes(message)
        self._line.hear(frame)
        self._frames += 1
        if self._frames % _LEVEL_FRAMES == 0:
            self._line.send_text(wire.encode_level(agent=meter(self._played), user=meter(frame)))
            self._played = b""

    def read_text(self, message: memoryview) -> None:
        said = wire.decode(message)
        if not self._greeted and not isinstance(said, wire.Hello):
            raise WireError("The first message is hello.")
        match said:
            case wire.Hello():
                self._greeted = True
                self._line.begin(Arrival(channel="browser", token=self._token))
            case wire.End():
                self._line.lost("caller_hung_up")
            case wire.Key(digit=digit):
                self._line.key(digit)
            case wire.Mute(on=on):
                self._muted = on
            case _:
                assert_never(said)
