"""Brings a database to the newest schema: the numbered SQL files of `migrations/`, each once, in order.

Runs as the owner. Creates the two roles when it may. A file that was changed after it ran is an error, for then two
installations with the same number would differ. Each file runs in one transaction under one advisory lock.
"""

import hashlib
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from flowyte.kit.errors import SetupError

LOCK = 7_035_419_002  # any constant that no other program uses on this database


def migrations_dir() -> Path:
    """The folder in a source tree, or its copy inside an installed package."""
    for folder in (Path(__file__).parents[3] / "migrations", Path(__file__).parents[1] / "_migrations"):
        if folder.is_dir():
            return folder
    raise SetupError("The migrations are missing from this installation; install the package again.")


async def migrate(owner_dsn: str) -> list[str]:
    """Apply what is missing and name it. SetupError when a file that already ran was changed."""
    try:
        connection = await asyncpg.connect(owner_dsn)
    except (OSError, asyncpg.PostgresError) as error:
        raise SetupError(f"PostgreSQL does not answer as the owner ({error}).") from error
    try:
        await connection.execute(f"SELECT pg_advisory_lock({LOCK})")
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations "
            "(name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        done = {row["name"]: row["sha256"] for row in await connection.fetch("SELECT * FROM schema_migrations")}
        return await _apply(connection, done)
    finally:
        await connection.close()


async def _apply(connection: Any, done: dict[str, str]) -> list[str]:
    applied = []
    for path in sorted(migrations_dir().glob("[0-9]*.sql")):
        sql = path.read_text()
        digest = hashlib.sha256(sql.encode()).hexdigest()
        if path.name in done:
            if done[path.name] != digest:
                raise SetupError(f"{path.name} was changed after it ran here. Restore it and add a new file.")
            continue
        async with connection.transaction():
            await connection.execute(sql)
            await connection.execute("INSERT INTO schema_migrations VALUES ($1, $2)", path.name, digest)
        applied.append(path.name)
    return applied


async def create_roles(admin_dsn: str, *, database: str, owner_password: str, app_password: str) -> None:
    """Make `flowyte_owner` and `flowyte_app` and the database, as a superuser. Safe to repeat."""
    connection = await asyncpg.connect(admin_dsn)
    try:
        for role, password in (("flowyte_owner", owner_password), ("flowyte_app", app_password)):
            exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
            verb = "ALTER" if exists else "CREATE"
            literal = await connection.fetchval("SELECT quote_literal($1)", password)
            await connection.execute(
                f"{verb} ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {literal}"
            )
        if not await connection.fetch("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await connection.execute(
                f'CREATE DATABASE "{database}" OWNER flowyte_owner ENCODING UTF8 TEMPLATE template0'
            )
    finally:
        await connection.close()
    parts = admin_dsn.rsplit("/", 1)
    connection = await asyncpg.connect(f"{parts[0]}/{database}")
    try:
        for extension in ("vector", "pg_trgm"):
            await connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        await connection.execute("ALTER SCHEMA public OWNER TO flowyte_owner")
        await connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    finally:
        await connection.close()


async def name_region(owner_dsn: str, region: str) -> None:
    """Name the region of a new database. SetupError when it has another one, and anybody is in it already."""
    if not region:
        return
    connection = await asyncpg.connect(owner_dsn)
    try:
        named: str = await connection.fetchval("SELECT here()")
        if named == region:
            return
        if await connection.fetchval("SELECT EXISTS (SELECT FROM directory WHERE kind = 'organization')"):
            raise SetupError(
                f"This database is of the region {named}, and the setting region says {region}. If it is in {region} "
                f"now, with everything in it, say so once: flowyte region move {region}"
            )
        await _owner_says(connection, "CALL move_installation($1)", region)
    finally:
        await connection.close()


async def move_installation(owner_dsn: str, region: str) -> None:
    """This database, with every organization that is pinned to its region, is in another region from now on."""
    connection = await asyncpg.connect(owner_dsn)
    try:
        await _owner_says(connection, "CALL move_installation($1)", region)
    finally:
        await connection.close()


async def move_organization(owner_dsn: str, org: UUID, region: str) -> None:
    """Pin one organization to another region; from then on it is not opened here. SetupError while objects of it lie
    in this one's bucket."""
    connection = await asyncpg.connect(owner_dsn)
    try:
        await _owner_says(connection, "CALL move_organization($1, $2)", org, region)
    finally:
        await connection.close()


async def _owner_says(connection: Any, sql: str, *args: object) -> None:
    try:
        async with connection.transaction():
            await connection.execute(sql, *args)
    except asyncpg.CheckViolationError:
        raise SetupError("A region's name has 1 to 40 small letters, digits and hyphens.") from None
    except asyncpg.PostgresError as error:
        if error.sqlstate != "FW423":
            raise
        raise SetupError(
            "Recordings of this organization lie in this region's bucket still; move them first."
        ) from None
