"""A long sealed file, written as it grows: chunks of AES-256-GCM with a counter, and a mark on the last one.

Each chunk authenticates alone, so the file can be read from anywhere, and a process that is killed leaves a readable
prefix. The nonce is the chunk's number and whether it is the last (the STREAM construction): chunks cannot be
reordered, repeated or dropped, and a file that was cut off can be told from one that ended.
"""

import os
import secrets
import struct
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from flowyte.vault.keyring import SealBroken

MAGIC = b"FS1\0"
SALT_BYTES = 16
TAG_BYTES = 16
HEADER = struct.Struct(">4sI16s")
READ_BYTES = 4 << 20  # asked of the source at once: from a bucket that is a tenth of a second, and little to hold


class StreamWriter:
    """`write` takes bytes of any length; whole chunks go to the file at once, the rest waits for `close`.

    Nothing is synced to the disk before `close`: the page cache outlives a killed process, which is the failure that
    happens; a power cut may cost the last seconds.
    """

    def __init__(self, path: Path, key: bytes, *, chunk_bytes: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        salt = secrets.token_bytes(SALT_BYTES)
        self._header = HEADER.pack(MAGIC, chunk_bytes, salt)
        self._cipher = AESGCM(_file_key(key, salt))
        self._chunk_bytes = chunk_bytes
        self._pending = bytearray()
        self._number = 0
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        os.write(self._file, self._header)

    def write(self, data: bytes) -> None:
        self._pending += data
        while len(self._pending) > self._chunk_bytes:  # the last chunk is never empty, so keep one back
            self._seal(bytes(self._pending[: self._chunk_bytes]), last=False)
            del self._pending[: self._chunk_bytes]

    def close(self) -> None:
        """Mark the end. Without it the file counts as cut off."""
        self._seal(bytes(self._pending), last=True)
        os.fsync(self._file)
        os.close(self._file)

    def abandon(self) -> None:
        """Give the file back without an end, as a kill would leave it."""
        os.close(self._file)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        os.write(self._file, self._cipher.encrypt(_nonce(self._number, last), chunk, self._header))
        self._number += 1


class Source(Protocol):
    """Sealed bytes that lie somewhere: in a file, or in a bucket."""

    size: int

    def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes; fewer only at the end. May wait for a disk or a network."""
        ...


class FileSource:
    """A file that is held open, so that it can be read to the end also when its name is removed meanwhile."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)
        self.size = os.fstat(self._file).st_size

    def read(self, offset: int, size: int) -> bytes:
        return os.pread(self._file, size, offset)


class StreamReader:
    """Random access. `length` is what can be authenticated; `complete` is whether the end is really the end."""

    def __init__(self, sealed: Path | Source, key: bytes) -> None:
        """SealBroken when the header or the first chunk is not what the key sealed."""
        self._source: Source = FileSource(sealed) if isinstance(sealed, Path) else sealed
        raw = self._source.read(0, HEADER.size)
        if len(raw) < HEADER.size:
            raise SealBroken("The recording was cut off before it began.")
        magic, self._chunk_bytes, salt = HEADER.unpack(raw)
        if magic != MAGIC or not 0 < self._chunk_bytes <= 1 << 24:
            raise SealBroken
        self._header = raw
        self._cipher = AESGCM(_file_key(key, salt))
        body = self._source.size - HEADER.size
        whole, rest = divmod(body, self._chunk_bytes + TAG_BYTES)
        self.complete = False
        self.length: int = whole * self._chunk_bytes
        self._last = -1
        self._find_end(whole, rest)

    def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes of plaintext from `offset`; SealBroken when a chunk was altered."""
        end = min(offset + size, self.length)
        if end <= offset:
            return b""
        numbers = range(offset // self._chunk_bytes, -(-end // self._chunk_bytes))
        at_once = max(1, READ_BYTES // self._chunk_bytes)
        parts = []
        for group in (numbers[at : at + at_once] for at in range(0, len(numbers), at_once)):
            for number, chunk in zip(group, self._open_all(group), strict=True):
                begin = number * self._chunk_bytes
                parts.append(chunk[max(0, offset - begin) : end - begin])
        return b"".join(parts)

    def _open_all(self, numbers: range) -> Iterator[bytes]:
        """Neighbours, by one read."""
        span = self._chunk_bytes + TAG_BYTES
        sealed = memoryview(self._source.read(HEADER.size + numbers.start * span, len(numbers) * span))
        for at, number in enumerate(numbers):
            yield self._open(number, bytes(sealed[at * span : (at + 1) * span]), last=number == self._last)

    def chunks(self) -> Iterator[bytes]:
        for offset in range(0, self.length, self._chunk_bytes):
            yield self.read(offset, self._chunk_bytes)

    def _find_end(self, whole: int, rest: int) -> None:
        """The last chunk carries the mark; a remainder without it is what a kill cut through, and is dropped."""
        candidate = whole if rest else whole - 1
        if candidate < 0 or 0 < rest < TAG_BYTES:
            return
        span = self._chunk_bytes + TAG_BYTES
        try:
            chunk = self._open(candidate, self._source.read(HEADER.size + candidate * span, span), last=True)
        except SealBroken:
            return
        self._last, self.complete = candidate, True
        self.length = candidate * self._chunk_bytes + len(chunk)

    def _open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        try:
            return self._cipher.decrypt(_nonce(number, last), sealed, self._header)
        except (InvalidTag, ValueError) as error:
            raise SealBroken from error


def _file_key(key: bytes, salt: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=salt, info=b"flowyte/stream").derive(key)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
