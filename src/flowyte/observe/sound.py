"""A recording in the formats that people pass on: Opus in Ogg and MP3, made once and kept sealed beside the recording.

They are made of a whole recording, in memory, and never touch a disk unsealed. Two makings of an Opus file differ (its
stream has a random number), so a player that asks for parts has to be given parts of one making: that is why it is
kept. It lies in the conversation's own folder under its own key, so whatever deletes the recording deletes it too.
"""

import io
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import soundfile

from flowyte.observe.recording import WAV_HEADER, Recording
from flowyte.vault.keyring import SealBroken
from flowyte.vault.stream import StreamReader, StreamWriter

Format = Literal["wav", "opus", "mp3"]
MEDIA_TYPES: Mapping[Format, str] = {"wav": "audio/wav", "opus": "audio/ogg", "mp3": "audio/mpeg"}
ENDINGS: Mapping[Format, str] = {"wav": "wav", "opus": "ogg", "mp3": "mp3"}
_KINDS: Mapping[Format, tuple[str, str]] = {"opus": ("OGG", "OPUS"), "mp3": ("MP3", "MPEG_LAYER_III")}
BLOCK_BYTES = 1 << 20  # half a minute at 8 kHz: what is in memory beside the result
CHUNK_BYTES = 65_536


class Readable(Protocol):
    """A file that can be read from anywhere."""

    @property
    def length(self) -> int: ...
    def read(self, offset: int, size: int) -> bytes: ...


def in_format(recording: Recording, path: Path, key: bytes, wanted: Format) -> Readable:
    """`path` is the recording's. Takes seconds for a long call the first time; SealBroken when it does not open."""
    if wanted == "wav":
        return recording
    kept = path.with_name(f"{path.name}.{ENDINGS[wanted]}")
    try:
        return _opened(kept, key)
    except FileNotFoundError:
        pass
    made = path.with_name(f"{kept.name}.{secrets.token_hex(4)}")
    try:
        writer = StreamWriter(made, key, chunk_bytes=CHUNK_BYTES)
        writer.write(encoded(recording, wanted))
        writer.close()
        os.replace(made, kept)
    finally:
        made.unlink(missing_ok=True)
    return _opened(kept, key)


def encoded(recording: Recording, wanted: Format) -> bytes:
    """Both tracks, as they are."""
    kind, coding = _KINDS[wanted]
    made = io.BytesIO()
    with soundfile.SoundFile(made, "w", recording.rate, 2, format=kind, subtype=coding) as out:
        for offset in range(WAV_HEADER.size, recording.length, BLOCK_BYTES):
            block = recording.read(offset, BLOCK_BYTES)
            out.write(np.frombuffer(block, np.int16).reshape(-1, 2))
    return made.getvalue()


def _opened(path: Path, key: bytes) -> StreamReader:
    found = StreamReader(path, key)
    if not found.complete:
        raise SealBroken
    return found
