"""R2: nothing in the migrated database lets a row of one organization reach another, and the gate can tell."""

import importlib.util
from pathlib import Path

import asyncpg
import pytest

from flowyte.kit.db import Database
from flowyte.kit.errors import SetupError
from flowyte.kit.postgres import Cluster

_spec = importlib.util.spec_from_file_location("catalogue", Path(__file__).with_name("catalogue.py"))
assert _spec is not None
assert _spec.loader is not None
catalogue = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(catalogue)

PLANTED = {
    "no organization": "CREATE TABLE planted (id text PRIMARY KEY)",
    "not protected": "CREATE TABLE planted (org_id uuid NOT NULL)",
    "not forced": "ALTER TABLE api_keys NO FORCE ROW LEVEL SECURITY",
    "disabled": "ALTER TABLE api_keys DISABLE ROW LEVEL SECURITY",
    "no policy": "DROP POLICY tenant ON api_keys",
    "open policy": "CREATE POLICY open ON api_keys USING (true)",
    "open reading": "ALTER POLICY tenant ON api_keys USING (true)",
    "open writing": "ALTER POLICY tenant ON api_keys WITH CHECK (true)",
    "open without context": "ALTER POLICY tenant ON api_keys USING (org_id = "
    "(SELECT NULLIF(current_setting('app.org', true), '')::uuid) OR current_setting('app.org', true) = '')",
    "nullable organization": "CREATE TABLE planted (org_id uuid); CALL protect('planted')",
    "unique without organization": "CREATE TABLE planted (org_id uuid NOT NULL, name text); "
    "CALL protect('planted'); CREATE UNIQUE INDEX planted_name ON planted (name)",
    "foreign key without organization": "CREATE TABLE planted (org_id uuid NOT NULL, name text REFERENCES "
    "schema_migrations (name)); CALL protect('planted')",
    "materialised view": "CREATE MATERIALIZED VIEW planted AS SELECT * FROM api_keys",
    "owner's view": "CREATE VIEW planted AS SELECT * FROM api_keys",
    "definer function": "CREATE FUNCTION planted() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "too many rights": "GRANT TRUNCATE ON api_keys TO flowyte_app",
    "partition without policy": "CREATE TABLE planted (org_id uuid NOT NULL) PARTITION BY HASH (org_id); "
    "CALL protect('planted'); CREATE TABLE planted_0 PARTITION OF planted FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
}


async def test_no_table_lets_a_row_escape(cluster: Cluster) -> None:
    """The schema as migrated passes every rule."""
    connection = await asyncpg.connect(cluster.owner_dsn)
    try:
        assert await catalogue.violations(connection) == []
    finally:
        await connection.close()


@pytest.mark.parametrize("planted", PLANTED, ids=lambda name: name.replace(" ", "-"))
async def test_the_gate_sees_each_planted_hole(cluster: Cluster, planted: str) -> None:
    """A gate that cannot fail proves nothing: one violation of each kind is planted, and seen."""
    connection = await asyncpg.connect(cluster.owner_dsn)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(PLANTED[planted])
        found = await catalogue.violations(connection)
        await transaction.rollback()
        assert found, planted
    finally:
        await connection.close()


async def test_serving_as_the_owner_is_refused(cluster: Cluster) -> None:
    """R1: a role that owns tables could step round the policies, so start-up says no."""
    with pytest.raises(SetupError, match="too strong"):
        await Database.open(cluster.owner_dsn, size=1)
