"""How loud a piece of PCM is, and putting two of them together."""

import numpy as np

_FULL_SCALE = 32_768.0
QUIETEST_DBFS = -96.0  # one step of 16 bits


def rms(pcm: bytes) -> float:
    """Root mean square of the samples, 0 to 32,768; nothing is 0."""
    if not pcm:
        return 0.0
    samples = np.frombuffer(pcm, np.int16).astype(np.float32)
    return float(np.sqrt(np.dot(samples, samples) / len(samples)))


def dbfs(pcm: bytes) -> float:
    """The level against full scale, from -96 (silence) to 0."""
    value = rms(pcm)
    return max(QUIETEST_DBFS, 20 * float(np.log10(value / _FULL_SCALE))) if value else QUIETEST_DBFS


def meter(pcm: bytes) -> int:
    """0 to 100 for a bar on a screen: -60 dBFS and less is 0."""
    return round(max(0.0, 1 + dbfs(pcm) / 60) * 100)


def mix(one: bytes, other: bytes) -> bytes:
    """Both at once, as long as the longer one; what would overflow is clipped."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    total = np.frombuffer(longer, np.int16).astype(np.int32)
    total[: len(shorter) // 2] += np.frombuffer(shorter, np.int16)
    return np.clip(total, -32_768, 32_767).astype(np.int16).tobytes()


def interleave(left: bytes, right: bytes) -> bytes:
    """Two mono tracks of equal length as one stereo track."""
    if len(left) != len(right):
        raise ValueError("the two tracks are not equally long")
    return np.stack((np.frombuffer(left, np.int16), np.frombuffer(right, np.int16)), axis=1).tobytes()
