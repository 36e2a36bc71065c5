"""A long sealed file, written as it grows: chunks of AES-256-GCM with a counter, and a mark on the last one.

Each chunk authenticates alone, so the file can be read from anywhere, and a process that is killed leaves a readable
prefix. The nonce is the chunk's number and whether it is the last (the STREAM construction): chunks cannot be
reordered, repeated or dropped, and a file that was cut off can be told from one that ended.
"""

import os
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from flowyte.vault.keyring import SealBroken

MAGIC = b"FS1\0"
SALT_BYTES = 16
TAG_BYTES = 16
HEADER = struct.Struct(">4sI16s")


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


class StreamReader:
    """Random access. `length` is what can be authenticated; `complete` is whether the end is really the end."""

    def __init__(self, path: Path, key: bytes) -> None:
        """SealBroken when the header or the first chunk is not what the key sealed."""
        self._path = path
        with open(path, "rb") as file:
            raw = file.read(HEADER.size)
        if len(raw) < HEADER.size:
            raise SealBroken("The recording was cut off before it began.")
        magic, self._chunk_bytes, salt = HEADER.unpack(raw)
        if magic != MAGIC or not 0 < self._chunk_bytes <= 1 << 24:
            raise SealBroken
        self._header = raw
        self._cipher = AESGCM(_file_key(key, salt))
        body = path.stat().st_size - HEADER.size
        whole, rest = divmod(body, self._chunk_bytes + TAG_BYTES)
        self.complete = False
        self.length: int = whole * self._chunk_bytes
        self._last = -1
        self._find_end(whole, rest)

    def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes of plaintext from `offset`; SealBroken when a chunk was altered."""
        end = min(offset + size, self.length)
        parts = []
        with open(self._path, "rb") as file:
            for number in range(offset // self._chunk_bytes, -(-end // self._chunk_bytes)):
                chunk = self._open(file, number, last=number == self._last)
                begin = number * self._chunk_bytes
                parts.append(chunk[max(0, offset - begin) : end - begin])
        return b"".join(parts)

    def chunks(self) -> Iterator[bytes]:
        for offset in range(0, self.length, self._chunk_bytes):
            yield self.read(offset, self._chunk_bytes)

    def _find_end(self, whole: int, rest: int) -> None:
        """The last chunk carries the mark; a remainder without it is what a kill cut through, and is dropped."""
        candidate = whole if rest else whole - 1
        if candidate < 0 or 0 < rest < TAG_BYTES:
            return
        try:
            with open(self._path, "rb") as file:
                chunk = self._open(file, candidate, last=True)
        except SealBroken:
            return
        self._last, self.complete = candidate, True
        self.length = candidate * self._chunk_bytes + len(chunk)

    def _open(self, file: BinaryIO, number: int, *, last: bool) -> bytes:
        file.seek(HEADER.size + number * (self._chunk_bytes + TAG_BYTES))
        sealed = file.read(self._chunk_bytes + TAG_BYTES)
        try:
            return self._cipher.decrypt(_nonce(number, last), sealed, self._header)
        except (InvalidTag, ValueError) as error:
            raise SealBroken from error


def _file_key(key: bytes, salt: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=salt, info=b"flowyte/stream").derive(key)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
