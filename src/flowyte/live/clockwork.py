"""What runs inside one call: its age, its inbox, its tasks, and whether it is over."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine

from flowyte.conversation.events import Event
from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.kit.errors import FlowyteError

logger = log.get(__name__)


class Clockwork:
    """`now` is counted in ticks; `exact_ms` reads the clock, for measuring only. An inbox entry None means "time"."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started = 0
        self.group: asyncio.TaskGroup | None = None
        self.tasks: set[asyncio.Task[None]] = set()
        self.now = 0
        self.deadline: int | None = None
        self.inbox: deque[Event | None] = deque()
        self.busy = False
        self.over = asyncio.Event()
        self.cause = "service_failed"
        self.recording = self.paused = False
        self.utterance = 0

    def start(self) -> None:
        self._started = self._clock.monotonic_ms()

    def exact_ms(self) -> int:
        return self._clock.monotonic_ms() - self._started

    def spawn(self, work: Coroutine[object, None, None], failed: Callable[[str], None]) -> "asyncio.Task[None] | None":
        """Run a part of the call in its task group. None once the call is over: nothing new begins then."""
        if self.group is None or self.over.is_set():
            work.close()
            return None
        task = self.group.create_task(attempt(work, lambda why: failed(why) if why else None))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task


async def attempt(work: Awaitable[None], closed: Callable[[str | None], None]) -> None:
    """Run a part of a call that may fail in any way; `closed` is told the failure, or None."""
    try:
        await work
    except Exception as error:  # the edge of a call
        foreseen = isinstance(error, FlowyteError)  # what is away is away, wherever in the code
        logger.warning("call.part_failed", error=type(error).__name__, exc_info=not foreseen)
        closed(type(error).__name__)
    else:
        closed(None)
