"""A real PostgreSQL for the ring: one embedded cluster a run; each test gets its own organizations."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.migrate import migrate
from flowyte.kit.postgres import Cluster, start
from flowyte.objects.objects import Objects
from flowyte.proof import catalogue
from flowyte.tenancy.organizations import create_organization, system_principal
from flowyte.tenancy.principal import Principal
from flowyte.trust.board import Board
from flowyte.trust.claims import CLAIMS
from flowyte.trust.house import House as TrustHouse
from flowyte.trust.house import Reach
from flowyte.trust.probes import PROBES
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner


@contextmanager
def migrated(folder: Path) -> Iterator[Cluster]:
    """A cluster of its own with the newest schema."""
    running = asyncio.run(start(folder))
    try:
        asyncio.run(migrate(running.owner_dsn))
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with migrated(tmp_path_factory.mktemp("postgres") / "database") as running:
        yield running


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


@pytest.fixture
def board(database: Database, cluster: Cluster, keys: FileKeys, tmp_path: Path) -> Board:
    """The trust page's claims, looked at where the tests run; nothing is served, and no results of tests are known."""
    return Board(
        TrustHouse(
            database=database, clock=SystemClock(), sealer=Sealer(keys), signer=UrlSigner(keys, SystemClock()),
            data_dir=tmp_path, objects=Objects.local(tmp_path),
            reach=Reach(address="http://127.0.0.1", loopback=True, own_tls=False, proxy=""),
            violations=partial(catalogue.ask, cluster.app_dsn, catalogue.violations),
            tables=partial(catalogue.ask, cluster.app_dsn, catalogue.tenant_tables), routes=list, key_files=False,
        ),
        CLAIMS, PROBES, None,
    )  # fmt: skip


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> FileKeys:
    return FileKeys.create(tmp_path_factory.mktemp("keys"))
