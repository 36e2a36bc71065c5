"""A telephone at the other end of the Twilio wire: it places a scripted call in real time, as the carrier would.

It sends 20 ms of µ-law every 20 ms, plays what it gets at the pace of a loudspeaker, answers marks when the sound
before them has been played, and empties its buffer on `clear`. It says its next words when the agent has been quiet
for a while. Used by `flowyte call`, the benchmarks and the tests.
"""

import asyncio
from binascii import b2a_base64
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from flowyte.kit.clock import Clock, SystemClock
from flowyte.media.frames import FRAME_MS, Framer
from flowyte.media.g711 import ULAW_SILENCE, pcm_to_ulaw, ulaw_to_pcm

_CODES = 160
_SILENT = ULAW_SILENCE * _CODES
_STREAM = "MZ00000000000000000000000000000000"
_DRY_MS = 200  # a shorter gap in the agent's sound is late frames, a longer one the end of a stretch
OPENING_QUIET_MS = 2_000  # of a call in real time
_MAX_BUFFER_FRAMES = 50 * 60  # a minute of unplayed sound: whoever sends that much is broken


@dataclass(frozen=True, slots=True, kw_only=True)
class BargeIn:
    """Speak into the agent's `reply`-th stretch of speech (0 is the first), `after_ms` after it began."""

    reply: int
    after_ms: int
    pcm: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneEvent:
    """`caller_from`, `caller_to`, `agent_from`, `agent_to`, `clear`, `mark`, `key`: at which time of the call."""

    at_ms: int
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCall:
    """Both tracks as 8 kHz PCM, equally long, and what happened. `ended_cause`: `hung_up` (the script was over),
    `max_seconds`, or the reason that the far side gave for closing."""

    reply_pcm: bytes
    caller_pcm: bytes
    events: list[PhoneEvent]
    ended_cause: str
    late_ms: list[int] = field(default_factory=list)
    """How long after it was due each frame of a stretch arrived; under 0 is early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    utterances: Sequence[bytes]
    max_seconds: float = 120.0
    quiet_ms: int = 700
    opening_quiet_ms: int = 700
    """Before the first words: on a busy machine the greeting comes late after the notice, and is not over yet."""
    barge_in: Sequence[BargeIn] = ()
    keep_audio: bool = True


class _Down(msgspec.Struct, frozen=True):
    event: str
    media: dict[str, str] | None = None
    mark: dict[str, str] | None = None


_down = msgspec.json.Decoder(_Down)


class Phone(WSListener):
    """The state of one call; `tick` is 20 ms of it."""

    def __init__(self, script: Script, clock: Clock) -> None:
        self._script = script
        self._clock = clock
        self._speech: deque[bytes] = deque()
        self._playing: deque[bytes | str] = deque()  # frames, and the names of marks between them
        self._framer = Framer(_CODES)
        self._next = 0
        self._barges = deque(sorted(script.barge_in, key=lambda barge: barge.reply))
        self._stretch = -1
        self._stretch_at = self._stretch_began = self._stretch_frames = 0
        self._speaking = self._was_talking = False
        self._quiet = 0
        self._heard_reply = False
        self._ticked = clock.monotonic_ms()
        self.now = 0
        self.closed = asyncio.Event()
        self.cause = ""
        self.events: list[PhoneEvent] = []
        self.late_ms: list[int] = []
        self.reply = bytearray()
        self.caller = bytearray()
        self.transport: WSTransport | None = None

    # ---- what comes

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.CLOSE:
            self.cause = self.cause or frame.get_close_reason() or "closed"
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
        elif frame.msg_type is WSMsgType.TEXT:
            self._take(_down.decode(frame.get_payload_as_memoryview()))

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.cause = self.cause or "connection_lost"
        self.closed.set()

    def _take(self, said: _Down) -> None:
        if said.event == "media" and said.media is not None:
            codes = msgspec.convert(said.media["payload"], bytes)
            self._arrived()
            self._playing.extend(self._framer.push(codes))
            if len(self._playing) > _MAX_BUFFER_FRAMES:
                raise ValueError("the agent sends more than a minute ahead")
        elif said.event == "mark" and said.mark is not None:
            self._playing.append(said.mark["name"])
        elif said.event == "clear":
            exact = max(0, self.now - FRAME_MS) + self._clock.monotonic_ms() - self._ticked
            self.events.append(PhoneEvent(at_ms=exact, kind="clear"))
            names = [item for item in self._playing if isinstance(item, str)]
            self._playing.clear()
            self._stop_stretch(self.now)
            for name in names:  # Twilio returns the marks of what it dropped, too
                self._mark(name)

    def _arrived(self) -> None:
        """A frame's place in its stretch says when it was due: 20 ms after the one before."""
        clock = self._clock.monotonic_ms()
        if not self._speaking and not self._playing:
            self._stretch_at, self._stretch_frames = clock, 0
        self.late_ms.append(clock - self._stretch_at - self._stretch_frames * FRAME_MS)
        self._stretch_frames += 1

    # ---- what goes

    def send(self, body: object) -> None:
        if self.transport is not None and not self.closed.is_set():
            self.transport.send(WSMsgType.TEXT, msgspec.json.encode(body))

    def start(self, token: str) -> None:
        self.send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        media = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        start = {"streamSid": _STREAM, "callSid": "CA" + "0" * 32, "tracks": ["inbound"], "mediaFormat": media}
        parameters = {"customParameters": {"token": token}}
        self.send({"event": "start", "sequenceNumber": "1", "streamSid": _STREAM, "start": start | parameters})

    def press(self, digit: str) -> None:
        self._tell("key", digit)
        self.send({"event": "dtmf", "streamSid": _STREAM, "dtmf": {"track": "inbound_track", "digit": digit}})

    def tick(self) -> bool:
        """20 ms of the call, both ways; False when the script is over."""
        self._ticked = self._clock.monotonic_ms()
        self._play()
        self._plan()
        codes = self._speech.popleft() if self._speech else _SILENT
        if self.transport is not None and not self.closed.is_set():
            payload = b2a_base64(codes, newline=False)
            self.transport.send(
                WSMsgType.TEXT,
                b'{"event":"media","sequenceNumber":"%d","media":{"track":"inbound","chunk":"%d","timestamp":"%d",'
                b'"payload":"%b"},"streamSid":"%b"}'
                % (self.now // 20 + 2, self.now // 20 + 1, self.now, payload, _STREAM.encode()),
            )
        if self._script.keep_audio:
            self.caller += ulaw_to_pcm(codes)
        if self._was_talking and not self._speech:
            self._tell("caller_to")
        self._was_talking = bool(self._speech)
        self.now += FRAME_MS
        return not self._over()

    def _play(self) -> None:
        frame = _SILENT
        while self._playing:
            item = self._playing.popleft()
            if isinstance(item, bytes):
                frame = item
                self._quiet = 0
                if not self._speaking:
                    self._begin_stretch()
                break
            self._mark(item)
        else:
            self._quiet += FRAME_MS
            if self._quiet >= _DRY_MS:
                self._stop_stretch(self.now + FRAME_MS - self._quiet)
        if self._script.keep_audio:
            self.reply += ulaw_to_pcm(frame)

    def _begin_stretch(self) -> None:
        self._speaking = self._heard_reply = True
        self._stretch += 1
        self._stretch_began = self.now
        self._tell("agent_from")

    def _stop_stretch(self, at_ms: int) -> None:
        if self._speaking:
            self._speaking = False
            self.events.append(PhoneEvent(at_ms=at_ms, kind="agent_to"))

    def _plan(self) -> None:
        """What to say now."""
        if self._speech:
            return
        barge = self._barges[0] if self._barges else None
        if barge is not None and self._speaking and self._stretch >= barge.reply:
            if self.now - self._stretch_began >= barge.after_ms:
                self._barges.popleft()
                self._say(barge.pcm)
        elif self._turn_is_ours() and self._next < len(self._script.utterances):
            self._next += 1
            self._say(self._script.utterances[self._next - 1])

    def _say(self, pcm: bytes) -> None:
        framer = Framer(_CODES)
        self._speech.extend(framer.push(pcm_to_ulaw(pcm)))
        if rest := framer.rest(ULAW_SILENCE):
            self._speech.append(rest)
        self._heard_reply = False
        self._tell("caller_from")

    def _turn_is_ours(self) -> bool:
        quiet = self._script.quiet_ms if self._next else self._script.opening_quiet_ms
        return self._heard_reply and not self._speaking and self._quiet >= quiet

    def _over(self) -> bool:
        said_all = self._next >= len(self._script.utterances) and not self._speech
        if said_all and self._turn_is_ours():
            self.cause = self.cause or "hung_up"
        elif self.now >= self._script.max_seconds * 1000:
            self.cause = self.cause or "max_seconds"
        return bool(self.cause)

    def _mark(self, name: str) -> None:
        self._tell("mark", name)
        self.send({"event": "mark", "streamSid": _STREAM, "mark": {"name": name}})

    def _tell(self, kind: str, detail: str = "") -> None:
        self.events.append(PhoneEvent(at_ms=self.now, kind=kind, detail=detail))

    def hang_up(self) -> None:
        self.send({"event": "stop", "streamSid": _STREAM, "stop": {"callSid": "CA" + "0" * 32}})
        if self.transport is not None:
            self.transport.send_close(WSCloseCode.OK)
            self.transport.disconnect()

    def result(self) -> PhoneCall:
        return PhoneCall(
            reply_pcm=bytes(self.reply),
            caller_pcm=bytes(self.caller),
            events=self.events,
            ended_cause=self.cause,
            late_ms=self.late_ms,
        )


async def call_by_script(url: str, token: str, script: Script, *, clock: Clock | None = None) -> PhoneCall:
    """The whole call in real time. OSError or picows.WSError when it cannot be placed."""
    clock = clock or SystemClock()
    phone = Phone(script, clock)
    await ws_connect(lambda: phone, url, websocket_handshake_timeout=10)
    phone.start(token)
    due = clock.monotonic_ms()
    while not phone.closed.is_set() and phone.tick():
        due += FRAME_MS
        await asyncio.sleep(max(0, due - clock.monotonic_ms()) / 1000)
    if not phone.closed.is_set():
        phone.hang_up()
        await asyncio.wait_for(phone.closed.wait(), 5)
    return phone.result()


async def place_call(
    url: str,
    token: str,
    utterances: Sequence[bytes],
    *,
    max_seconds: float = 120.0,
    barge_in: Sequence[BargeIn] | None = None,
) -> PhoneCall:
    """Say `utterances` (8 kHz PCM each) in turn, and hang up after the reply to the last."""
    script = Script(
        utterances=utterances, max_seconds=max_seconds, barge_in=barge_in or (), opening_quiet_ms=OPENING_QUIET_MS
    )
    return await call_by_script(url, token, script)
