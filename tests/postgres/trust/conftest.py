"""An installation of its own for the claims: its own database, keys and folder, with a call that was recorded."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from litestar import Litestar
from tests.postgres.conftest import migrated

from flowyte.agents.publish import create, publish
from flowyte.api.app import api_routes
from flowyte.dashboard.app import page_routes
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.ids import new_id
from flowyte.kit.postgres import Cluster
from flowyte.objects.objects import Objects
from flowyte.observe.evidence import Keeper, Opening
from flowyte.proof import catalogue
from flowyte.tenancy.organizations import create_organization, system_principal
from flowyte.tenancy.principal import Principal
from flowyte.trust.house import House, Reach
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner
from flowyte.wiring.trust import routes_of


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with migrated(tmp_path_factory.mktemp("trust") / "database") as running:
        yield running


async def call(house: House, owner: Principal, *, recorded: bool) -> str:
    """A call of a fifth of a second; its id."""
    async with house.database.tenant(owner) as tx:
        agent = await create(tx, owner, {"name": "desk", "recording": {"enabled": recorded}})
        version = await publish(tx, owner, agent.id, note="First", more={})
    keeper = Keeper(database=house.database, sealer=house.sealer, clock=house.clock, data_dir=house.data_dir)
    opening = Opening(
        id=new_id("cnv"), agent_id=agent.id, agent_name="desk", version_id=version.id, version_number=1,
        channel="voice", line="browser", draft=False,
    )  # fmt: skip
    evidence = await keeper.begin(owner, opening)
    evidence.event("call_started", 0, {"recording": recorded})
    if recorded:
        evidence.event("consent", 0, {"outcome": "granted", "recording": True, "stayed": True})
        evidence.start_recording(8000)
        for _ in range(10):
            evidence.audio(b"\x00\x10" * 160, b"\x00\x20" * 160)
    evidence.event("call_ended", 200, {"cause": "caller_hung_up", "turns": 0})
    await evidence.finish("caller_hung_up")
    return opening.id


@pytest.fixture
async def house(database: Database, cluster: Cluster, tmp_path: Path) -> House:
    """Nobody's calls are in it yet; earlier tests' organizations are removed from sight."""
    async with database.platform() as tx:
        await tx.execute("DELETE FROM directory WHERE kind = 'organization'")
    keys = FileKeys.create(tmp_path / "keys")
    (tmp_path / "objects").mkdir(mode=0o700)
    clock = SystemClock()
    app = Litestar([api_routes(), page_routes()], openapi_config=None)
    return House(
        database=database, clock=clock, sealer=Sealer(keys), signer=UrlSigner(keys, clock), data_dir=tmp_path,
        objects=Objects.local(tmp_path),
        reach=Reach(address="https://flowyte.example.com", loopback=False, own_tls=True, proxy=""),
        violations=partial(catalogue.ask, cluster.app_dsn, catalogue.violations),
        tables=partial(catalogue.ask, cluster.app_dsn, catalogue.tenant_tables),
        routes=partial(routes_of, app), mail=True,
    )  # fmt: skip


@pytest.fixture
async def furnished(house: House) -> Principal:
    """Two organizations, a call that was recorded and one that was not."""
    await create_organization(house.database, "Quiet Plumbing")
    first = system_principal((await create_organization(house.database, "Harbour Dental")).org)
    await call(house, first, recorded=True)
    await call(house, first, recorded=False)
    return first
