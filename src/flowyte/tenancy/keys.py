"""API keys: made once, shown once, found by digest.

`flowyte_sk_live_` + 30 base62 characters + 6 of their CRC-32: 178 random bits, and a mistyped or invented key is
refused without a query. Only an HMAC is stored.
"""

import secrets
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import FieldError, Invalid, NotFound, Unauthenticated
from flowyte.kit.ids import ALPHABET, encode62, new_id
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.scopes import SECRET_KEY_SCOPES
from flowyte.vault.digest import PEPPER_VERSION, Peppers

RANDOM_CHARS = 30
CHECK_CHARS = 6
Environment = Literal["live", "test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatus:
    """What may be shown of a key after it was made."""

    id: str
    name: str
    prefix: str
    last_four: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used: datetime | None


def new_key_text(environment: Environment) -> str:
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARS))
    prefix = f"flowyte_sk_{environment}_"
    return prefix + body + _checksum(prefix + body)


def well_formed(key: str) -> bool:
    """Right prefix, length, alphabet and checksum: the check before any query."""
    prefix = next((p for p in ("flowyte_sk_live_", "flowyte_sk_test_") if key.startswith(p)), None)
    if prefix is None or len(key) != len(prefix) + RANDOM_CHARS + CHECK_CHARS:
        return False
    return secrets.compare_digest(_checksum(key[:-CHECK_CHARS]).encode(), key[-CHECK_CHARS:].encode())


def _checksum(text: str) -> str:
    return encode62(zlib.crc32(text.encode()), CHECK_CHARS)


async def create_key(
    tx: TenantTx, peppers: Peppers, *, name: str, scopes: frozenset[str], created_by: Principal,
    environment: Environment = "live", expires_at: datetime | None = None,
) -> tuple[KeyStatus, str]:  # fmt: skip
    """Make a key: its status, and the key itself, which exists only in this return value."""
    unknown = sorted(scopes - SECRET_KEY_SCOPES)
    if unknown:
        raise Invalid(fields=[FieldError(field="scopes", message=f"{unknown[0]} is no scope")])
    beyond = sorted(scopes - created_by.scopes)
    if beyond:
        raise Invalid(fields=[FieldError(field="scopes", message=f"you do not hold {beyond[0]} yourself")])
    if not name.strip() or len(name) > 100:
        raise Invalid(fields=[FieldError(field="name", message="between 1 and 100 characters")])
    text = new_key_text(environment)
    digest = peppers.digest("key", text)
    key_id = new_id("key")
    await tx.execute(
        "INSERT INTO api_keys (org_id, id, name, digest, pepper, prefix, last_four, scopes, created_by, "
        "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        tx.org, key_id, name.strip(), digest, PEPPER_VERSION, text[: text.rindex("_") + 1], text[-4:],
        sorted(scopes), created_by.id, expires_at,
    )  # fmt: skip
    await tx.execute("INSERT INTO directory (kind, digest, org_id) VALUES ('key', $1, $2)", digest, tx.org)
    return await get_key(tx, key_id), text


async def get_key(tx: TenantTx, key_id: str) -> KeyStatus:
    row = await tx.fetchrow(f"{_STATUS} WHERE org_id = $1 AND id = $2", tx.org, key_id)
    if row is None:
        raise NotFound
    return _status(row)


async def list_keys(tx: TenantTx, *, before: str | None = None, limit: int = 100) -> list[KeyStatus]:
    """Newest first; `before` is the id that the last page ended with."""
    rows = await tx.fetch(
        f"{_STATUS} WHERE org_id = $1 AND ($2::text IS NULL OR (created_at, id) < "
        "(SELECT created_at, id FROM api_keys WHERE org_id = $1 AND id = $2)) "
        "ORDER BY created_at DESC, id DESC LIMIT $3",
        tx.org, before, limit,
    )  # fmt: skip
    return [_status(row) for row in rows]


async def revoke_key(tx: TenantTx, key_id: str) -> KeyStatus:
    """Ends the key for the next request on; safe to repeat."""
    digest = await tx.fetchval(
        "UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE org_id = $1 AND id = $2 RETURNING digest",
        tx.org, key_id,
    )  # fmt: skip
    if digest is None:
        raise NotFound
    await tx.execute("DELETE FROM directory WHERE kind = 'key' AND digest = $1", digest)
    return await get_key(tx, key_id)


async def authenticate_key(database: Database, peppers: Peppers, text: str) -> Principal:
    """The identity behind a key. Unknown, revoked, expired and malformed keys get the same answer."""
    if not well_formed(text):
        raise Unauthenticated
    digest = peppers.digest("key", text)
    async with database.platform() as tx:
        org = await tx.fetchval("SELECT org_id FROM directory WHERE kind = 'key' AND digest = $1", digest)
    if org is None:
        raise Unauthenticated
    async with database.tenant(Principal(org=org, kind="system", id="sign-in", scopes=frozenset())) as tx:
        row = await tx.fetchrow(
            "SELECT id, scopes, last_used FROM api_keys WHERE org_id = $1 AND digest = $2 AND revoked_at IS NULL "
            "AND (expires_at IS NULL OR expires_at > now())",
            org, digest,
        )  # fmt: skip
        if row is None:
            raise Unauthenticated
        if row["last_used"] is None:  # a day's precision is all that is kept; one write a day at most
            await tx.execute(
                "UPDATE api_keys SET last_used = current_date WHERE org_id = $1 AND id = $2", org, row["id"]
            )
        else:
            await tx.execute(
                "UPDATE api_keys SET last_used = current_date "
                "WHERE org_id = $1 AND id = $2 AND last_used < current_date",
                org, row["id"],
            )  # fmt: skip
    return Principal(org=org, kind="key", id=row["id"], scopes=frozenset(row["scopes"]))


_STATUS = (
    "SELECT id, name, prefix, last_four, scopes, created_by, created_at, expires_at, revoked_at, last_used "
    "FROM api_keys"
)


def _status(row: "dict[str, object]") -> KeyStatus:
    values = dict(row)
    values["scopes"] = tuple(values["scopes"])  # type: ignore[arg-type]
    return KeyStatus(**values)  # type: ignore[arg-type]
