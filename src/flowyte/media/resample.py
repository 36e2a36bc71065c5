"""A streaming polyphase resampler between any two rates, for sound that arrives in pieces.

What comes out does not depend on how the input was cut: every output sample is one dot product of a fixed window of
the input with one phase of a Kaiser-windowed low-pass. Sound and its resampled copy are aligned (no delay), and after
`flush` the length is the input's, in time, rounded up to a sample.
"""

from functools import lru_cache
from math import ceil, gcd

import numpy as np
import numpy.typing as npt

_HALF_TAPS = 12  # on each side, in samples of the slower rate: about 70 dB down with the Kaiser window below
_KAISER_BETA = 7.0
_ROLL_OFF = 0.92  # of the slower rate's Nyquist: keeps 3.4 kHz telephone speech whole at 8 kHz

Floats = npt.NDArray[np.float64]


@lru_cache(maxsize=16)
def _bank(up: int, down: int) -> Floats:
    """`bank[phase]`: the weights of the window for outputs that fall `phase / up` after an input sample."""
    slower = max(1.0, down / up)
    half = ceil(_HALF_TAPS * slower)
    offsets = np.arange(-half + 1, half + 1)[None, :] - (np.arange(up) / up)[:, None]
    cutoff = _ROLL_OFF / slower
    window = np.i0(_KAISER_BETA * np.sqrt(np.clip(1 - (offsets / half) ** 2, 0, 1))) / np.i0(_KAISER_BETA)
    weights = cutoff * np.sinc(cutoff * offsets) * window
    bank: Floats = weights / weights.sum(axis=1, keepdims=True)
    return bank


class Resampler:
    """One stream. `push` gives what can be known so far, `flush` the rest; afterwards it begins anew."""

    __slots__ = ("_bank", "_down", "_history", "_made", "_seen", "_start", "_up")

    def __init__(self, source_rate: int, target_rate: int) -> None:
        if source_rate <= 0 or target_rate <= 0:
            raise ValueError("a rate is a positive number of samples a second")
        common = gcd(source_rate, target_rate)
        self._up, self._down = target_rate // common, source_rate // common
        self._bank = _bank(self._up, self._down)
        self._history: Floats = np.zeros(0)
        self._begin()

    def push(self, pcm: bytes) -> bytes:
        """16-bit PCM in, 16-bit PCM out; ValueError for half a sample."""
        if self._up == self._down:
            return pcm
        samples = np.frombuffer(pcm, np.int16)
        self._seen += len(samples)
        self._history = np.concatenate((self._history, samples.astype(np.float64)))
        return self._make(self._ready())

    def flush(self) -> bytes:
        """The end of the stream: what waited for input that will not come."""
        if self._up == self._down:
            return b""
        total = -(-self._seen * self._up // self._down)
        self._history = np.concatenate((self._history, np.zeros(self._half)))
        rest = self._make(total)
        self._begin()
        return rest

    @property
    def _half(self) -> int:
        return int(self._bank.shape[1]) // 2

    def _begin(self) -> None:
        self._history = np.zeros(self._half - 1)
        self._start = -(self._half - 1)  # the input position of the history's first sample
        self._seen = 0
        self._made = 0

    def _ready(self) -> int:
        """How many outputs, counted from the beginning, have their whole window."""
        last = self._seen - 1 - self._half  # the last input position around which a whole window lies
        return max(self._made, ((last + 1) * self._up - 1) // self._down + 1) if last >= 0 else self._made

    def _make(self, until: int) -> bytes:
        if until <= self._made:
            return b""
        places = np.arange(self._made, until, dtype=np.int64) * self._down
        first = places // self._up - (self._half - 1) - self._start
        windows = np.lib.stride_tricks.sliding_window_view(self._history, 2 * self._half)[first]
        made = np.einsum("nt,nt->n", windows, self._bank[places % self._up])
        self._made = until
        used = until * self._down // self._up - (self._half - 1) - self._start
        self._history, self._start = self._history[used:], self._start + used
        return bytes(np.clip(np.rint(made), -32_768, 32_767).astype(np.int16).tobytes())


def resample(pcm: bytes, source_rate: int, target_rate: int) -> bytes:
    """A whole sound at once."""
    resampler = Resampler(source_rate, target_rate)
    return resampler.push(pcm) + resampler.flush()
