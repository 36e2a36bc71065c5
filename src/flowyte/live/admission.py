"""Whether one more call may begin: by how late ticks come, and by how many calls there are.

A call that cannot be served well is refused with `busy` rather than let in to make every other call worse.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Admit:
    """Let it in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """Refuse it, for this reason."""

    reason: Literal["full", "late", "draining"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """`max_late_ms`: frames are sent 80 ms ahead, so ticks later than that are heard; the limit keeps half of it."""

    max_calls: int = 200
    max_late_ms: float = 40.0

    def verdict(self, *, calls: int, late_ms: float, draining: bool = False) -> Admit | Busy:
        if draining:
            return Busy(reason="draining")
        if calls >= self.max_calls:
            return Busy(reason="full")
        # An idle process may have slept late once; that says nothing about its load.
        if calls and late_ms > self.max_late_ms:
            return Busy(reason="late")
        return Admit()
