"""`flowyte region`: where this database is, who is pinned elsewhere, and the two moves, each of which is audited."""

import uuid

from flowyte.kit import migrate, postgres
from flowyte.kit.errors import SetupError
from flowyte.kit.settings import Settings
from flowyte.objects.carry import carry
from flowyte.tenancy.organizations import all_organizations, system_principal
from flowyte.tenancy.region import elsewhere, region_of
from flowyte.wiring.vault import beside


async def show(settings: Settings) -> dict[str, object]:
    async with beside(settings) as base:
        async with base.database.platform() as tx:
            here = await all_organizations(tx)
            away = await elsewhere(tx)
        home = base.objects.home
        return {
            "region": await region_of(base.database),
            "objects": home.name if home else str(base.objects.root),
            "organizationsHere": len(here),
            "organizationsElsewhere": {str(org): region for org, region in away},
        }


async def move(settings: Settings, region: str) -> dict[str, object]:
    """The whole database. What runs on it is started again afterwards, with the setting region."""
    before = settings.region
    await migrate.move_installation(_owner(settings), region)
    return {"region": region, "next": f"Set FLOWYTE_REGION={region} (it is {before or 'not set'}) and start again."}


async def move_organization(settings: Settings, org: uuid.UUID, region: str) -> dict[str, object]:
    """Its objects first, then the organization."""
    async with beside(settings) as base:
        carried = await carry(base.database, base.clock, base.objects, system_principal(org), region)
    await migrate.move_organization(_owner(settings), org, region)
    words = f"It is not opened here any more. Carry its rows to the database of {region}, then remove them here."
    return {"organization": str(org), "region": region, "objectsCarried": carried, "next": words}


def _owner(settings: Settings) -> str:
    cluster = None if settings.database_url else postgres.running(settings.data_dir / "postgres")
    if settings.owner_database_url or cluster is None:
        if not settings.owner_database_url:
            raise SetupError("Set FLOWYTE_OWNER_DATABASE_URL: only the owner of the tables may move anybody.")
        return settings.owner_database_url
    return cluster.owner_dsn
