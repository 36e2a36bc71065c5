"""One call's ears: frames in, what was heard out.

While a silence is still too short to mean anything, its text and the judgement of its end are already being worked
out; when the silence is long enough, the turn usually ends at once. Voice in between makes that work void.
"""

from collections.abc import Callable

import numpy as np

from flowyte.conversation.events import Heard, Partial, SpeechStarted, SpeechStopped, TurnEnded
from flowyte.providers.builtin.endpoint import Endpointing
from flowyte.providers.builtin.gate import Began, Gate, Silent
from flowyte.providers.builtin.hearing import Hearing, together, wide
from flowyte.providers.builtin.moonshine import NOTHING, Transcript
from flowyte.providers.builtin.resample import to_float
from flowyte.providers.builtin.smart_turn import SmartTurn
from flowyte.providers.builtin.vad import Slot, Vad

# Most pauses inside a word or between two are shorter; the work begun here is ready when min_silence_ms is over.
_GUESS_MS = 128
_PARTIAL_MS = 320
# Pairs of samples to one: a short low-pass is enough for a detector of voice.
_HALF = np.array([-0.03, 0.0, 0.28, 0.5, 0.28, 0.0, -0.03], np.float32)


class Pause:
    """What is known about the present silence. A new one is made when voice returns, and late answers find nobody."""

    __slots__ = ("again", "asked", "finished", "told", "transcript")

    def __init__(self) -> None:
        self.asked = False
        self.again = False
        self.told = False
        self.transcript: Transcript | None = None
        self.finished: float | None = None


class BuiltinListening:
    def __init__(
        self,
        *,
        hearing: Hearing,
        judge: SmartTurn,
        endpointing: Endpointing,
        partials: bool,
        sink: Callable[[Heard], None],
    ) -> None:
        self._hearing = hearing
        self._judge = judge
        self._endpointing = endpointing
        self._partials = partials
        self._sink = sink
        self._gate = Gate()
        self._pause = Pause()
        self._silent: Silent | None = None
        self._slot: Slot | None = None
        self._expect = "anything"
        self._began_ms = 0
        self._fed_ms = 0
        self._partial_due_ms = 0
        self._tail = np.zeros(len(_HALF) - 1, np.float32)

    def attach(self, vad: Vad) -> bool:
        """Takes a place in the batch; False when there is none."""
        self._slot = vad.open(self._window)
        return self._slot is not None

    def feed(self, pcm: bytes) -> None:
        if self._slot is None:
            return
        self._fed_ms += len(pcm) * 500 // self._hearing.rate
        self._hearing.feed(pcm)
        samples = to_float(pcm)
        if self._hearing.rate == 16_000:
            joined = np.concatenate([self._tail, samples])
            self._tail = joined[-len(self._tail) :]
            samples = np.convolve(joined, _HALF, "valid")[::2]
        self._slot.feed(samples)

    def expect(self, kind: str) -> None:
        self._expect = kind

    def close(self) -> None:
        if self._slot is not None:
            self._slot.close()
            self._slot = None

    def _window(self, probability: float) -> None:
        match self._gate.window(probability):
            case Began(at_ms=at):
                self._begin(at)
            case Silent() as silence:
                self._silence(silence)
            case None:
                pass
        if self._partials and self._gate.open and not self._pause.asked and self._fed_ms >= self._partial_due_ms:
            self._tell_partial()

    def _begin(self, at_ms: int) -> None:
        if self._pause.told:
            self._hearing.resumed()
        elif not self._began_ms:
            self._hearing.begin()
        self._began_ms = self._began_ms or max(1, at_ms)
        self._pause = Pause()
        self._sink(SpeechStarted(at_ms=at_ms))

    def _silence(self, silence: Silent) -> None:
        pause = self._pause
        if silence.for_ms < _GUESS_MS:
            # Voice came back between two looks: what was asked about the former silence is void.
            self._pause = Pause() if pause.asked and not pause.told else pause
            return
        if not pause.asked:
            pause.asked = self._ask(pause, needed=False)
        if silence.for_ms < self._endpointing.min_silence_ms:
            return
        if not pause.told:
            pause.told = True
            self._gate.pause()
            self._sink(SpeechStopped(at_ms=silence.since_ms))
        if not pause.asked:
            pause.asked = self._ask(pause, needed=True)
        if not pause.again and silence.for_ms >= self._endpointing.look_again_ms:
            pause.again = True
            self._ask_judge(pause, needed=True)
        self._silent = silence
        self._decide(pause)

    def _ask(self, pause: Pause, *, needed: bool) -> bool:
        def understood(transcript: Transcript | None) -> None:
            pause.transcript = transcript or NOTHING
            self._decide(pause)

        if not self._hearing.understand(understood, needed=needed):
            return False
        self._ask_judge(pause, needed=needed)
        return True

    def _ask_judge(self, pause: Pause, *, needed: bool) -> None:
        if not self._endpointing.semantic:
            pause.finished = 1.0
            return
        recent, rate, judge = self._hearing.recent(), self._hearing.rate, self._judge

        def judged(finished: float | None) -> None:
            pause.finished = finished if finished is not None else 0.0
            self._decide(pause)

        def job() -> float:
            return judge.complete(wide(recent, rate))

        if needed:
            self._hearing.work.submit(job, judged)
        elif not self._hearing.work.offer(job, judged):
            pause.finished = 0.0

    def _decide(self, pause: Pause) -> None:
        """Ends the turn when the silence is long enough for what has been understood, and all of that is there."""
        silence, earlier = self._silent, self._hearing.earlier()
        if pause is not self._pause or not pause.told or self._slot is None or silence is None:
            return
        if pause.transcript is None or earlier is None:
            return
        longest = self._endpointing.max_silence_ms
        if pause.finished is None and silence.for_ms < longest:
            return
        wait = self._endpointing.wait_ms(
            expect=self._expect, finished=pause.finished or 0.0, text=pause.transcript.text
        )
        if silence.for_ms >= wait:
            self._end(together([*earlier, pause.transcript]), silence, wait)

    def _end(self, transcript: Transcript, silence: Silent, wait_ms: int) -> None:
        event = TurnEnded(
            text=transcript.text,
            began_ms=min(self._began_ms, silence.since_ms),
            ended_ms=silence.since_ms,
            confidence=transcript.confidence,
            endpointing_ms=min(wait_ms, silence.for_ms),
            stt_ms=max(0, silence.for_ms - wait_ms),
        )
        self._gate.rest()
        self._hearing.end()
        self._pause = Pause()
        self._began_ms = 0
        self._sink(event)

    def _tell_partial(self) -> None:
        self._partial_due_ms = self._fed_ms + _PARTIAL_MS
        pause, at_ms = self._pause, self._fed_ms

        def understood(transcript: Transcript | None) -> None:
            earlier = self._hearing.earlier()
            if transcript is None or earlier is None or pause is not self._pause or self._slot is None:
                return
            whole = together([*earlier, transcript])
            if whole.text and self._gate.open:
                self._sink(Partial(text=whole.text, at_ms=at_ms))

        self._hearing.understand(understood, needed=False)
