"""Ed25519 keys that sign for an organization: the private half is sealed where it lies and never leaves this module."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flowyte.kit.db import TenantTx
from flowyte.vault.seal import Sealer

COLUMN = "sealed"


async def new_key(tx: TenantTx, sealer: Sealer, table: str, row: str) -> tuple[bytes, bytes]:
    """The public half, and the private half sealed for `row` of `table`."""
    private = Ed25519PrivateKey.generate()
    sealed = await sealer.seal(tx, table, COLUMN, row, private.private_bytes_raw())
    return private.public_key().public_bytes_raw(), sealed


async def sign(tx: TenantTx, sealer: Sealer, table: str, row: str, sealed: bytes, message: bytes) -> bytes:
    """64 bytes; SealBroken when `sealed` is not what was sealed there."""
    private = Ed25519PrivateKey.from_private_bytes(await sealer.open(tx, table, COLUMN, row, sealed))
    return private.sign(message)
