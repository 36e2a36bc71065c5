"""The calls of a process: how many there are, whether another may begin, and how they are brought to an end."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from flowyte.live.admission import Admission, Admit, Busy
from flowyte.live.pacer import Pacer
from flowyte.live.session import Session


class LiveCalls:
    """One per process, shared by all its channels."""

    def __init__(self, pacer: Pacer, admission: Admission) -> None:
        self._pacer = pacer
        self._admission = admission
        self._calls: set[Session] = set()
        self._empty = asyncio.Event()
        self._empty.set()
        self.draining = False

    def __len__(self) -> int:
        return len(self._calls)

    def verdict(self) -> Admit | Busy:
        """Ask before answering the leg."""
        return self._admission.verdict(calls=len(self), late_ms=self._pacer.late_ms, draining=self.draining)

    @contextmanager
    def holding(self, session: Session) -> Iterator[None]:
        """Around `session.run()`."""
        self._calls.add(session)
        self._empty.clear()
        try:
            yield
        finally:
            self._calls.discard(session)
            if not self._calls:
                self._empty.set()

    async def drain(self, *, grace_s: float) -> int:
        """Let no call begin, wait for those that are on, then end what is left; returns how many were ended."""
        self.draining = True
        try:
            async with asyncio.timeout(grace_s):
                await self._empty.wait()
        except TimeoutError:
            pass
        left = list(self._calls)
        for session in left:
            session.end("drained")
        if left:
            await self._empty.wait()
        return len(left)
