"""Where the key-encryption key lives, behind a port; the file is the default.

The root key wraps per-organization keys and yields, by HKDF, the keys for credential digests and URL signatures. A new
root key is a new numbered file: what was wrapped under an old number stays readable as long as its file is there.
"""

import base64
import os
import secrets
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from flowyte.kit.errors import FlowyteError, SetupError

NONCE_BYTES = 12


class SealBroken(FlowyteError):
    """A sealed value does not open: it was altered, moved, or its key is gone."""

    code = "seal_broken"


class KeyProvider(Protocol):
    """A key-encryption key: in a file, an environment or a key management service."""

    def wrap(self, key: bytes, context: bytes) -> tuple[str, bytes]:
        """The id of the key used, and `key` sealed under it and bound to `context`."""
        ...

    def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        """The key again; SealBroken if altered, moved or unknown."""
        ...

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose, the same on every start."""
        ...


class FileKeys:
    """Root keys as files `kek-1`, `kek-2`, … of mode 0600 in one folder; the highest number wraps."""

    def __init__(self, folder: Path) -> None:
        self._keys = {path.name: _read(path) for path in sorted(folder.glob("kek-*"))}
        if not self._keys:
            raise SetupError(f"No key file kek-1 in {folder}. Restore it from your backup; without it nothing opens.")
        self._newest = max(self._keys, key=lambda name: int(name.removeprefix("kek-")))
        self._first = min(self._keys, key=lambda name: int(name.removeprefix("kek-")))

    @classmethod
    def create(cls, folder: Path) -> "FileKeys":
        """Open the folder, making the first key if there is none."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "kek-1"
        if not path.exists():
            with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
                file.write(base64.b64encode(secrets.token_bytes(32)))
        return cls(folder)

    def wrap(self, key: bytes, context: bytes) -> tuple[str, bytes]:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return self._newest, nonce + AESGCM(self._keys[self._newest]).encrypt(nonce, key, context)

    def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        root = self._keys.get(key_id)
        if root is None:
            raise SealBroken(f"The key file {key_id} is missing; restore it to the keys folder.")
        try:
            return AESGCM(root).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context)
        except (InvalidTag, ValueError) as error:
            raise SealBroken from error

    def derive(self, purpose: str) -> bytes:
        # From the first key, so that adding a key-encryption key does not invalidate every credential.
        return HKDF(SHA256(), 32, salt=None, info=f"flowyte/{purpose}".encode()).derive(self._keys[self._first])

    def __repr__(self) -> str:
        return f"FileKeys({', '.join(self._keys)})"


def _read(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise SetupError(f"{path} can be read by others. Run: chmod 600 {path}")
    try:
        key = base64.b64decode(path.read_text(), validate=True)
    except ValueError as error:
        raise SetupError(f"{path} is no key file; restore it from your backup.") from error
    if len(key) != 32:
        raise SetupError(f"{path} holds {len(key)} bytes where a key has 32; restore it from your backup.")
    return key
