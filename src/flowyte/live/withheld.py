"""Sound that is held back until it is known whether it may be kept; what may not goes on as silence. Pure.

A word has no time of its own in what the built-in recognizer gives, so the stretch of the whole utterance is silenced,
and a margin around it: safe rather than pretty. While somebody is speaking nothing of it goes on; what is silenced is
silenced in both tracks, for one side can be heard in the other's.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

LATE_MS = 1_000  # a voice is told of a few hundred milliseconds after it began, a key after its tone
BEFORE_MS = 400  # the first consonant is often missed by a detector of voice
AFTER_MS = 400
MOST_MS = 90_000  # of one utterance: three megabytes at 8 kHz; who goes on longer is not judged, and not kept


@dataclass(slots=True)
class Stretch:
    """`ends_ms` is None while it goes on."""

    began_ms: int
    ends_ms: int | None = None

    def holds(self, at_ms: int) -> bool:
        return self.began_ms <= at_ms and (self.ends_ms is None or at_ms < self.ends_ms)


class Silences:
    """Tells of each stretch that was silenced once it is over: from and to, as the call's time goes."""

    def __init__(self, tell: Callable[[int, int], None]) -> None:
        self._tell = tell
        self._began_ms: int | None = None
        self._last_ms = 0

    def frame(self, at_ms: int, *, silent: bool) -> None:
        if not silent:
            self.end()
        elif self._began_ms is None:
            self._began_ms = at_ms
        self._last_ms = at_ms

    def end(self) -> None:
        if self._began_ms is not None:
            self._tell(self._began_ms, self._last_ms)
            self._began_ms = None


class Withheld:
    """`onward` takes both tracks of 20 ms, in order, none left out; `silences` is told which of them are silent."""

    def __init__(self, onward: Callable[[bytes, bytes], None], silences: Silences | None = None) -> None:
        self._onward = onward
        self._silences = silences
        self._waiting: deque[tuple[int, bytes, bytes]] = deque()
        self._silent: list[Stretch] = []
        self._open_ms: int | None = None

    def add(self, caller: bytes, agent: bytes, now_ms: int) -> None:
        self._waiting.append((now_ms, caller, agent))
        kept_ms = now_ms - LATE_MS
        if self._open_ms is not None:
            kept_ms = min(kept_ms, self._open_ms - BEFORE_MS)
        while self._waiting and self._waiting[0][0] < kept_ms:
            self._pass()
        if self._waiting[0][0] < now_ms - MOST_MS:
            self._pass(silent=True)

    def voice(self, at_ms: int) -> None:
        """The caller began to speak; nothing from here on goes on before `judged`."""
        self._open_ms = at_ms if self._open_ms is None else min(self._open_ms, at_ms)

    def judged(self, began_ms: int, ended_ms: int, *, silent: bool) -> None:
        """What was said in between is known now."""
        if silent:
            self.silence(began_ms, ended_ms)
        self._open_ms = None

    def silence(self, began_ms: int, ended_ms: int | None) -> Stretch:
        """With its margins; without an end it goes on until `end`."""
        stretch = Stretch(began_ms - BEFORE_MS, None if ended_ms is None else ended_ms + AFTER_MS)
        self._silent.append(stretch)
        return stretch

    def end(self, stretch: Stretch, now_ms: int) -> None:
        stretch.ends_ms = now_ms + AFTER_MS

    def drop(self) -> None:
        """Nothing that waits is to be kept."""
        self._waiting.clear()

    def flush(self) -> None:
        """The call is over: what nobody has judged is not kept."""
        if self._open_ms is not None:
            self.silence(self._open_ms, None)
        while self._waiting:
            self._pass()
        if self._silences is not None:
            self._silences.end()

    def _pass(self, *, silent: bool = False) -> None:
        at_ms, caller, agent = self._waiting.popleft()
        if self._silent:
            silent = silent or any(stretch.holds(at_ms) for stretch in self._silent)
            self._silent = [each for each in self._silent if each.ends_ms is None or each.ends_ms > at_ms]
        if self._silences is not None:
            self._silences.frame(at_ms, silent=silent)
        self._onward(*((bytes(len(caller)), bytes(len(agent))) if silent else (caller, agent)))
