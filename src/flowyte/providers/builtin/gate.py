"""When voice begins and pauses, from one probability every 32 ms. Pure: no model, no clock.

Two windows above the threshold begin speech, so that a click does not; one below the lower threshold begins a pause.
Times are milliseconds of sound since the first window.
"""

from dataclasses import dataclass

from flowyte.providers.builtin.silero import WINDOW_MS

_ON = 0.5
_OFF = 0.35
_WINDOWS_TO_BEGIN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """Voice began (again) at `at_ms`."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Inside a turn nothing has been voiced since `since_ms`, for `for_ms` now. Comes with each silent window."""

    since_ms: int
    for_ms: int


@dataclass(slots=True)
class Gate:
    """`open` while a turn is going on: from the first voice until `rest` is called."""

    open: bool = False
    _now_ms: int = 0
    _voiced: int = 0
    _last_voice_ms: int = 0
    _paused: bool = True

    def window(self, probability: float) -> Began | Silent | None:
        self._now_ms += WINDOW_MS
        threshold = _ON if self._paused else _OFF
        if probability >= threshold:
            self._voiced += 1
            if not self._paused:
                self._last_voice_ms = self._now_ms
            elif self._voiced >= _WINDOWS_TO_BEGIN:
                self._paused, self.open = False, True
                self._last_voice_ms = self._now_ms
                return Began(at_ms=self._now_ms - self._voiced * WINDOW_MS)
            return None
        self._voiced = 0
        return self._silence() if self.open else None

    def pause(self) -> None:
        """The silence is long enough to count: from here on it takes two windows to begin again."""
        self._paused = True
        self._voiced = 0

    def rest(self) -> None:
        """The turn is over."""
        self.open = False
        self.pause()

    def _silence(self) -> Silent:
        return Silent(since_ms=self._last_voice_ms, for_ms=self._now_ms - self._last_voice_ms)
