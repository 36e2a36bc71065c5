"""An organization is opened in its own region alone: by the process, and by the database whatever a process does."""

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from tests.postgres.conftest import migrated

from flowyte.kit.db import Database
from flowyte.kit.errors import Elsewhere, SetupError
from flowyte.kit.migrate import move_installation, move_organization, name_region
from flowyte.kit.postgres import Cluster
from flowyte.observe import store as observe
from flowyte.tenancy.organizations import all_organizations, create_organization, system_principal
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.region import check_region, region_of, region_of_organization


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A database whose region may be changed without changing that of other tests."""
    with migrated(tmp_path_factory.mktemp("regions") / "database") as running:
        yield running


@pytest.fixture
async def database(own: Cluster) -> AsyncIterator[Database]:
    opened = await Database.open(own.app_dsn, size=2)
    yield opened
    await opened.close()
    await move_installation(own.owner_dsn, "local")


async def begun(database: Database, owner: Principal) -> str:
    conversation = f"cnv_{uuid.uuid4().hex[:20]}"
    async with database.tenant(owner) as tx:
        await observe.insert_conversation(
            tx, id=conversation, agent_id="agt_1", agent_name="desk", version_id=None, version_number=None,
            channel="chat", line="api", draft=False,
        )  # fmt: skip
    return conversation


async def test_an_organization_is_pinned_to_the_region_where_it_is_made(own: Cluster, database: Database) -> None:
    """And the database's region is named once, while nobody is in it."""
    await move_installation(own.owner_dsn, "us-east")
    owner = system_principal((await create_organization(database, "Harbour Dental")).org)
    async with database.tenant(owner) as tx:
        assert await region_of_organization(tx) == "us-east"
    assert await region_of(database) == "us-east"
    assert await check_region(database, "") == await check_region(database, "us-east") == "us-east"
    with pytest.raises(SetupError, match="region eu and its database is of us-east"):
        await check_region(database, "eu")
    with pytest.raises(SetupError, match="flowyte region move eu"):
        await name_region(own.owner_dsn, "eu")
    await name_region(own.owner_dsn, "us-east")


async def test_what_is_moved_is_not_opened_here_any_more(own: Cluster, database: Database) -> None:
    """The refusal names the region; sweepers pass it by; it opens again when it is moved back."""
    owner = system_principal((await create_organization(database, "Harbour Dental")).org)
    stays = system_principal((await create_organization(database, "Quiet Plumbing")).org)
    await begun(database, owner)
    await move_organization(own.owner_dsn, owner.org, "eu")
    with pytest.raises(Elsewhere, match="kept in the region eu") as refused:
        async with database.tenant(owner):
            raise AssertionError("opened")
    assert refused.value.region == "eu"
    async with database.tenant(stays) as tx:
        assert await tx.fetchval("SELECT count(*) FROM organizations") == 1
    async with database.platform() as tx:
        here = await all_organizations(tx)
    assert (owner.org in here, stays.org in here) == (False, True)
    await move_organization(own.owner_dsn, owner.org, "local")
    async with database.tenant(owner) as tx:
        assert await tx.fetchval("SELECT count(*) FROM conversations") == 1
        moves = await tx.fetch("SELECT actor, object FROM audit_events WHERE action = 'organizations.moved'")
    assert sorted((row["actor"], row["object"]) for row in moves) == [
        ("operator", "eu to local"), ("operator", "local to eu"),
    ]  # fmt: skip


async def test_the_database_refuses_whatever_a_process_says(own: Cluster, database: Database) -> None:
    """On the bare connection of the serving role, the organization set by hand: no row is read or written."""
    owner = system_principal((await create_organization(database, "Harbour Dental")).org)
    conversation = await begun(database, owner)
    await move_organization(own.owner_dsn, owner.org, "eu")
    for dsn in (own.app_dsn, own.owner_dsn):
        bare = await asyncpg.connect(dsn)
        try:
            await bare.execute(f"SET app.org = '{owner.org}'")
            assert await bare.fetchval("SELECT count(*) FROM conversations") == 0
            assert await bare.execute("UPDATE conversations SET agent_name = 'x'") == "UPDATE 0"
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await bare.execute(
                    "INSERT INTO retention_windows (org_id, agent_id, transcripts_days) VALUES ($1, $2, 1)",
                    owner.org, conversation,
                )  # fmt: skip
        finally:
            await bare.close()


async def test_the_serving_role_moves_nothing(own: Cluster, database: Database) -> None:
    """Neither an organization nor the database, and it makes none elsewhere."""
    owner = system_principal((await create_organization(database, "Harbour Dental")).org)
    bare = await asyncpg.connect(own.app_dsn)
    try:
        await bare.execute(f"SET app.org = '{owner.org}'")
        for statement in (
            "UPDATE organizations SET region = 'eu'",
            "UPDATE installation SET region = 'eu'",
            "DELETE FROM installation",
            f"CALL move_organization('{owner.org}', 'eu')",
            "CALL move_installation('eu')",
        ):
            with pytest.raises(asyncpg.PostgresError):
                await bare.execute(statement)
        other = uuid.uuid4()
        await bare.execute(f"SET app.org = '{other}'")
        with pytest.raises(asyncpg.PostgresError, match="stays in the region"):
            await bare.execute("INSERT INTO organizations (org_id, name, region) VALUES ($1, 'x', 'eu')", other)
        await bare.execute("UPDATE organizations SET name = 'Still ours'")
    finally:
        await bare.close()
    async with database.tenant(owner) as tx:
        assert await region_of_organization(tx) == "local"


async def test_a_database_that_was_carried_to_another_region_is_moved_as_one(
    own: Cluster, database: Database, tmp_path: Path
) -> None:
    """Every organization that is pinned here goes along, each with a line in its log; one elsewhere stays so."""
    first, second, gone = [
        system_principal((await create_organization(database, name)).org) for name in ("One", "Two", "Three")
    ]
    await move_organization(own.owner_dsn, gone.org, "eu")
    await move_installation(own.owner_dsn, "us-west")
    for owner in (first, second):
        async with database.tenant(owner) as tx:
            assert await region_of_organization(tx) == "us-west"
            lines = await tx.fetch("SELECT object FROM audit_events WHERE action = 'organizations.moved'")
        assert [row["object"] for row in lines] == ["local to us-west"]
    with pytest.raises(Elsewhere, match="region eu"):
        async with database.tenant(gone):
            raise AssertionError("opened")
