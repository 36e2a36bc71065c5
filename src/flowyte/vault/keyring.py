"""Where key-encryption keys live, behind a port; files in the data folder are the default.

A key-encryption key wraps per-organization keys; a root secret beside it yields, by HKDF, the keys for credential
digests and URL signatures. A new key is a new number: what was wrapped under an old number opens as long as that key
is kept.
"""

import base64
import os
import secrets
import struct
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from flowyte.kit.errors import Conflict, Fault, FlowyteError, SetupError, Unavailable

NONCE_BYTES = 12
KEY_BYTES = 32
ROOT_FILE = "root"  # kept apart from kek-1 on the first rotation, so that kek-1 can be retired later


class SealBroken(FlowyteError):
    """A sealed value does not open: it was altered, moved, or its key is gone."""

    code = "seal_broken"


class KeyWithheld(Conflict):
    """Your organization's own key does not open: it was disabled or its grant was taken back. Enable it in your key
    service; what it protects can be read again within a minute."""

    code = "key_withheld"
    fault: ClassVar[Fault] = "caller"

    def __init__(self) -> None:
        super().__init__(" ".join((type(self).__doc__ or "").split()))


class KeyServiceAway(Unavailable):
    """The key service does not answer at the moment; nothing was changed. Try again."""

    code = "key_service_unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlace:
    """Which organization key a wrapped key is; it opens as no other."""

    org: uuid.UUID
    version: int

    def bound(self) -> bytes:
        return place_of(self.org, "org_keys", "wrapped", str(self.version))

    def labels(self) -> dict[str, str]:
        """For a key service: its log and its policies see for whom a key was asked."""
        return {"flowyte-organization": str(self.org), "flowyte-key-version": str(self.version)}


ROOT_PLACE = KeyPlace(org=uuid.UUID(int=0), version=0)


class KeyProvider(Protocol):
    """Key-encryption keys: in files, an environment or a key management service."""

    @property
    def newest(self) -> str:
        """The id of the key that wraps now."""
        ...

    async def wrap(self, key: bytes, place: KeyPlace, *, under: str | None = None) -> tuple[str, bytes]:
        """The id of the key used (`under`, or the newest), and `key` sealed by it and bound to `place`."""
        ...

    async def unwrap(self, key_id: str, wrapped: bytes, place: KeyPlace) -> bytes:
        """The key again; SealBroken if altered, moved or unknown, KeyWithheld, KeyServiceAway."""
        ...

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose, the same on every start."""
        ...


def place_of(org: uuid.UUID, table: str, column: str, row: str) -> bytes:
    """Length-prefixed, so that no two places can spell the same bytes."""
    parts = (b"flowyte", b"1", org.bytes, table.encode(), column.encode(), row.encode())
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def derive_from(root: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"flowyte/{purpose}".encode()).derive(root)


class HeldKeys:
    """Key-encryption keys that this process holds itself, `kek-1`, `kek-2`, …; the highest number wraps."""

    def __init__(self, keys: Mapping[str, bytes], root: bytes) -> None:
        self._keys = dict(keys)
        self.root = root

    @property
    def newest(self) -> str:
        return max(self._keys, key=number_of)

    async def wrap(self, key: bytes, place: KeyPlace, *, under: str | None = None) -> tuple[str, bytes]:
        name = under or self.newest
        nonce = secrets.token_bytes(NONCE_BYTES)
        return name, nonce + AESGCM(self._held(name)).encrypt(nonce, key, place.bound())

    async def unwrap(self, key_id: str, wrapped: bytes, place: KeyPlace) -> bytes:
        root = self._held(key_id)
        try:
            return AESGCM(root).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], place.bound())
        except (InvalidTag, ValueError) as error:
            raise SealBroken from error

    def derive(self, purpose: str) -> bytes:
        return derive_from(self.root, purpose)

    def _held(self, name: str) -> bytes:
        try:
            return self._keys[name]
        except KeyError:
            raise SealBroken(f"The key {name} is missing; restore it to the keys folder.") from None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._keys)})"


class FileKeys(HeldKeys):
    """Keys as files `kek-1`, `kek-2`, … of mode 0600 in one folder. A file that is added is found while serving."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        keys = _read_all(folder)
        if not keys:
            raise SetupError(f"No key file kek-1 in {folder}. Restore it from your backup; without it nothing opens.")
        super().__init__(keys, _read_root(folder, keys))

    @classmethod
    def create(cls, folder: Path) -> "FileKeys":
        """Open the folder, making the first key if there is none."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not any(folder.glob("kek-*")):
            write_key(folder / "kek-1", secrets.token_bytes(KEY_BYTES))
        return cls(folder)

    @property
    def newest(self) -> str:
        self._keys.update(_read_all(self._folder))  # asked a few times a day: when a key is made or wrapped again
        return super().newest

    def add(self) -> str:
        """Make the next key; its id. From here on it wraps, in every process that reads this folder."""
        if not (self._folder / ROOT_FILE).exists():
            write_key(self._folder / ROOT_FILE, self.root)
        name = f"kek-{number_of(self.newest) + 1}"
        write_key(self._folder / name, secrets.token_bytes(KEY_BYTES))
        return self.newest

    def _held(self, name: str) -> bytes:
        if name not in self._keys:
            self._keys.update(_read_all(self._folder))
        return super()._held(name)


class EnvironmentKeys(HeldKeys):
    """Keys as `FLOWYTE_KEK_1`, `FLOWYTE_KEK_2`, … in base64, and `FLOWYTE_KEK_ROOT` once the first was retired.

    The ids are those of key files, so that an installation moves from one to the other without wrapping anything anew.
    """

    PREFIX = "FLOWYTE_KEK_"

    def __init__(self, environ: Mapping[str, str]) -> None:
        found = {
            f"kek-{name.removeprefix(self.PREFIX)}": decode_key(name, text)
            for name, text in environ.items()
            if name.startswith(self.PREFIX) and name.removeprefix(self.PREFIX).isdecimal()
        }
        if not found:
            raise SetupError("FLOWYTE_KEK_1 is not set. Make one with: openssl rand -base64 32")
        root = environ.get(self.PREFIX + "ROOT")
        first = found[min(found, key=number_of)]
        super().__init__(found, decode_key(self.PREFIX + "ROOT", root) if root else first)


def number_of(name: str) -> int:
    return int(name.removeprefix("kek-"))


def write_key(path: Path, key: bytes) -> None:
    write_secret(path, base64.b64encode(key))


def write_secret(path: Path, content: bytes) -> None:
    """A file that only its owner can read: whole or not at all, and never over another."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    finally:
        draft.unlink()


def decode_key(name: object, text: str) -> bytes:
    """32 bytes from base64; SetupError names what is wrong, never the value."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        raise SetupError(f"{name} is no key; restore it from your backup.") from None
    if len(key) != KEY_BYTES:
        raise SetupError(f"{name} holds {len(key)} bytes where a key has {KEY_BYTES}; restore it from your backup.")
    return key


def read_key(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise SetupError(f"{path} can be read by others. Run: chmod 600 {path}")
    try:
        return decode_key(path, path.read_text())
    except UnicodeDecodeError:
        raise SetupError(f"{path} is no key; restore it from your backup.") from None


def _read_all(folder: Path) -> dict[str, bytes]:
    return {path.name: read_key(path) for path in folder.glob("kek-*") if _is_key_file(path.name)}


def _is_key_file(name: str) -> bool:
    """Editors and backups leave names like `kek-1.bak`, which are no keys."""
    return name.removeprefix("kek-").isdecimal()


def _read_root(folder: Path, keys: Mapping[str, bytes]) -> bytes:
    # Adding a key-encryption key must not invalidate every credential: the secret behind them stays the first.
    path = folder / ROOT_FILE
    return read_key(path) if path.exists() else keys[min(keys, key=number_of)]
