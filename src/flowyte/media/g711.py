"""G.711 (ITU-T G.711): the two 8-bit laws of the telephone network, by table.

Decoding is one look-up in 256 values, encoding one in 65,536, both made once at import from the recommendation's
arithmetic. A round trip of a code gives the code again, save the law's second zero.
"""

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]

_BIAS = 132  # G.711 µ-law: added so that every segment is a power of two
_MU_CLIP = 32_635  # the largest magnitude that has a code once the bias is added
ULAW_SILENCE = b"\xff"
ALAW_SILENCE = b"\xd5"


def _ulaw_decoding() -> Samples:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + _BIAS) << ((code & 0x70) >> 4)) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _ulaw_encoding() -> Codes:
    samples = np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs(samples), _MU_CLIP) + _BIAS
    segment = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    code = (segment << 4) | ((magnitude >> (segment + 3)) & 0x0F)
    codes: Codes = (~(code | np.where(samples < 0, 0x80, 0)) & 0xFF).astype(np.uint8)
    return codes


def _alaw_decoding() -> Samples:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, step = (code & 0x70) >> 4, (code & 0x0F) << 4
    magnitude = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _alaw_encoding() -> Codes:
    samples = np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int32) >> 3
    magnitude = np.where(samples < 0, -samples - 1, samples)
    segment = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 0)
    code = (segment << 4) | ((magnitude >> np.maximum(segment, 1)) & 0x0F)
    codes: Codes = ((code | np.where(samples < 0, 0, 0x80)) ^ 0x55).astype(np.uint8)
    return codes


_ULAW_TO_PCM, _PCM_TO_ULAW = _ulaw_decoding(), _ulaw_encoding()
_ALAW_TO_PCM, _PCM_TO_ALAW = _alaw_decoding(), _alaw_encoding()


def ulaw_to_pcm(codes: bytes) -> bytes:
    """One byte a sample in, two out."""
    return _ULAW_TO_PCM[np.frombuffer(codes, np.uint8)].tobytes()


def pcm_to_ulaw(pcm: bytes) -> bytes:
    """Two bytes a sample in, one out; ValueError for half a sample."""
    return _PCM_TO_ULAW[np.frombuffer(pcm, np.uint16)].tobytes()


def alaw_to_pcm(codes: bytes) -> bytes:
    """One byte a sample in, two out."""
    return _ALAW_TO_PCM[np.frombuffer(codes, np.uint8)].tobytes()


def pcm_to_alaw(pcm: bytes) -> bytes:
    """Two bytes a sample in, one out; ValueError for half a sample."""
    return _PCM_TO_ALAW[np.frombuffer(pcm, np.uint16)].tobytes()
