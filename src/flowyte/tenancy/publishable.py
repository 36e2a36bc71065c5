"""Publishable keys: in a web page's source for everybody to read, so each opens the chat of one agent and no more.

A browser says which site a request comes from, and only the key's own sites may use it. Other programs say what they
like, so the limit of requests holds whatever the origin is.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import FieldError, Invalid, NotFound, Unauthenticated
from flowyte.kit.ids import new_id
from flowyte.tenancy.browser import ForeignOrigin
from flowyte.tenancy.key_text import Environment, new_key_text, prefix_of, well_formed
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.scopes import PUBLIC_SCOPES
from flowyte.vault.digest import PEPPER_VERSION, Peppers
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import InvalidToken, UrlSigner

MOST_ORIGINS = 20
DEFAULT_RPM = 60
MOST_RPM = 10_000
VISIT_S = 24 * 3600  # a visitor's own token: who comes back within a day finds the conversation
ORIGIN = re.compile(r"https?://(?=.{1,253}(:|$))([a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}(:[0-9]{1,5})?")
_SELECT = (
    "SELECT id, agent_id, name, prefix, last_four, allowed_origins, rate_limit_rpm, created_by, created_at, "
    "expires_at, revoked_at, last_used FROM publishable_keys"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishableKey:
    id: str
    agent_id: str
    name: str
    prefix: str
    last_four: str
    allowed_origins: tuple[str, ...]
    rate_limit_rpm: int
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used: Any

    def stands(self, now: datetime) -> bool:
        """Whether it opens anything at this moment."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What may be chosen of a key. Origins are `https://example.com`, without a path."""

    name: str
    allowed_origins: tuple[str, ...]
    rate_limit_rpm: int = DEFAULT_RPM

    def check(self) -> None:
        faults = []
        if not 1 <= len(self.name.strip()) <= 100:
            faults.append(FieldError(field="name", message="between 1 and 100 characters"))
        wrong = next((origin for origin in self.allowed_origins if not ORIGIN.fullmatch(origin)), None)
        if wrong is not None:
            faults.append(FieldError(field="allowedOrigins", message=f"{wrong!r} is not like https://example.com"))
        if not 1 <= len(self.allowed_origins) <= MOST_ORIGINS:
            faults.append(FieldError(field="allowedOrigins", message=f"between 1 and {MOST_ORIGINS} sites"))
        if not 1 <= self.rate_limit_rpm <= MOST_RPM:
            faults.append(FieldError(field="rateLimitRpm", message=f"between 1 and {MOST_RPM}"))
        if faults:
            raise Invalid(fields=faults)


async def create(
    tx: TenantTx, peppers: Peppers, sealer: Sealer, *, agent_id: str, wishes: Wishes, by: Principal,
    environment: Environment = "live", expires_at: datetime | None = None,
) -> tuple[PublishableKey, str]:  # fmt: skip
    """The text is no secret, for it stands in a page; it is kept sealed so that it can be copied into one again."""
    wishes.check()
    text = new_key_text(environment, "pk")
    digest = peppers.digest("pubkey", text)
    key_id = new_id("pbk")
    sealed = await sealer.seal(tx, "publishable_keys", "sealed", key_id, text.encode())
    await tx.execute(
        "INSERT INTO publishable_keys (org_id, id, agent_id, name, digest, pepper, prefix, last_four, "
        "allowed_origins, rate_limit_rpm, created_by, expires_at, sealed) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        tx.org, key_id, agent_id, wishes.name.strip(), digest, PEPPER_VERSION, prefix_of(text), text[-4:],
        list(wishes.allowed_origins), wishes.rate_limit_rpm, by.signature, expires_at, sealed,
    )  # fmt: skip
    await tx.execute("INSERT INTO directory (kind, digest, org_id) VALUES ('pubkey', $1, $2)", digest, tx.org)
    return await get(tx, agent_id, key_id), text


async def get(tx: TenantTx, agent_id: str, key_id: str) -> PublishableKey:
    row = await tx.fetchrow(f"{_SELECT} WHERE org_id = $1 AND agent_id = $2 AND id = $3", tx.org, agent_id, key_id)
    if row is None:
        raise NotFound
    return _key(row)


async def text_of(tx: TenantTx, sealer: Sealer, key: PublishableKey) -> str | None:
    """The key itself; None for one from before its text was kept."""
    sealed = await tx.fetchval("SELECT sealed FROM publishable_keys WHERE org_id = $1 AND id = $2", tx.org, key.id)
    if sealed is None:
        return None
    return (await sealer.open(tx, "publishable_keys", "sealed", key.id, sealed)).decode()


async def list_of_agent(tx: TenantTx, agent_id: str) -> list[PublishableKey]:
    """Newest first."""
    rows = await tx.fetch(
        f"{_SELECT} WHERE org_id = $1 AND agent_id = $2 ORDER BY created_at DESC, id DESC", tx.org, agent_id
    )
    return [_key(row) for row in rows]


async def update(tx: TenantTx, agent_id: str, key_id: str, changes: dict[str, Any]) -> PublishableKey:
    """`changes` of Wishes; they hold at the next request."""
    known = await get(tx, agent_id, key_id)
    wishes = replace(
        Wishes(name=known.name, allowed_origins=known.allowed_origins, rate_limit_rpm=known.rate_limit_rpm), **changes
    )
    wishes.check()
    await tx.execute(
        "UPDATE publishable_keys SET name = $3, allowed_origins = $4, rate_limit_rpm = $5 "
        "WHERE org_id = $1 AND id = $2",
        tx.org, key_id, wishes.name.strip(), list(wishes.allowed_origins), wishes.rate_limit_rpm,
    )  # fmt: skip
    return await get(tx, agent_id, key_id)


async def rotate(
    tx: TenantTx, peppers: Peppers, sealer: Sealer, clock: Clock, *, agent_id: str, key_id: str, by: Principal,
    overlap: timedelta,
) -> tuple[PublishableKey, str]:  # fmt: skip
    """A new key with the same wishes; the old one goes on for `overlap`."""
    old = await get(tx, agent_id, key_id)
    if old.revoked_at is not None:
        raise Invalid("This key was revoked; make a new one.")
    wishes = Wishes(name=old.name, allowed_origins=old.allowed_origins, rate_limit_rpm=old.rate_limit_rpm)
    environment: Environment = "test" if "_test_" in old.prefix else "live"
    made = await create(tx, peppers, sealer, agent_id=agent_id, wishes=wishes, by=by, environment=environment)
    await tx.execute(
        "UPDATE publishable_keys SET expires_at = least(expires_at, $3) WHERE org_id = $1 AND id = $2",
        tx.org, key_id, clock.now() + overlap,
    )  # fmt: skip
    return made


async def revoke(tx: TenantTx, agent_id: str, key_id: str) -> PublishableKey:
    """Ends the key and what visitors have begun with it; safe to repeat."""
    await get(tx, agent_id, key_id)
    digest = await tx.fetchval(
        "UPDATE publishable_keys SET revoked_at = coalesce(revoked_at, now()) WHERE org_id = $1 AND id = $2 "
        "RETURNING digest",
        tx.org, key_id,
    )  # fmt: skip
    await tx.execute("DELETE FROM directory WHERE kind = 'pubkey' AND digest = $1", digest)
    return await get(tx, agent_id, key_id)


async def authenticate(database: Database, peppers: Peppers, text: str, origin: str | None) -> Principal:
    """The visitor behind a publishable key. ForeignOrigin for a site that is not the key's own."""
    if not well_formed(text, "pk"):
        raise Unauthenticated
    digest = peppers.digest("pubkey", text)
    async with database.platform() as tx:
        org = await tx.fetchval("SELECT org_id FROM directory WHERE kind = 'pubkey' AND digest = $1", digest)
    if org is None:
        raise Unauthenticated
    return await _visitor(database, org, origin, digest=digest)


async def authenticate_visit(
    database: Database, signer: UrlSigner, token: str, origin: str | None
) -> tuple[Principal, str]:
    """The visitor who began a conversation, and its id, while the key that began it stands."""
    try:
        claims = signer.verify("visit", token)
    except InvalidToken:
        raise Unauthenticated from None  # as for every other text that opens nothing
    found = await _visitor(database, UUID(claims["o"]), origin, key_id=str(claims["k"]))
    return found, str(claims["c"])


def visit_token(signer: UrlSigner, visitor: Principal, conversation_id: str) -> str:
    """For one visitor and one conversation."""
    claims = {"o": str(visitor.org), "k": visitor.id, "c": conversation_id}
    return signer.sign("visit", claims, ttl_s=VISIT_S)


async def _visitor(
    database: Database, org: UUID, origin: str | None, *, digest: bytes | None = None, key_id: str | None = None
) -> Principal:
    async with database.tenant(Principal(org=org, kind="system", id="sign-in", scopes=frozenset())) as tx:
        row = await tx.fetchrow(
            "SELECT id, agent_id, allowed_origins, rate_limit_rpm, digest FROM publishable_keys WHERE org_id = $1 "
            "AND (digest = $2 OR id = $3) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())",
            org, digest, key_id,
        )  # fmt: skip
        if row is None:
            raise Unauthenticated
        if origin is not None and origin not in row["allowed_origins"]:
            raise ForeignOrigin("This key may not be used from this site; add the site to the key's allowedOrigins.")
        await tx.execute(
            "UPDATE publishable_keys SET last_used = current_date WHERE org_id = $1 AND id = $2 "
            "AND last_used IS DISTINCT FROM current_date",
            org, row["id"],
        )  # fmt: skip
    return Principal(
        org=org, kind="visitor", id=row["id"], scopes=PUBLIC_SCOPES, agent=row["agent_id"],
        credential=bytes(row["digest"]), per_minute=row["rate_limit_rpm"],
    )  # fmt: skip


def _key(row: Any) -> PublishableKey:
    return PublishableKey(**{**row, "allowed_origins": tuple(row["allowed_origins"])})
