"""The tick that feeds the windows of all calls to one model."""

import asyncio
from typing import Any

import numpy as np

from flowyte.providers.builtin.silero import WINDOW
from flowyte.providers.builtin.vad import Vad


class Loudness:
    """In a model's place: a window's greatest sample."""

    def clear(self, slot: int) -> None: ...

    def run(self, slots: list[int], windows: Any) -> Any:
        return windows.max(axis=1)


def test_a_tick_that_its_loop_took_with_it_is_made_again() -> None:
    """A call whose loop ended within a tick does not leave the next one deaf."""
    vad = Vad(Loudness(), slots=2)  # type: ignore[arg-type]
    heard: list[float] = []

    async def left_behind() -> None:
        slot = vad.open(heard.append)
        assert slot is not None
        slot.feed(np.zeros(WINDOW, np.float32))

    async def listened() -> None:
        slot = vad.open(heard.append)
        assert slot is not None
        slot.feed(np.ones(WINDOW, np.float32))
        while not heard:
            await asyncio.sleep(0.01)

    asyncio.run(left_behind())
    asyncio.run(asyncio.wait_for(listened(), 5))
    vad.close()
    assert heard == [1.0]
