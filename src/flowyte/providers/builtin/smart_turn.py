"""Smart Turn: does the last stretch of speech sound finished?

The model wants 8 s of 16 kHz sound as an 80-band log-mel picture, the speech at its end and silence before it. The
picture is that of Whisper's front end (25 ms Hann windows, 10 ms apart, Slaney mel bands), in numpy.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from flowyte.providers.builtin.session import open_model

RATE = 16_000
SECONDS = 8
_FFT = 400
_HOP = 160
_BANDS = 80


class SmartTurn:
    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._session = open_model(path, threads=threads)

    def complete(self, samples: npt.NDArray[np.float32]) -> float:
        """The probability that the speaker has finished, from 16 kHz sound that ends now."""
        found = self._session.run(None, {"input_features": log_mel(samples)[None]})
        return float(found[0].reshape(-1)[0])


def log_mel(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """(80, 800) for the last 8 s, left-padded with silence; the waveform is normalised first, as in training."""
    wanted = RATE * SECONDS
    sound = samples[-wanted:]
    sound = np.pad(sound, (wanted - len(sound), 0)).astype(np.float32)
    sound = (sound - sound.mean()) / np.sqrt(sound.var() + 1e-7)
    centred = np.pad(sound, _FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(centred, _FFT)[::_HOP][: wanted // _HOP]
    hann, bands = _tables()
    power = np.abs(np.fft.rfft(frames * hann, axis=1)) ** 2
    levels = np.log10(np.maximum(power.astype(np.float32) @ bands, 1e-10)).T
    levels = np.maximum(levels, levels.max() - 8.0)
    return np.ascontiguousarray((levels + 4.0) / 4.0, dtype=np.float32)


@lru_cache(maxsize=1)
def _tables() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """A periodic Hann window, and triangles over FFT bins equally spaced on the Slaney mel scale, of equal area."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)
    top = 15 + np.log(RATE / 2 / 1000) / (np.log(6.4) / 27)
    mels = np.linspace(0, top, _BANDS + 2)
    edges = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * np.log(6.4) / 27))
    bins = np.linspace(0, RATE / 2, _FFT // 2 + 1)[:, None]
    rise = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0, np.minimum(rise, fall)) * (2 / (edges[2:] - edges[:-2]))
    return hann.astype(np.float32), triangles.astype(np.float32)
