"""The two-track recording: stereo PCM, caller left and agent right, sealed while it is made.

A chunk is 16,000 bytes: half a second at 8 kHz and a quarter at 16 kHz. That is what a killed process may lose, with
room to the second that is promised; smaller ones would cost more system calls for every call.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from flowyte.receipts.verify_receipt import leaf_hash
from flowyte.vault.stream import Source, StreamReader, StreamWriter

CHUNK_BYTES = 16_000
PIECE_BYTES = 65_536  # of a digest: one or two seconds, so that a changed place is found as such
FRAME_BYTES = 4  # two 16-bit samples
WAV_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


class Digest:
    """Hashes of the sound's pieces, kept up while it is made: what a receipt binds."""

    def __init__(self, sound: Iterable[bytes] = ()) -> None:
        self.pieces: list[bytes] = []
        self.bytes = 0
        self._rest = bytearray()
        for part in sound:
            self.add(part)

    def add(self, sound: bytes) -> None:
        self._rest += sound
        self.bytes += len(sound)
        while len(self._rest) >= PIECE_BYTES:
            self.pieces.append(leaf_hash(bytes(self._rest[:PIECE_BYTES])))
            del self._rest[:PIECE_BYTES]

    def digests(self) -> list[bytes]:
        """Of all pieces, the last one being what is left."""
        return [*self.pieces, leaf_hash(bytes(self._rest))] if self._rest else list(self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What the closing event says of a recording."""

    digest: Digest
    rate: int
    complete: bool

    def fields(self) -> dict[str, object]:
        """Nothing for a recording without a sample."""
        if not self.digest.bytes:
            return {}
        return {
            "recordingBytes": self.digest.bytes, "recordingRate": self.rate, "recordingComplete": self.complete,
            "recordingPieceBytes": PIECE_BYTES, "recordingPieces": [piece.hex() for piece in self.digest.digests()],
        }  # fmt: skip


class Recorder:
    """`write` every 20 ms with both tracks, equal in length. Never waits for more than the page cache."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._stream = StreamWriter(path, key, chunk_bytes=CHUNK_BYTES)
        self.frames = 0
        self.digest = Digest()

    def write(self, caller: bytes, agent: bytes) -> None:
        both = np.empty((len(caller) // 2, 2), np.int16)
        both[:, 0] = np.frombuffer(caller, np.int16)
        both[:, 1] = np.frombuffer(agent, np.int16)
        self.frames += len(both)
        sound = both.tobytes()
        self.digest.add(sound)
        self._stream.write(sound)

    def close(self) -> None:
        self._stream.close()

    def erase(self) -> None:
        """Nothing of it is left: what waited in memory is not written, and the file is gone."""
        self._stream.abandon()
        self.path.unlink(missing_ok=True)


class Recording:
    """A stored recording as a WAV file that can be read from anywhere."""

    def __init__(self, sealed: Path | Source, key: bytes, *, rate: int) -> None:
        self._stream = StreamReader(sealed, key)
        self._pcm_bytes = self._stream.length - self._stream.length % FRAME_BYTES
        self._header = wav_header(self._pcm_bytes, rate)
        self.rate = rate
        self.complete = self._stream.complete
        self.duration_ms = self._pcm_bytes // FRAME_BYTES * 1000 // rate

    @property
    def length(self) -> int:
        """Bytes of the WAV file."""
        return WAV_HEADER.size + self._pcm_bytes

    def read(self, offset: int, size: int) -> bytes:
        end = min(offset + size, self.length)
        head = self._header[offset:end]
        begin = max(0, offset - len(self._header))
        stop = end - len(self._header)
        return head + (self._stream.read(begin, stop - begin) if stop > begin else b"")

    def digest(self) -> Digest:
        return Digest(self.read(at, PIECE_BYTES) for at in range(len(self._header), self.length, PIECE_BYTES))

    def tracks(self) -> npt.NDArray[np.int16]:
        """(samples, 2): caller and agent."""
        return np.frombuffer(self._stream.read(0, self._pcm_bytes), np.int16).reshape(-1, 2)

    def peaks(self, columns: int = 800) -> list[list[int]]:
        """The loudest sample of each of `columns` equal stretches, 0 to 255, for both tracks: a waveform to draw."""
        tracks = np.abs(self.tracks().astype(np.int32))
        if not len(tracks):
            return [[], []]
        starts = np.unique(np.linspace(0, len(tracks), columns, endpoint=False).astype(np.int64))
        loudest = np.maximum.reduceat(tracks, starts, axis=0) // 129
        return [loudest[:, 0].tolist(), loudest[:, 1].tolist()]


def wav_header(pcm_bytes: int, rate: int) -> bytes:
    return WAV_HEADER.pack(
        b"RIFF", 36 + pcm_bytes, b"WAVE", b"fmt ", 16, 1, 2, rate, rate * FRAME_BYTES, FRAME_BYTES, 16,
        b"data", pcm_bytes,
    )  # fmt: skip


def recording_path(data_dir: Path, org: object, conversation_id: str) -> Path:
    return data_dir / "objects" / str(org) / conversation_id / "recording"
