"""A real PostgreSQL for the ring: one embedded cluster a run; each test gets its own organizations."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from flowyte.kit.db import Database
from flowyte.kit.migrate import migrate
from flowyte.kit.postgres import Cluster, start
from flowyte.tenancy.organizations import create_organization, system_principal
from flowyte.tenancy.principal import Principal
from flowyte.vault.keyring import FileKeys


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    running = asyncio.run(start(tmp_path_factory.mktemp("postgres") / "database"))
    try:
        asyncio.run(migrate(running.owner_dsn))
        yield running
    finally:
        running.stop()


@pytest.fixture
async def database(cluster: Cluster) -> AsyncIterator[Database]:
    opened = await Database.open(cluster.app_dsn, size=4)
    yield opened
    await opened.close()


@pytest.fixture
async def organization(database: Database) -> Principal:
    return system_principal((await create_organization(database, "Harbour Dental")).org)


@pytest.fixture
async def other_organization(database: Database) -> Principal:
    return system_principal((await create_organization(database, "Quiet Plumbing")).org)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> FileKeys:
    return FileKeys.create(tmp_path_factory.mktemp("keys"))
