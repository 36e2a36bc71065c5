"""Listening to what was said, with the built-in recognizer."""

import numpy as np
import numpy.typing as npt

from flowyte.kit.settings import load
from flowyte.providers.builtin.moonshine import RATE, Moonshine
from flowyte.providers.builtin.resample import resample, to_float
from flowyte.providers.store.fetch import resolve

LOUD = 0.003
MOST_S = 12  # what the recognizer takes at once


def words_of(pcm: bytes, rate: int) -> str:
    """What a listener hears in mono PCM, in lower case, a stretch between silences at a time."""
    samples: npt.NDArray[np.float32] = resample(to_float(pcm), rate, RATE)
    settings, _ = load()
    model = Moonshine(resolve("moonshine-tiny-en", settings.models_dir))
    loud = np.convolve(np.abs(samples), np.ones(RATE // 2) / (RATE // 2), "same") > LOUD
    edges = np.flatnonzero(np.diff(np.concatenate(([0], loud.astype(np.int8), [0]))))
    texts = [
        model.transcribe(samples[begin : min(end, begin + MOST_S * RATE)]).text
        for begin, end in zip(edges[::2], edges[1::2], strict=True)
    ]
    return " ".join(texts).lower()
