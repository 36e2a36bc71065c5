"""The caller's sound on its way in: to the ears as it comes, to the recording as the clock goes.

Nothing passes before somebody may listen, and there is one listener at a time. The ears get every frame at once,
without the recording's jitter; when a leg stops sending (a muted browser), they get silence, so that a turn can end.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from flowyte.conversation.events import Heard, Partial, SpeechStarted, SpeechStopped, TurnEnded
from flowyte.live.playout import FRAME_MS
from flowyte.live.ports import Ears, Listening

JITTER_FRAMES = 10  # 200 ms: more than that waiting is not jitter, and the oldest is given up to stay aligned


class Inbound:
    def __init__(self, *, rate: int, language: str, now: Callable[[], int]) -> None:
        self._ears: Ears | None = None
        self._rate = rate
        self._language = language
        self._now = now
        self._silence = bytes(rate // 500 * FRAME_MS)
        self._waiting: deque[bytes] = deque(maxlen=JITTER_FRAMES)
        self._listening: Listening | None = None
        self._fed = 0
        self._missing = 0
        self._expected = "anything"

    def open(self, ears: Ears, sink: Callable[[Heard], None]) -> None:
        """From the next frame on these ears hear the caller, and no others."""
        if self._ears is ears:
            return
        self.close()
        self._ears, self._fed = ears, 0
        self._listening = ears.listen(
            rate=self._rate, language=self._language, sink=lambda event: sink(self._placed(event))
        )
        if self._expected != "anything":
            self._listening.expect(self._expected)

    def hear(self, pcm: bytes) -> None:
        if self._listening is None:
            return
        self._missing = 0
        self._waiting.append(pcm)
        self._fed += 1
        self._listening.feed(pcm)

    def tick(self) -> bytes:
        """The caller's frame for the recording."""
        if self._listening is None:
            return self._silence
        self._missing += 1
        if self._missing > JITTER_FRAMES:
            self._fed += 1
            self._listening.feed(self._silence)
        return self._waiting.popleft() if self._waiting else self._silence

    def expect(self, kind: str) -> None:
        self._expected = kind
        if self._listening is not None:
            self._listening.expect(kind)

    def close(self) -> None:
        if self._listening is not None:
            self._listening.close()

    def _placed(self, event: Heard) -> Heard:
        """The ears count the frames they were given; the call counts from its beginning."""
        shift = max(0, self._now() - self._fed * FRAME_MS)
        match event:
            case SpeechStarted(at_ms=at) | SpeechStopped(at_ms=at) | Partial(at_ms=at):
                return replace(event, at_ms=at + shift)
            case TurnEnded(began_ms=began, ended_ms=ended):
                return replace(event, began_ms=began + shift, ended_ms=ended + shift)
