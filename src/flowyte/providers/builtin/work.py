"""Heavy inference off the event loop: two threads, a bounded queue, results handed back on the loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flowyte.kit import log

logger = log.get(__name__)
T = TypeVar("T")


class Work:
    """onnxruntime and numpy let go of the interpreter while they count, so threads do run side by side."""

    def __init__(self, *, threads: int = 2, waiting: int = 8) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="speech")
        self._room = threads + waiting
        self._pending = 0

    def offer(self, job: Callable[[], T], then: Callable[[T | None], None]) -> bool:
        """Work that may be left out: False when there is no room for it."""
        if self._pending >= self._room:
            return False
        self.submit(job, then)
        return True

    def submit(self, job: Callable[[], T], then: Callable[[T | None], None]) -> None:
        """Runs `job` in a thread; `then` gets its result on the loop, or None when it failed."""

        def ended(future: "asyncio.Future[T]") -> None:
            self._pending -= 1
            if future.cancelled():
                return
            error = future.exception()
            if error is not None:
                logger.error("speech.job_failed", error=type(error).__name__)
            then(None if error is not None else future.result())

        self._pending += 1
        asyncio.get_running_loop().run_in_executor(self._pool, job).add_done_callback(ended)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
