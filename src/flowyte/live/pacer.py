"""One tick every 20 ms for all calls of a process, instead of a timer for each.

A tick that comes late is followed by as many as are missing, so a call's count of ticks is its age in frames: that is
what keeps a recording as long as the wall clock. How late ticks come is measured, and admission goes by it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from flowyte.kit.clock import Clock

TICK_MS = 20
FADE = 0.98  # the worst lateness is forgotten by half in about 0.7 s


class Paced(Protocol):
    def tick(self) -> None: ...


class Pacer:
    """`late_ms` is the recent worst delay of a tick."""

    def __init__(self, clock: Clock, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._calls: dict[int, Paced] = {}
        self.late_ms = 0.0

    def __len__(self) -> int:
        return len(self._calls)

    def join(self, call: Paced) -> None:
        self._calls[id(call)] = call

    def leave(self, call: Paced) -> None:
        self._calls.pop(id(call), None)

    def tick(self) -> None:
        for call in list(self._calls.values()):
            call.tick()

    async def run(self) -> None:
        """For the life of the process."""
        due = self._clock.monotonic_ms()
        while True:
            late = self._clock.monotonic_ms() - due
            if late >= 0:
                self.late_ms = max(float(late), self.late_ms * FADE)
                due += TICK_MS
                self.tick()
            await self._sleep(max(0, due - self._clock.monotonic_ms()) / 1000)
