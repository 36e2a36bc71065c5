"""Time that passes only when a rehearsal lets it: for the conversation, and for every timer of the event loop.

Real work (the database, the embedding model, a request to a stand-in) takes no time at all: the clock stands while it
goes on. So a provider's patience, a filler after a second and a time-out of five are as exact as the conversation's.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flowyte.kit.clock import SystemClock
from flowyte.kit.errors import FlowyteError
from flowyte.testing.clock import VirtualClock

MOST_WORK_MS = 60_000  # real time that one piece of work may take, on the slowest machine; more is a fault in here
FIRST_MONDAY = date(2026, 3, 2)  # days of the week are counted from here, so that each play has the same date for ever


class StuckError(FlowyteError):
    """A rehearsal waits for work that does not end."""

    code = "rehearsal_stuck"


class StillLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is moved by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.passed_ms = 0

    def time(self) -> float:
        return self.passed_ms / 1000


class Hours(VirtualClock):
    """Of one conversation, in step with the loop."""

    def __init__(self, begins: datetime) -> None:
        super().__init__()
        self._begins = begins

    def now(self) -> datetime:
        return self._begins + timedelta(milliseconds=self.monotonic_ms())

    def advance(self, ms: int) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, StillLoop), "a rehearsal runs on a StillLoop"
        loop.passed_ms += ms
        super().advance(ms)


@dataclass(slots=True)
class Work:
    """How much real work is under way, and how much of it waits for time to pass."""

    under_way: int = 0
    waiting: int = 0

    @contextmanager
    def going_on(self) -> Iterator[None]:
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Somebody takes their time on purpose: the clock goes on meanwhile."""
        self.waiting += 1
        try:
            yield
        finally:
            self.waiting -= 1

    async def done(self) -> None:
        """Until nothing is under way that could come to an end without time passing."""
        began = SystemClock().monotonic_ms()
        while self.under_way and not self.waiting:
            await asyncio.sleep(0)
            if SystemClock().monotonic_ms() - began > MOST_WORK_MS:
                raise StuckError
