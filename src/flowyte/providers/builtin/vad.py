"""Feeds the windows of all calls to one batched model, one run a tick.

The tick makes itself: the first full window arms it, everything that fills up in the next few milliseconds rides
along, and what fills up during a run is the next batch. At rest nothing runs.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import numpy.typing as npt

from flowyte.kit import log
from flowyte.providers.builtin.silero import WINDOW, SileroBatch

logger = log.get(__name__)
# Long enough to gather the calls whose frames arrive together, short beside the 32 ms of a window.
_GATHER_S = 0.006


class Slot:
    """One call's place in the batch."""

    __slots__ = ("_filled", "_owner", "_window", "closed", "full", "number", "sink")

    def __init__(self, number: int, owner: "Vad", sink: Callable[[float], None]) -> None:
        self.number = number
        self.sink = sink
        self.closed = False
        self.full: list[npt.NDArray[np.float32]] = []
        self._owner = owner
        self._window = np.empty(WINDOW, np.float32)
        self._filled = 0

    def feed(self, samples: npt.NDArray[np.float32]) -> None:
        """Samples at 8 kHz, any number of them."""
        while len(samples):
            taken = samples[: WINDOW - self._filled]
            self._window[self._filled : self._filled + len(taken)] = taken
            self._filled += len(taken)
            samples = samples[len(taken) :]
            if self._filled == WINDOW:
                self.full.append(self._window)
                self._window = np.empty(WINDOW, np.float32)
                self._filled = 0
                self._owner.ready(self)

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._owner.release(self)


class Vad:
    def __init__(self, model: SileroBatch, *, slots: int) -> None:
        self._model = model
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="vad")
        self._free = list(range(slots - 1, -1, -1))
        self._ready: list[Slot] = []
        self._armed = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def open(self, sink: Callable[[float], None]) -> Slot | None:
        """A place in the batch, or None when all are taken."""
        if not self._free:
            return None
        slot = Slot(self._free.pop(), self, sink)
        self._thread.submit(self._model.clear, slot.number)
        return slot

    def ready(self, slot: Slot) -> None:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # a loop that ended took the tick that was under way with it
            self._loop, self._armed, self._ready = loop, False, []
        self._ready.append(slot)
        if not self._armed:
            self._armed = True
            loop.call_later(_GATHER_S, self._run)

    def release(self, slot: Slot) -> None:
        self._free.append(slot.number)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        """Each call's oldest window; a call that has two waits for the next run with its second."""
        batch: dict[int, Slot] = {}
        later: list[Slot] = []
        for slot in self._ready:
            if slot.closed:
                continue
            if slot.number in batch:
                later.append(slot)
            else:
                batch[slot.number] = slot
        self._ready = later
        if not batch:
            self._armed = False
            return
        slots = list(batch.values())
        windows = np.stack([slot.full.pop(0) for slot in slots])
        job = partial(self._model.run, list(batch), windows)
        done = asyncio.get_running_loop().run_in_executor(self._thread, job)
        done.add_done_callback(partial(self._ended, slots))

    def _ended(self, slots: list[Slot], future: "asyncio.Future[npt.NDArray[np.float32]]") -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is not None:
            logger.error("vad.run_failed", error=type(error).__name__)
        else:
            for slot, probability in zip(slots, future.result().tolist(), strict=True):
                if not slot.closed:
                    slot.sink(probability)
        if self._ready:
            self._run()
        else:
            self._armed = False
