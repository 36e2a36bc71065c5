"""A pool of two connections under many requests of two organizations, half of which go away in the middle."""

import asyncio
import random

from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import Unauthenticated, Unavailable
from flowyte.kit.postgres import Cluster
from flowyte.tenancy import members
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.sessions import authenticate_session, create_session
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys

REQUESTS = 400
WAYS = ("statement", "sleeping", "several", "failing")


async def request(pool: Database, owner: Principal, way: str) -> int:
    """How many reads were made; each saw the owner's rows alone."""
    seen = 0
    try:
        async with pool.tenant(owner) as tx:
            for _ in range(3 if way == "several" else 1):
                rows = await tx.fetch("SELECT org_id FROM members")  # no WHERE: row security alone decides
                assert {row["org_id"] for row in rows} == {owner.org}
                seen += 1
            if way == "sleeping":
                await tx.execute("SELECT pg_sleep(0.02)")
            if way == "failing":
                raise Unauthenticated
    except (Unauthenticated, Unavailable):
        pass
    return seen


async def nobody(pool: Database) -> int:
    async with pool.platform() as tx:
        assert await tx.fetch("SELECT 1 FROM members") == []
    return 0


async def test_a_connection_never_carries_an_organization_over(
    cluster: Cluster, organization: Principal, other_organization: Principal
) -> None:
    """Requests that are cancelled at any moment leave nothing behind: everybody sees their own rows, the pool lives."""
    pool = await Database.open(cluster.app_dsn, size=2)
    owners = (organization, other_organization)
    for owner in owners:
        async with pool.tenant(owner) as tx:
            await tx.execute("INSERT INTO members (org_id, id, email, role) VALUES ($1, $2, $2, 'builder')",
                             tx.org, f"{owner.org}@example.com")  # fmt: skip
    chance = random.Random(7)
    tasks = []
    async with asyncio.TaskGroup() as group:
        for number in range(REQUESTS):
            work = request(pool, chance.choice(owners), chance.choice(WAYS)) if number % 10 else nobody(pool)
            tasks.append(group.create_task(work))
            if chance.random() < 0.5:
                victim = chance.choice(tasks)
                asyncio.get_running_loop().call_later(chance.random() * 0.05, victim.cancel)
            await asyncio.sleep(chance.random() * 0.004)
    assert any(task.cancelled() for task in tasks)
    assert sum(task.result() for task in tasks if not task.cancelled()) > REQUESTS // 4
    for owner in owners * 2:
        assert await request(pool, owner, "statement")
    await nobody(pool)
    await pool.close()


async def test_a_role_that_is_taken_away_holds_at_the_next_request(
    database: Database, keys: FileKeys, organization: Principal
) -> None:
    """What was begun with the old role may end; the next request has the new one, and a removed member has none."""
    peppers, clock = Peppers(keys), SystemClock()
    async with database.tenant(organization) as tx:
        await tx.execute("INSERT INTO members (org_id, id, email, role) VALUES ($1, 'per_a', 'a@b.example', 'admin')",
                         tx.org)  # fmt: skip
        token = await create_session(tx, peppers, clock, role="admin", person="per_a")
    before = await authenticate_session(database, peppers, clock, token)
    async with database.tenant(before) as running:
        async with database.tenant(organization) as tx:
            await tx.execute("UPDATE members SET role = 'analyst' WHERE org_id = $1 AND id = 'per_a'", tx.org)
        after = await authenticate_session(database, peppers, clock, token)
        assert "keys:write" in before.scopes
        assert "keys:write" not in after.scopes
        assert await running.fetchval("SELECT role FROM members WHERE org_id = $1 AND id = 'per_a'", before.org)
    async with database.tenant(organization) as tx:
        await members.remove(tx, organization, "per_a")
    try:
        await authenticate_session(database, peppers, clock, token)
    except Unauthenticated:
        return
    raise AssertionError("the session of a removed member opens something")
