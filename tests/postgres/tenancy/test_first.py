"""Who runs the installation: the organization that was made first, also where it was made before that was noted."""

from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from tests.postgres.conftest import migrated

from flowyte.kit.db import Database
from flowyte.kit.errors import NotFound
from flowyte.kit.migrate import migrations_dir
from flowyte.kit.postgres import Cluster
from flowyte.tenancy.organizations import create_organization, only_organization


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Of its own, for nobody may have been there before."""
    with migrated(tmp_path_factory.mktemp("first") / "database") as running:
        yield running


async def test_it_is_the_first_that_was_made(database: Database, cluster: Cluster) -> None:
    """Before there is one, that is said; the migration finds it among those that were there."""
    with pytest.raises(NotFound):
        await only_organization(database)
    made = [(await create_organization(database, name)).org for name in ("Harbour", "Quiet", "Green")]
    assert await only_organization(database) == made[0]
    owner = await asyncpg.connect(cluster.owner_dsn)
    try:
        await owner.execute("ALTER TABLE directory DROP COLUMN made_at")
        await owner.execute((Path(migrations_dir()) / "0057_first_organization.sql").read_text())
        left = await owner.fetchval("SELECT current_setting('app.org', true)")
    finally:
        await owner.close()
    assert await only_organization(database) == made[0]
    assert not left
