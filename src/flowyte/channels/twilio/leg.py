"""A telephone line as a leg: 8 kHz, µ-law on the wire, marks to know how far the far side has played."""

from typing import assert_never

from flowyte.channels.line import Arrival, Line, WireError
from flowyte.channels.twilio import wire
from flowyte.live.ports import Note
from flowyte.media.frames import Framer
from flowyte.media.g711 import pcm_to_ulaw, ulaw_to_pcm

_MARK_FRAMES = 50  # once a second of sound
_KEYS = frozenset("0123456789*#")
_FORMAT = wire.MediaFormat(encoding="audio/x-mulaw", sample_rate=wire.SAMPLE_RATE, channels=1)
_MAX_MEDIA_CODES = wire.SAMPLE_RATE  # a second: Twilio sends 20 ms
_MAX_SID_CHARS = 128  # Twilio's have 34


class TwilioLeg:
    """Fulfils `channels.line.Channel`. `unplayed_frames`: sent and not yet confirmed as played, within a second."""

    rate = wire.SAMPLE_RATE
    kind = "twilio"
    max_message_bytes = 16 * 1024
    max_quiet_ms = 15_000  # Twilio sends media always, also silence

    def __init__(self, line: Line) -> None:
        self._line = line
        self._connected = False
        self._encoder: wire.Encoder | None = None
        self._framer = Framer(wire.FRAME_CODES)
        self._sent = self._confirmed = 0

    @property
    def unplayed_frames(self) -> int:
        return self._sent - self._confirmed

    # ---- down

    def play(self, frame: bytes) -> None:
        if self._encoder is None:
            return
        self._line.send_text(self._encoder.media(pcm_to_ulaw(frame)))
        self._sent += 1
        if self._sent % _MARK_FRAMES == 0:
            self._line.send_text(self._encoder.mark(self._sent))

    def clear(self) -> None:
        if self._encoder is not None:
            self._line.send_text(self._encoder.clear)

    def show(self, note: Note) -> None:
        """A telephone has no screen."""

    def close(self, cause: str) -> None:
        self._line.hang_up(cause)

    # ---- up

    def read_binary(self, message: memoryview) -> None:
        raise WireError("This wire has text messages only.")

    def read_text(self, message: memoryview) -> None:
        said = wire.decode(message)
        if isinstance(said, wire.Media):  # nearly all of them
            self._hear(said.media)
        elif said is not None:
            self._take(said)

    def _hear(self, sound: wire.Sound) -> None:
        if self._encoder is None or not 0 < len(sound.payload) <= _MAX_MEDIA_CODES:
            raise WireError("Media comes after start, up to a second at once.")
        if sound.track != "inbound":
            return
        for codes in self._framer.push(sound.payload):
            self._line.hear(ulaw_to_pcm(codes))

    def _take(self, said: wire.Connected | wire.Start | wire.Media | wire.Dtmf | wire.Mark | wire.Stop) -> None:
        match said:
            case wire.Connected():
                if self._connected:
                    raise WireError("A stream connects once.")
                self._connected = True
            case wire.Start():
                self._start(said)
            case wire.Dtmf(dtmf=pressed):
                if pressed.digit in _KEYS:
                    self._line.key(pressed.digit)
            case wire.Mark(mark=mark):
                self._confirm(mark.name)
            case wire.Stop():
                self._line.lost("caller_hung_up")
            case wire.Media():
                self._hear(said.media)
            case _:
                assert_never(said)

    def _start(self, said: wire.Start) -> None:
        if not self._connected or self._encoder is not None:
            raise WireError("A stream starts once, after connected.")
        if said.start.media_format != _FORMAT or not 0 < len(said.stream_sid) <= _MAX_SID_CHARS:
            raise WireError("A stream is µ-law at 8,000 Hz and has a name.")
        self._encoder = wire.Encoder(said.stream_sid)
        token = said.start.custom_parameters.get("token", "")
        self._line.begin(Arrival(channel="twilio", token=token, carrier_call_id=said.start.call_sid[:_MAX_SID_CHARS]))

    def _confirm(self, name: str) -> None:
        if name.isascii() and name.isdigit() and len(name) < 10:
            self._confirmed = max(self._confirmed, min(int(name), self._sent))
