"""Violations to plant; each is undone at once, and the gate must have seen it.

A gate that cannot fail proves nothing.
"""

import asyncpg

from flowyte.proof.catalogue import violations

# kind: how it is made. As a superuser, in a database of its own.
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
    "role that becomes another": "CREATE ROLE planted_role NOLOGIN; GRANT planted_role TO flowyte_app",
    "role that bypasses": "ALTER ROLE flowyte_app BYPASSRLS",
    "role that creates": "GRANT CREATE ON SCHEMA public TO flowyte_app",
    "too many rights": "GRANT TRUNCATE ON api_keys TO flowyte_app",
    "partition without policy": "CREATE TABLE planted (org_id uuid NOT NULL) PARTITION BY HASH (org_id); "
    "CALL protect('planted'); CREATE TABLE planted_0 PARTITION OF planted FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
}


async def seen(connection: asyncpg.Connection, kind: str) -> list[str]:
    """What the gate says with this violation in place; nothing of it stays."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(PLANTED[kind])
        return await violations(connection)
    finally:
        await transaction.rollback()
