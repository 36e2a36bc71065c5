"""R3: every way of breaking a table's protection is noticed, and the proof says so when one is not."""

import asyncpg
import pytest

from flowyte.kit.postgres import Cluster
from flowyte.proof import isolation, mutants
from flowyte.proof.fingerprint import fingerprint
from flowyte.proof.isolation import prove


def quiet(_line: str) -> None:
    """Nobody reads along."""


async def test_every_mutant_of_every_table_is_killed(cluster: Cluster) -> None:
    """With the gate and the schema's fingerprint on a database that serves."""
    proof = await prove(cluster.app_dsn, quiet)
    assert proof.findings == []
    assert proof.tables >= 16
    assert proof.killed == proof.mutants == proof.tables * 8
    assert proof.found == proof.planted >= 20
    assert proof.examined == proof.schema


async def test_a_mutant_that_changes_nothing_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run does not count what it did not see."""
    monkeypatch.setattr(isolation, "MUTANTS", {"left as it is": ""})
    monkeypatch.setitem(mutants.MUTANTS, "left as it is", "SELECT 1")
    proof = await prove(None, quiet)
    assert proof.killed == 0
    assert not proof.ok
    assert "agents: nobody notices when it is left as it is" in proof.findings


async def test_a_serving_database_with_a_hole_is_named(cluster: Cluster) -> None:
    """Its own catalogue is read, whatever the scratch database proves."""
    owner = await asyncpg.connect(cluster.owner_dsn)
    try:
        before = await fingerprint(owner)
        await owner.execute("ALTER TABLE messages NO FORCE ROW LEVEL SECURITY")
        proof = await prove(cluster.app_dsn, quiet)
        await owner.execute("ALTER TABLE messages FORCE ROW LEVEL SECURITY")
        assert await fingerprint(owner) == before
    finally:
        await owner.close()
    assert any("messages: row security is not enabled and forced" in finding for finding in proof.findings)
    assert any("migrate it first" in finding for finding in proof.findings)
    assert proof.killed == proof.mutants
