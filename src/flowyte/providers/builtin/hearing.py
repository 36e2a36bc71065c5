"""The sound of one turn and what has been understood of it.

Long turns are understood in parts, because the model takes about 15 s at a time. Sound before the turn is kept for
a moment, so that its first consonant is not lost.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from flowyte.providers.builtin.moonshine import NOTHING, RATE, Moonshine, Transcript
from flowyte.providers.builtin.resample import Samples, resample, to_float
from flowyte.providers.builtin.work import Work

_BEFORE_MS = 400
_PART_MS = 14_000
# At a pause a part may already be this short: a cut there costs nothing, one inside a word does.
_PART_AT_PAUSE_MS = 8_000
_JUDGED_MS = 8_000


@dataclass(slots=True)
class Part:
    """A stretch of the turn that is being, or has been, turned into text."""

    transcript: Transcript | None = None


@dataclass(slots=True)
class Hearing:
    rate: int
    model: Moonshine
    work: Work
    _pcm: bytearray = field(default_factory=bytearray)
    _parts: list[Part] = field(default_factory=list)
    _open: bool = False

    def feed(self, pcm: bytes) -> None:
        self._pcm += pcm
        if not self._open:
            del self._pcm[: max(0, len(self._pcm) - self._bytes(_BEFORE_MS))]
        elif len(self._pcm) > self._bytes(_PART_MS):
            self._part_off()

    def begin(self) -> None:
        self._open = True

    def resumed(self) -> None:
        """Voice goes on after a pause: a good place to close a part."""
        if len(self._pcm) > self._bytes(_PART_AT_PAUSE_MS):
            self._part_off()

    def understand(self, then: Callable[[Transcript | None], None], *, needed: bool) -> bool:
        """Text of the sound so far; `then` gets it on the loop. False when there is no room and it is not needed."""
        pcm = bytes(self._pcm)

        def job() -> Transcript:
            return self.model.transcribe(wide(pcm, self.rate))

        if needed:
            self.work.submit(job, then)
            return True
        return self.work.offer(job, then)

    def recent(self) -> bytes:
        """The last 8 s of the turn, for the judge of its end."""
        return bytes(self._pcm[-self._bytes(_JUDGED_MS) :])

    def earlier(self) -> list[Transcript] | None:
        """The parts before the present one; None while one of them is not there yet."""
        done = [part.transcript for part in self._parts if part.transcript is not None]
        return done if len(done) == len(self._parts) else None

    def end(self) -> None:
        """The turn is over; what is in the buffer is silence."""
        self._open = False
        self._parts = []
        del self._pcm[: max(0, len(self._pcm) - self._bytes(_BEFORE_MS))]

    def _part_off(self) -> None:
        part = Part()
        self._parts.append(part)

        def done(transcript: Transcript | None) -> None:
            part.transcript = transcript or NOTHING

        self.understand(done, needed=True)
        self._pcm.clear()

    def _bytes(self, ms: int) -> int:
        return self.rate * ms // 1000 * 2


def wide(pcm: bytes, rate: int) -> Samples:
    """16 kHz samples of PCM at `rate`."""
    return resample(to_float(pcm), rate, RATE)


def together(parts: list[Transcript]) -> Transcript:
    """One transcript of several; the least certain part decides the confidence."""
    said = [part for part in parts if part.text]
    if not said:
        return NOTHING
    return Transcript(text=" ".join(part.text for part in said), confidence=min(part.confidence for part in said))
