"""What one call is saying, frame by frame: what was made, what was sent, what was heard.

Frames go out a little before they are due, so that a late tick is not heard. What counts as played, for the recording
and for "only what was heard", is the frame that is due at this tick, never what was merely sent.
"""

from collections import deque
from collections.abc import Callable

from flowyte.conversation.commands import Say
from flowyte.conversation.events import Cut, Playing, SayFailed, Spoken
from flowyte.conversation.speech import Speech, WordAt, heard_text
from flowyte.live.ports import Leg

FRAME_MS = 20
LEAD_FRAMES = 4  # 80 ms: covers a tick that comes 60 ms late, and barge-in drops it with `clear`

Heard = Playing | Spoken | Cut | SayFailed


class Voice:
    """The sound of one Say, growing at its end while it is played from its front."""

    __slots__ = ("complete", "failure", "pcm", "played", "say", "sent", "words")

    def __init__(self, say: Say) -> None:
        self.say = say
        self.pcm = bytearray()
        self.words: list[WordAt] = []
        self.sent = 0
        self.played = 0
        self.complete = False
        self.failure: str | None = None

    def add(self, speech: Speech) -> None:
        self.pcm += speech.pcm
        self.words.extend(speech.words)

    def close(self, failure: str | None = None) -> None:
        self.complete, self.failure = True, failure

    def heard(self, bytes_per_ms: int) -> str:
        return heard_text(self.say.text, self.words, self.played // bytes_per_ms)


class Playout:
    """One call's outgoing sound. `tick` is called every 20 ms and gives the frame that is heard now."""

    def __init__(self, leg: Leg, tell: Callable[[Heard], None]) -> None:
        self._leg = leg
        self._tell = tell
        self._bytes_per_ms = leg.rate // 500
        self._frame = self._bytes_per_ms * FRAME_MS
        self.silence = bytes(self._frame)
        self._voices: deque[Voice] = deque()
        self._ahead: deque[tuple[bytes, Voice]] = deque()

    def add(self, say: Say) -> Voice:
        voice = Voice(say)
        self._voices.append(voice)
        return voice

    def tick(self) -> bytes:
        if not self._voices:
            return self.silence
        while len(self._ahead) < LEAD_FRAMES and self._send():
            pass
        frame = self.silence
        if self._ahead:
            frame, voice = self._ahead.popleft()
            voice.played = min(voice.played + self._frame, len(voice.pcm))
        while self._voices and self._voices[0].complete and self._voices[0].played >= len(self._voices[0].pcm):
            self._ended(self._voices.popleft())
        return frame

    def cut(self) -> None:
        """Fall silent now and say for every Say how far it came."""
        voices = list(self._voices)
        self._voices.clear()
        self._ahead.clear()
        self._leg.clear()
        for voice in voices:
            self._tell(Cut(say_id=voice.say.say_id, heard=voice.heard(self._bytes_per_ms)))

    def _send(self) -> bool:
        for voice in self._voices:
            left = len(voice.pcm) - voice.sent
            if left >= self._frame or (left > 0 and voice.complete):
                frame = bytes(voice.pcm[voice.sent : voice.sent + self._frame])
                if len(frame) < self._frame:
                    frame += self.silence[len(frame) :]
                self._leg.play(frame)
                self._ahead.append((frame, voice))
                first, voice.sent = voice.sent == 0, voice.sent + self._frame
                if first:
                    self._tell(Playing(say_id=voice.say.say_id))
                return True
            if not voice.complete:
                return False  # the next Say waits until this one has been said
        return False

    def _ended(self, voice: Voice) -> None:
        if voice.failure is None:
            self._tell(Spoken(say_id=voice.say.say_id, samples=len(voice.pcm) // 2))
        else:
            heard = voice.heard(self._bytes_per_ms)
            self._tell(SayFailed(say_id=voice.say.say_id, cause=voice.failure, heard=heard))
