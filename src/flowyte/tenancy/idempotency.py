"""How long the first answers to requests with an Idempotency-Key are kept."""

from datetime import timedelta

from flowyte.kit.clock import Clock
from flowyte.kit.db import Database
from flowyte.tenancy.organizations import all_organizations, system_principal

KEPT = timedelta(hours=24)  # as promised to clients; a retry after that is a new request


def place_of_answer(principal: str, key: str) -> str:
    """The row that a remembered answer is sealed for: it may quote what a caller said."""
    return f"{principal}\0{key}"


async def sweep(database: Database, clock: Clock) -> int:
    """Forget what is older, for every organization; returns how many."""
    async with database.platform() as platform:
        orgs = await all_organizations(platform)
    forgotten = 0
    for org in orgs:
        async with database.tenant(system_principal(org)) as tx:
            done = await tx.execute(
                "DELETE FROM idempotency WHERE org_id = $1 AND created_at < $2", tx.org, clock.now() - KEPT
            )
            forgotten += int(done.rpartition(" ")[2])
    return forgotten
