"""A clock that moves only when it is told to, and wakes those who sleep on it."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class VirtualClock:
    def __init__(self) -> None:
        self._ms = 0
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return START + timedelta(milliseconds=self._ms)

    def monotonic_ms(self) -> int:
        return self._ms

    async def sleep_ms(self, ms: int) -> None:
        if ms <= 0:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._ms + ms, self._count, future))
        await future

    def advance(self, ms: int) -> None:
        self._ms += ms
        while self._sleepers and self._sleepers[0][0] <= self._ms:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)
