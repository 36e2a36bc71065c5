"""Sealed values: AES-256-GCM under the organization's key, bound to organization, table, column and row.

Layout: `F1` · key version (4) · salt (16) · commitment (32) · nonce (12) · ciphertext and tag. A fresh key is derived
for each value from the organization's key and the salt, so nonces cannot run out; the commitment stops a ciphertext
that opens under two keys. A value moved to another row, column, table or organization does not open.
"""

import hmac
import secrets
import struct
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from flowyte.kit.db import TenantTx
from flowyte.vault.keyring import NONCE_BYTES, KeyProvider, SealBroken

MAGIC = b"F1"
SALT_BYTES = 16
COMMITMENT_BYTES = 32
HEADER_BYTES = len(MAGIC) + 4 + SALT_BYTES + COMMITMENT_BYTES


class Sealer:
    """Seals and opens values and conversation keys inside a tenant transaction."""

    def __init__(self, keys: KeyProvider) -> None:
        self._keys = keys
        self._opened: dict[tuple[uuid.UUID, int], bytes] = {}
        self._newest: dict[uuid.UUID, int] = {}

    async def seal(self, tx: TenantTx, table: str, column: str, row: str, plaintext: bytes) -> bytes:
        version, key = await self._newest_key(tx)
        return seal_with(key, version, _place(tx.org, table, column, row), plaintext)

    async def open(self, tx: TenantTx, table: str, column: str, row: str, sealed: bytes) -> bytes:
        """The plaintext; SealBroken when `sealed` is not what was sealed for this very place."""
        if len(sealed) < HEADER_BYTES + NONCE_BYTES + 16 or not sealed.startswith(MAGIC):
            raise SealBroken
        (version,) = struct.unpack_from(">I", sealed, 2)
        key = await self._key(tx, version)
        return open_with(key, _place(tx.org, table, column, row), sealed)

    async def new_conversation_key(self, tx: TenantTx, conversation_id: str) -> bytes:
        """Make and store the 32-byte key of a conversation's recording and transcript."""
        key = secrets.token_bytes(32)
        wrapped = await self.seal(tx, "conversation_keys", "wrapped", conversation_id, key)
        await tx.execute(
            "INSERT INTO conversation_keys (org_id, conversation_id, wrapped) VALUES ($1, $2, $3)",
            tx.org, conversation_id, wrapped,
        )  # fmt: skip
        return key

    async def conversation_key(self, tx: TenantTx, conversation_id: str) -> bytes:
        """The key again; SealBroken once it was shredded."""
        wrapped = await tx.fetchval(
            "SELECT wrapped FROM conversation_keys WHERE org_id = $1 AND conversation_id = $2",
            tx.org,
            conversation_id,
        )
        if wrapped is None:
            raise SealBroken("The key of this conversation is gone: its recording cannot be opened any more.")
        return await self.open(tx, "conversation_keys", "wrapped", conversation_id, wrapped)

    async def _newest_key(self, tx: TenantTx) -> tuple[int, bytes]:
        version = self._newest.get(tx.org)
        if version is None:
            version = await tx.fetchval("SELECT max(version) FROM org_keys WHERE org_id = $1", tx.org)
            if version is None:
                return await self._first_key(tx)
            self._newest[tx.org] = version
        return version, await self._key(tx, version)

    async def _first_key(self, tx: TenantTx) -> tuple[int, bytes]:
        """Not cached: the row exists only once this transaction commits."""
        key = secrets.token_bytes(32)
        kek_id, wrapped = self._keys.wrap(key, _key_context(tx.org, 1))
        await tx.execute(
            "INSERT INTO org_keys (org_id, version, kek_id, wrapped) VALUES ($1, 1, $2, $3) ON CONFLICT DO NOTHING",
            tx.org, kek_id, wrapped,
        )  # fmt: skip
        return 1, await self._read_key(tx, 1)

    async def _key(self, tx: TenantTx, version: int) -> bytes:
        key = self._opened.get((tx.org, version))
        if key is None:
            key = await self._read_key(tx, version)
            self._opened[tx.org, version] = key
        return key

    async def _read_key(self, tx: TenantTx, version: int) -> bytes:
        row = await tx.fetchrow(
            "SELECT kek_id, wrapped FROM org_keys WHERE org_id = $1 AND version = $2", tx.org, version
        )
        if row is None:
            raise SealBroken
        return self._keys.unwrap(row["kek_id"], row["wrapped"], _key_context(tx.org, version))


def seal_with(key: bytes, version: int, place: bytes, plaintext: bytes) -> bytes:
    """Seal under a known key; `place` is what the value is bound to."""
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    value_key, commitment = _derive(key, salt)
    header = MAGIC + struct.pack(">I", version) + salt + commitment
    return header + nonce + AESGCM(value_key).encrypt(nonce, plaintext, header + place)


def open_with(key: bytes, place: bytes, sealed: bytes) -> bytes:
    """Reverse of seal_with; SealBroken for anything else."""
    header, nonce = sealed[:HEADER_BYTES], sealed[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES]
    salt, claimed = header[6 : 6 + SALT_BYTES], header[6 + SALT_BYTES :]
    value_key, commitment = _derive(key, salt)
    if not hmac.compare_digest(claimed, commitment):
        raise SealBroken
    try:
        return AESGCM(value_key).decrypt(nonce, sealed[HEADER_BYTES + NONCE_BYTES :], header + place)
    except InvalidTag as error:
        raise SealBroken from error


def _derive(key: bytes, salt: bytes) -> tuple[bytes, bytes]:
    both = HKDF(SHA256(), 64, salt=salt, info=b"flowyte/value").derive(key)
    return both[:32], both[32:]


def _place(org: uuid.UUID, table: str, column: str, row: str) -> bytes:
    """Length-prefixed, so that no two places can spell the same bytes."""
    parts = (b"flowyte", b"1", org.bytes, table.encode(), column.encode(), row.encode())
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def _key_context(org: uuid.UUID, version: int) -> bytes:
    return _place(org, "org_keys", "wrapped", str(version))
