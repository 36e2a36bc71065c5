"""API keys: made once, shown once, found by digest. Only an HMAC is stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import FieldError, Invalid, NotFound, Unauthenticated
from flowyte.kit.ids import new_id
from flowyte.tenancy.key_text import Environment, new_key_text, prefix_of, well_formed
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.scopes import SECRET_KEY_SCOPES
from flowyte.vault.digest import PEPPER_VERSION, Peppers

LONGEST_OVERLAP = timedelta(days=7)


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
    replaced_by: str | None = None


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
    if expires_at is not None and expires_at.tzinfo is None:
        raise Invalid(fields=[FieldError(field="expiresAt", message="needs its zone, such as 2030-01-01T00:00:00Z")])
    text = new_key_text(environment)
    digest = peppers.digest("key", text)
    key_id = new_id("key")
    await tx.execute(
        "INSERT INTO api_keys (org_id, id, name, digest, pepper, prefix, last_four, scopes, created_by, "
        "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        tx.org, key_id, name.strip(), digest, PEPPER_VERSION, prefix_of(text), text[-4:],
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


async def rotate_key(
    tx: TenantTx, peppers: Peppers, clock: Clock, key_id: str, *, by: Principal, overlap: timedelta
) -> tuple[KeyStatus, str]:
    """A new key that may do the same; the old one goes on for `overlap`, so that both work while it is replaced."""
    old = await get_key(tx, key_id)
    if old.revoked_at is not None or old.replaced_by is not None:
        raise Invalid("This key was revoked or replaced already; make a new one.")
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        hours = int(LONGEST_OVERLAP.total_seconds() // 3600)
        raise Invalid(fields=[FieldError(field="overlapHours", message=f"between 0 and {hours}")])
    environment: Environment = "test" if "_test_" in old.prefix else "live"
    status, text = await create_key(
        tx, peppers, name=old.name, scopes=frozenset(old.scopes), created_by=by, environment=environment
    )
    await tx.execute(
        "UPDATE api_keys SET replaced_by = $3, expires_at = least(expires_at, $4) WHERE org_id = $1 AND id = $2",
        tx.org, key_id, status.id, clock.now() + overlap,
    )  # fmt: skip
    if not overlap:
        await revoke_key(tx, key_id)
    return status, text


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
    return Principal(org=org, kind="key", id=row["id"], scopes=frozenset(row["scopes"]), credential=digest)


_STATUS = (
    "SELECT id, name, prefix, last_four, scopes, created_by, created_at, expires_at, revoked_at, last_used, "
    "replaced_by FROM api_keys"
)


def _status(row: "dict[str, object]") -> KeyStatus:
    values = dict(row)
    values["scopes"] = tuple(values["scopes"])  # type: ignore[arg-type]
    return KeyStatus(**values)  # type: ignore[arg-type]
