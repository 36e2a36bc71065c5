"""Sealed values: AES-256-GCM under the organization's key, bound to organization, table, column and row.

Layout: `F1` · key version (4) · salt (16) · commitment (32) · nonce (12) · ciphertext and tag. A fresh key is derived
for each value from the organization's key and the salt, so nonces cannot run out; the commitment stops a ciphertext
that opens under two keys. A value moved to another row, column, table or organization does not open.
"""

import asyncio
import hmac
import secrets
import struct
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from flowyte.kit import log
from flowyte.kit.clock import Clock, SystemClock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import FlowyteError
from flowyte.vault import store
from flowyte.vault.keyring import KEY_BYTES, NONCE_BYTES, KeyPlace, KeyProvider, SealBroken, place_of
from flowyte.vault.opened import KEY_TTL_MS, OpenedKeys, Wrapped

logger = log.get(__name__)
MAGIC = b"F1"
SALT_BYTES = 16
COMMITMENT_BYTES = 32
TAG_BYTES = 16
HEADER_BYTES = len(MAGIC) + 4 + SALT_BYTES + COMMITMENT_BYTES
REFRESH_EVERY_S = 30.0


class Sealer:
    """Seals and opens values and conversation keys inside a tenant transaction."""

    def __init__(self, keys: KeyProvider, clock: Clock | None = None) -> None:
        self._keys = keys
        self._clock = clock or SystemClock()
        self._opened = OpenedKeys(keys, self._clock)
        self._newest: dict[uuid.UUID, tuple[int, int]] = {}  # version and when it was read

    async def seal(self, tx: TenantTx, table: str, column: str, row: str, plaintext: bytes) -> bytes:
        version, key = await self._newest_key(tx)
        return seal_with(key, version, place_of(tx.org, table, column, row), plaintext)

    async def open(self, tx: TenantTx, table: str, column: str, row: str, sealed: bytes) -> bytes:
        """The plaintext; SealBroken when `sealed` is not what was sealed for this very place."""
        key = await self._key(tx, version_of(sealed))
        return open_with(key, place_of(tx.org, table, column, row), sealed)

    async def reseal(self, tx: TenantTx, table: str, column: str, row: str, sealed: bytes) -> bytes | None:
        """The value under the newest version of the organization's key; None when it is there already."""
        version, _ = await self._newest_key(tx)
        if version_of(sealed) >= version:
            return None
        return await self.seal(tx, table, column, row, await self.open(tx, table, column, row, sealed))

    async def new_conversation_key(self, tx: TenantTx, conversation_id: str) -> bytes:
        """Make and store the 32-byte key of a conversation's recording and transcript."""
        key = secrets.token_bytes(KEY_BYTES)
        wrapped = await self.seal(tx, "conversation_keys", "wrapped", conversation_id, key)
        await store.insert_conversation_key(tx, conversation_id, wrapped)
        return key

    async def conversation_key(self, tx: TenantTx, conversation_id: str) -> bytes:
        """The key again; SealBroken once it was shredded."""
        wrapped = await store.conversation_key(tx, conversation_id)
        if wrapped is None:
            raise SealBroken("The key of this conversation is gone: its recording cannot be opened any more.")
        return await self.open(tx, "conversation_keys", "wrapped", conversation_id, wrapped)

    async def add_version(self, tx: TenantTx, *, under: str | None = None) -> int:
        """A new key of the organization, wrapped by its own key-encryption key, `under`, or the installation's newest.

        Within KEY_TTL_MS of its commit everything is sealed under it, in every process; older values still open.
        """
        version = (await store.newest_version(tx) or (0, True))[0] + 1
        key = secrets.token_bytes(KEY_BYTES)
        target = under or await store.own_kek(tx) or self._keys.newest
        kek_id, wrapped = await wrap_checked(self._keys, key, KeyPlace(org=tx.org, version=version), target)
        await store.insert_org_key(tx, version, kek_id, wrapped)
        self.forget(tx.org)
        return version

    def forget(self, org: uuid.UUID) -> None:
        """Read what is known of an organization's keys anew."""
        self._newest.pop(org, None)
        self._opened.forget(org)

    async def refresh(self, database: Database) -> None:
        """Open keys in use again before they run out; every REFRESH_EVERY_S in each process that serves."""

        async def read(place: KeyPlace) -> Wrapped:
            async with database.tenant(place) as tx:
                return await self._row(tx, place.version)

        await self._opened.refresh(read)

    async def keep_fresh(self, database: Database) -> None:
        """`refresh` for the life of the process."""
        while True:
            await asyncio.sleep(REFRESH_EVERY_S)
            try:
                await self.refresh(database)
            except FlowyteError as error:
                logger.warning("keys.not_refreshed", error=type(error).__name__)

    async def _newest_key(self, tx: TenantTx) -> tuple[int, bytes]:
        known = self._newest.get(tx.org)
        now = self._clock.monotonic_ms()
        if known is None or now - known[1] >= KEY_TTL_MS:
            found = await store.newest_version(tx)
            if found is None:
                await self.add_version(tx)
                found = await store.newest_version(tx)
                assert found is not None
            version, settled = found
            if settled:
                self._newest[tx.org] = version, now
        else:
            version = known[0]
        return version, await self._key(tx, version)

    async def _key(self, tx: TenantTx, version: int) -> bytes:
        return await self._opened.key(KeyPlace(org=tx.org, version=version), lambda: self._row(tx, version))

    async def _row(self, tx: TenantTx, version: int) -> Wrapped:
        row = await store.org_key(tx, version)
        if row is None:
            raise SealBroken
        return row


async def wrap_checked(keys: KeyProvider, key: bytes, place: KeyPlace, under: str) -> tuple[str, bytes]:
    """Wrap and open once: a key service may grant the one and not the other, and then all would be lost."""
    kek_id, wrapped = await keys.wrap(key, place, under=under)
    if not hmac.compare_digest(await keys.unwrap(kek_id, wrapped, place), key):
        raise SealBroken("A key did not open after it was wrapped; nothing was changed.")
    return kek_id, wrapped


def version_of(sealed: bytes) -> int:
    """Which version of the organization's key a value was sealed under."""
    if len(sealed) < HEADER_BYTES + NONCE_BYTES + TAG_BYTES or not sealed.startswith(MAGIC):
        raise SealBroken
    (version,) = struct.unpack_from(">I", sealed, len(MAGIC))
    return int(version)


def seal_with(key: bytes, version: int, place: bytes, plaintext: bytes) -> bytes:
    """Seal under a known key; `place` is what the value is bound to."""
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    value_key, commitment = _derive(key, salt)
    header = MAGIC + struct.pack(">I", version) + salt + commitment
    return header + nonce + AESGCM(value_key).encrypt(nonce, plaintext, header + place)


def open_with(key: bytes, place: bytes, sealed: bytes) -> bytes:
    """Reverse of seal_with; SealBroken for anything else."""
    version_of(sealed)
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
