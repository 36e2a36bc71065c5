"""When a language model that failed is asked again. Pure; the time is an argument.

One failure is enough to leave it alone: the caller has just waited for nothing, and the next one should not. Then one
turn at a time tries it, after a pause that doubles.
"""

from dataclasses import dataclass

FIRST_PAUSE_MS = 10_000  # about a turn and a half of a call: a hiccup costs two turns their richer answer
LONGEST_PAUSE_MS = 120_000  # so that a server that is back is found within two minutes


@dataclass(slots=True)
class Breaker:
    """Shared by all conversations of a process. What `allows` let through ends with one of the other three."""

    _pause_ms: int = 0
    _not_before_ms: int = 0
    _trying: bool = False

    @property
    def closed(self) -> bool:
        """The model is believed to work."""
        return self._pause_ms == 0

    def allows(self, now_ms: int) -> bool:
        if self.closed:
            return True
        if self._trying or now_ms < self._not_before_ms:
            return False
        self._trying = True
        return True

    def worked(self) -> None:
        self._pause_ms, self._trying = 0, False

    def failed(self, now_ms: int) -> None:
        self._trying = False
        if now_ms >= self._not_before_ms:  # else it was asked before the failure that we know of
            self._pause_ms = min(self._pause_ms * 2, LONGEST_PAUSE_MS) or FIRST_PAUSE_MS
            self._not_before_ms = now_ms + self._pause_ms

    def given_up(self) -> None:
        """The caller spoke over it: nothing was learned."""
        self._trying = False
