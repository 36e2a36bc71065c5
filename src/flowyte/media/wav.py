"""WAV files (RIFF) with 16-bit PCM, read with bounds and written whole.

Reading takes what people upload: it finds the format and the data among other chunks, accepts the data length 0 or
0xFFFFFFFF that streaming writers leave, and says plainly what it cannot take. It never reads beyond what it was given.
"""

import struct
from dataclasses import dataclass

MAX_WAV_BYTES = 64 * 1024 * 1024  # an hour of 8 kHz mono is 58 MB; more than that is not a call
_MAX_CHUNKS = 64  # real files have under ten
_PCM, _EXTENSIBLE = 1, 0xFFFE
_STREAMED = (0, 0xFFFFFFFF)


class WavError(ValueError):
    """This is not a WAV file that can be read here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wav:
    rate: int
    channels: int
    pcm: bytes


def read_wav(data: bytes) -> Wav:
    """The sound of a WAV file; WavError says what is wrong with it."""
    if len(data) > MAX_WAV_BYTES:
        raise WavError(f"A WAV file may have {MAX_WAV_BYTES} bytes at most.")
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise WavError("This is not a WAV file: the RIFF header is missing.")
    at, layout = 12, None
    for _ in range(_MAX_CHUNKS):
        if at + 8 > len(data):
            break
        name, (size,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        if name == b"fmt ":
            layout = _layout(data[at + 8 : at + 8 + size])
        elif name == b"data":
            return _sound(data[at + 8 :], size, layout)
        at += 8 + size + size % 2
    raise WavError("This WAV file has no data chunk.")


def write_wav(pcm: bytes, *, rate: int, channels: int = 1) -> bytes:
    """A whole file."""
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + len(pcm), b"WAVE", b"fmt ", 16, _PCM, channels),
        *(rate, rate * channels * 2, channels * 2, 16, b"data", len(pcm)),
    )
    return head + pcm


def _layout(chunk: bytes) -> tuple[int, int]:
    if len(chunk) < 16:
        raise WavError("The format chunk of this WAV file is too short.")
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if kind not in (_PCM, _EXTENSIBLE) or bits != 16:
        raise WavError("Only 16-bit PCM WAV files can be read.")
    if channels not in (1, 2) or not 8000 <= rate <= 48_000:
        raise WavError("A WAV file must have one or two channels at 8,000 to 48,000 Hz.")
    return rate, channels


def _sound(rest: bytes, size: int, layout: tuple[int, int] | None) -> Wav:
    if layout is None:
        raise WavError("This WAV file has no format chunk before its data.")
    rate, channels = layout
    pcm = rest if size in _STREAMED else rest[:size]
    return Wav(rate=rate, channels=channels, pcm=pcm[: len(pcm) - len(pcm) % (2 * channels)])
