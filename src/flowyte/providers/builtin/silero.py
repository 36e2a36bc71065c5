"""Silero VAD at 8 kHz for all calls of a process: one session, one run a tick, a slot of state a call.

A window is 256 new samples (32 ms) after 32 of the window before. Nothing is allocated a call; a run gathers the
slots that have a full window. Not safe for two threads at once: one owner runs it.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from flowyte.providers.builtin.session import open_model

RATE = 8000
WINDOW = 256
WINDOW_MS = 32
_CONTEXT = 32


class SileroBatch:
    def __init__(self, path: Path, *, slots: int) -> None:
        self._session = open_model(path)
        self._state = np.zeros((2, slots, 128), np.float32)
        self._context = np.zeros((slots, _CONTEXT), np.float32)
        self._rate = np.array(RATE, np.int64)

    def clear(self, slot: int) -> None:
        """The slot begins a new call."""
        self._state[:, slot] = 0
        self._context[slot] = 0

    def run(self, slots: Sequence[int], windows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Probabilities of speech, one for each of `slots`, given `windows` (len(slots), 256)."""
        which = np.asarray(slots)
        joined = np.concatenate([self._context[which], windows], axis=1)
        found, state = self._session.run(None, {"input": joined, "state": self._state[:, which], "sr": self._rate})
        self._state[:, which] = state
        self._context[which] = windows[:, -_CONTEXT:]
        return np.asarray(found[:, 0], np.float32)
