"""The doctor names what is wrong with an installation, and what to do about each."""

from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from flowyte.kit.migrate import migrations_dir
from flowyte.kit.postgres import Cluster
from flowyte.kit.settings import Settings, load
from flowyte.providers.store.fetch import list_models
from flowyte.vault.keyring import FileKeys
from flowyte.wiring.doctor import Finding, look_over


@pytest.fixture
def settings(cluster: Cluster, tmp_path: Path) -> Settings:
    FileKeys.create(tmp_path / "keys")
    return Settings(
        data_dir=tmp_path,
        database_url=cluster.app_dsn,
        owner_database_url=cluster.owner_dsn,
        models_dir=load()[0].models_dir,
    )


async def bad(settings: Settings) -> dict[str, str]:
    found: list[Finding] = [finding async for finding in look_over(settings)]
    return {finding.check: finding.words for finding in found if finding.state == "bad"}


async def test_a_sound_installation_has_no_finding(settings: Settings) -> None:
    """Apart from models, which may not be here."""
    found = [finding async for finding in look_over(settings)]
    assert {finding.check for finding in found if finding.state == "good"} >= {"TLS", "keys", "database", "schema"}
    assert set(await bad(settings)) <= {"models"}


async def test_a_strong_role_is_named(settings: Settings, cluster: Cluster) -> None:
    """Serving as the owner would step round every policy."""
    assert "too strong" in (await bad(replace(settings, database_url=cluster.owner_dsn)))["database"]


async def test_a_hole_in_the_schema_is_named(settings: Settings, cluster: Cluster) -> None:
    """The catalogue gate runs on the database that serves."""
    owner = await asyncpg.connect(cluster.owner_dsn)
    try:
        await owner.execute("ALTER TABLE messages NO FORCE ROW LEVEL SECURITY")
        found = await bad(settings)
        await owner.execute("ALTER TABLE messages FORCE ROW LEVEL SECURITY")
    finally:
        await owner.close()
    assert found["row security"].startswith("messages: row security is not enabled and forced")


async def test_a_database_of_a_newer_version_is_named(settings: Settings, cluster: Cluster) -> None:
    """And one that lacks a migration, or had one changed."""
    last = sorted(path.name for path in migrations_dir().glob("[0-9]*.sql"))[-1]
    owner = await asyncpg.connect(cluster.owner_dsn)
    try:
        for change, words in (
            ("INSERT INTO schema_migrations (name, sha256) VALUES ('9999_later.sql', '')", "newer version"),
            (f"UPDATE schema_migrations SET sha256 = '' WHERE name = '{last}'", "changed after it ran"),
            (f"DELETE FROM schema_migrations WHERE name = '{last}'", "flowyte migrate"),
        ):
            kept = await owner.fetchrow("SELECT * FROM schema_migrations WHERE name = $1", last)
            await owner.execute(change)
            found = await bad(settings)
            await owner.execute("DELETE FROM schema_migrations WHERE name IN ('9999_later.sql', $1)", last)
            await owner.execute("INSERT INTO schema_migrations VALUES ($1, $2, $3)", *kept)
            assert words in found["schema"]
    finally:
        await owner.close()


async def test_keys_that_others_can_read_are_named(settings: Settings) -> None:
    """With the command that closes them."""
    (settings.data_dir / "keys" / "kek-1").chmod(0o644)
    assert "chmod 600" in (await bad(settings))["keys"]


async def test_missing_and_altered_models_are_named(settings: Settings, tmp_path: Path) -> None:
    """A file of the right size and another content is altered."""
    empty = replace(settings, models_dir=tmp_path / "models")
    assert "flowyte models --fetch" in (await bad(empty))["models"]
    status = min(list_models(empty.models_dir), key=lambda status: status.model.bytes)
    status.path.mkdir(parents=True)
    for file in status.model.files:
        (status.path / file.name).write_bytes(bytes(file.bytes))
    found = [finding.words async for finding in look_over(empty) if finding.check == "models"]
    assert any("was altered" in words and status.model.files[0].name in words for words in found)


async def test_no_database_is_one_line(settings: Settings) -> None:
    """What does not answer is said, and the other checks are made all the same."""
    found = await bad(replace(settings, database_url="postgresql://flowyte_app:x@127.0.0.1:1/flowyte"))
    assert "does not answer" in found["database"]
    assert "\n" not in found["database"]
