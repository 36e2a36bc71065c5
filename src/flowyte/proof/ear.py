"""Listening to what was said, with the built-in recognizer: what a proof or a test claims about sound, it has heard."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from flowyte.providers.builtin.moonshine import RATE, Moonshine
from flowyte.providers.builtin.resample import resample, to_float
from flowyte.providers.store.fetch import resolve

LOUD = 0.003
MOST_S = 12  # what the recognizer takes at once


def listener(models_dir: Path) -> Callable[[bytes, int], str]:
    """What somebody hears in mono PCM of a rate, in small letters, a stretch between silences at a time. ModelMissing
    says how to fetch it."""
    model = Moonshine(resolve("moonshine-tiny-en", models_dir))

    def words_of(pcm: bytes, rate: int) -> str:
        samples: npt.NDArray[np.float32] = resample(to_float(pcm), rate, RATE)
        loud = np.convolve(np.abs(samples), np.ones(RATE // 2) / (RATE // 2), "same") > LOUD
        edges = np.flatnonzero(np.diff(np.concatenate(([0], loud.astype(np.int8), [0]))))
        texts = [
            model.transcribe(samples[begin : min(end, begin + MOST_S * RATE)]).text
            for begin, end in zip(edges[::2], edges[1::2], strict=True)
        ]
        return " ".join(texts).lower()

    return words_of
