"""Making and naming organizations."""

import uuid
from dataclasses import dataclass

from flowyte.kit.db import Database, PlatformTx, TenantTx
from flowyte.kit.errors import NotFound
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.scopes import SECRET_KEY_SCOPES


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    org: uuid.UUID
    name: str


def system_principal(org: uuid.UUID) -> Principal:
    """The platform itself, acting for one organization (jobs, calls, set-up)."""
    return Principal(org=org, kind="system", id="system", scopes=SECRET_KEY_SCOPES)


async def create_organization(database: Database, name: str) -> Organization:
    organization = Organization(org=uuid.uuid4(), name=name)
    async with database.tenant(organization) as tx:
        await tx.execute("INSERT INTO organizations (org_id, name) VALUES ($1, $2)", tx.org, name)
        await tx.execute(
            "INSERT INTO directory (kind, digest, org_id) VALUES ('organization', $1, $2)",
            tx.org.bytes,
            tx.org,
        )
    return organization


async def all_organizations(tx: PlatformTx) -> list[uuid.UUID]:
    """Of this region. For the operator's own verbs and for sweepers, which then open each one's transaction in turn."""
    rows = await tx.fetch(
        "SELECT org_id FROM directory WHERE kind = 'organization' AND region = here() ORDER BY org_id"
    )
    return [row["org_id"] for row in rows]


async def only_organization(database: Database) -> uuid.UUID:
    """The organization that a command means when none is named: the first that was made."""
    async with database.platform() as tx:
        first: uuid.UUID | None = await tx.fetchval(
            "SELECT org_id FROM directory WHERE kind = 'organization' ORDER BY made_at, org_id LIMIT 1"
        )
    if first is None:
        raise NotFound("There is no organization yet; `flowyte up` makes the first.")
    return first


async def organization_name(tx: TenantTx) -> str:
    name: str = await tx.fetchval("SELECT name FROM organizations WHERE org_id = $1", tx.org)
    return name
