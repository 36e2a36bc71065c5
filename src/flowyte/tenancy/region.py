"""In which region this database is, and which one an organization is pinned to."""

import uuid

from flowyte.kit.db import Database, PlatformTx, TenantTx
from flowyte.kit.errors import SetupError


async def region_of(database: Database) -> str:
    """Of this database; every organization that is opened here is of it too."""
    async with database.platform() as tx:
        region: str = await tx.fetchval("SELECT here()")
    return region


async def check_region(database: Database, wanted: str) -> str:
    """The database's region. SetupError when this process was told another one."""
    region = await region_of(database)
    if wanted and wanted != region:
        raise SetupError(
            f"This process is set to the region {wanted} and its database is of {region}. Give it the database of "
            f"{wanted}; or, if that database is now in {wanted}, say so once: flowyte region move {wanted}"
        )
    return region


async def elsewhere(tx: PlatformTx) -> list[tuple[uuid.UUID, str]]:
    """Organizations that are known here and pinned to another region, with that region."""
    rows = await tx.fetch(
        "SELECT org_id, region FROM directory WHERE kind = 'organization' AND region <> here() ORDER BY org_id"
    )
    return [(row["org_id"], row["region"]) for row in rows]


async def region_of_organization(tx: TenantTx) -> str:
    region: str = await tx.fetchval("SELECT region FROM organizations WHERE org_id = $1", tx.org)
    return region
