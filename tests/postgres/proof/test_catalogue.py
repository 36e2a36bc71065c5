"""R2: nothing in the migrated database lets a row of one organization reach another, and the gate can tell."""

import asyncpg
import pytest

from flowyte.kit.db import Database
from flowyte.kit.errors import SetupError
from flowyte.kit.postgres import Cluster
from flowyte.proof.catalogue import violations
from flowyte.proof.planted import PLANTED, seen


async def test_no_table_lets_a_row_escape(cluster: Cluster) -> None:
    """The schema as migrated passes every rule."""
    connection = await asyncpg.connect(cluster.owner_dsn)
    try:
        assert await violations(connection) == []
    finally:
        await connection.close()


@pytest.mark.parametrize("kind", PLANTED, ids=lambda name: name.replace(" ", "-"))
async def test_the_gate_sees_each_planted_hole(cluster: Cluster, kind: str) -> None:
    """A gate that cannot fail proves nothing: one violation of each kind is planted, and seen."""
    connection = await asyncpg.connect(cluster.admin_dsn)
    try:
        assert await seen(connection, kind), kind
        assert await violations(connection) == []
    finally:
        await connection.close()


async def test_serving_as_the_owner_is_refused(cluster: Cluster) -> None:
    """R1: a role that owns tables could step round the policies, so start-up says no."""
    with pytest.raises(SetupError, match="too strong"):
        await Database.open(cluster.owner_dsn, size=1)
