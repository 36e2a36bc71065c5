"""Cutting PCM into frames of 20 ms, however it arrives."""

from collections.abc import Iterator

FRAME_MS = 20
SAMPLE_BYTES = 2


def frame_bytes(rate: int) -> int:
    """The size of one frame at `rate` Hz (320 bytes at 8 kHz, 640 at 16 kHz)."""
    return rate * FRAME_MS // 1000 * SAMPLE_BYTES


def silence(rate: int, ms: int) -> bytes:
    return bytes(rate * ms // 1000 * SAMPLE_BYTES)


def duration_ms(pcm: bytes, rate: int) -> int:
    return len(pcm) * 1000 // (rate * SAMPLE_BYTES)


class Framer:
    """Gives whole frames of `size` bytes and keeps the rest for the next `push`."""

    __slots__ = ("_rest", "_size")

    def __init__(self, size: int) -> None:
        if size <= 0:
            raise ValueError("a frame has at least one byte")
        self._size = size
        self._rest = b""

    def push(self, data: bytes) -> Iterator[bytes]:
        if not self._rest and len(data) == self._size:  # what nearly every message is
            yield data
            return
        whole = self._rest + data
        full = len(whole) - len(whole) % self._size
        self._rest = whole[full:]
        for start in range(0, full, self._size):
            yield whole[start : start + self._size]

    def rest(self, pad: bytes = b"\0") -> bytes:
        """The last, begun frame filled up with `pad`, or nothing."""
        last, self._rest = self._rest, b""
        return last + pad * (self._size - len(last)) if last else b""
