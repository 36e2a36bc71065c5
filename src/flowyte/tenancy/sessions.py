"""Dashboard sessions, and the one-time links that open the first one.

A session token is 256 random bits in a cookie; only its HMAC is stored. A link signs in once: taking it deletes it, so
of two who follow the same link only the first gets in.
"""

import secrets
import uuid
from datetime import timedelta

from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Unauthenticated
from flowyte.kit.ids import new_id
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.scopes import OWN_ACCOUNT, ROLE_SCOPES
from flowyte.vault.digest import Peppers

SESSION_LIFE = timedelta(days=7)
LINK_LIFE = timedelta(hours=1)  # long enough to start up, read the terminal and click


async def create_link(tx: TenantTx, peppers: Peppers, clock: Clock, *, role: str = "owner") -> str:
    """The token of a link that signs in once within the hour."""
    token = secrets.token_urlsafe(32)
    digest = peppers.digest("link", token)
    await tx.execute(
        "INSERT INTO sign_in_links (org_id, digest, role, expires_at) VALUES ($1, $2, $3, $4)",
        tx.org, digest, role, clock.now() + LINK_LIFE,
    )  # fmt: skip
    await tx.execute("INSERT INTO directory (kind, digest, org_id) VALUES ('link', $1, $2)", digest, tx.org)
    return token


async def redeem_link(database: Database, peppers: Peppers, clock: Clock, token: str) -> str:
    """Trade a link for a session token. Unauthenticated for one that is unknown, used or old."""
    digest = peppers.digest("link", token)
    org = await organization_of(database, "link", digest)
    async with database.tenant(_sign_in(org)) as tx:
        role = await tx.fetchval(
            "DELETE FROM sign_in_links WHERE org_id = $1 AND digest = $2 AND expires_at > $3 RETURNING role",
            org, digest, clock.now(),
        )  # fmt: skip
        if role is None:
            raise Unauthenticated
        await tx.execute("DELETE FROM directory WHERE kind = 'link' AND digest = $1", digest)
        return await create_session(tx, peppers, clock, role=role)


async def create_session(
    tx: TenantTx, peppers: Peppers, clock: Clock, *, role: str, person: str | None = None, address: str = "",
    strong: bool = False,
) -> str:  # fmt: skip
    """`person` is the member whose session it is; none for one that a link opened. `strong`: more than a password."""
    token = secrets.token_urlsafe(32)
    digest = peppers.digest("session", token)
    await tx.execute(
        "INSERT INTO sessions (org_id, id, digest, role, person, address, strong, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.org, new_id("ses"), digest, role, person, address, strong, clock.now() + SESSION_LIFE,
    )  # fmt: skip
    await tx.execute("INSERT INTO directory (kind, digest, org_id) VALUES ('session', $1, $2)", digest, tx.org)
    return token


async def authenticate_session(database: Database, peppers: Peppers, clock: Clock, token: str) -> Principal:
    """Whose session it is, as what they are at this moment. Where the organization asks for a second factor and the
    session of a person is without, it reaches nothing but their own account."""
    digest = peppers.digest("session", token)
    org = await organization_of(database, "session", digest)
    async with database.tenant(_sign_in(org)) as tx:
        row = await tx.fetchrow(
            "SELECT s.id, s.person, coalesce(m.role, s.role) AS role, "
            "s.person IS NULL OR s.strong OR NOT coalesce(p.second_factor, false) AS enough FROM sessions s "
            "LEFT JOIN members m ON m.org_id = s.org_id AND m.id = s.person "
            "LEFT JOIN sign_in_policies p ON p.org_id = s.org_id "
            "WHERE s.org_id = $1 AND s.digest = $2 AND s.expires_at > $3 "
            "AND s.created_at > $3 - make_interval(hours => coalesce(p.session_hours, 168))",
            org, digest, clock.now(),
        )  # fmt: skip
    if row is None:
        raise Unauthenticated
    role = row["role"]
    scopes = ROLE_SCOPES[role] | {OWN_ACCOUNT} if row["enough"] else frozenset({OWN_ACCOUNT})
    return Principal(
        org=org, kind="session", id=row["id"], scopes=scopes, role=role, person=row["person"], credential=digest
    )


async def end_session(tx: TenantTx, session_id: str) -> None:
    digest = await tx.fetchval(
        "DELETE FROM sessions WHERE org_id = $1 AND id = $2 RETURNING digest", tx.org, session_id
    )
    if digest is not None:
        await tx.execute("DELETE FROM directory WHERE kind = 'session' AND digest = $1", digest)


async def organization_of(database: Database, kind: str, digest: bytes) -> uuid.UUID:
    """Whose credential this is. Unauthenticated for one that nobody has."""
    async with database.platform() as tx:
        org: uuid.UUID | None = await tx.fetchval(
            "SELECT org_id FROM directory WHERE kind = $1 AND digest = $2", kind, digest
        )
    if org is None:
        raise Unauthenticated
    return org


def _sign_in(org: uuid.UUID) -> Principal:
    return Principal(org=org, kind="system", id="sign-in", scopes=frozenset())
