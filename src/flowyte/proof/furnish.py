"""Fills a scratch database: one row of each organization in every tenant table, whatever the table is.

Rows are made from the catalogue alone, so a table that is added tomorrow is filled without a word here. Checks and
foreign keys are taken off first: they say which values make sense, not who may see them. Partitions are taken apart
from their parents, so that each is tried as a table of its own.
"""

from uuid import UUID

import asyncpg

from flowyte.kit.errors import FlowyteError

MINE = UUID("00000000-0000-4000-8000-00000000000a")
THEIRS = UUID("00000000-0000-4000-8000-00000000000b")
NOBODYS = UUID("00000000-0000-4000-8000-00000000000c")  # holds no row: for rows that are to be placed elsewhere

# A value of each type; `{n}` differs from row to row.
VALUES = {
    "text": "'t{n}'", "bytea": "'\\x0{n}'", "uuid": "gen_random_uuid()", "int2": "{n}", "int4": "{n}", "int8": "{n}",
    "numeric": "{n}", "float4": "{n}", "float8": "{n}", "bool": "true", "jsonb": "'{{}}'", "json": "'{{}}'",
    "timestamptz": "now()", "timestamp": "now()", "date": "current_date", "interval": "'1 s'", "inet": "'::{n}'",
    "bpchar": "'{n}'", "varchar": "'t{n}'", "tsvector": "'t{n}'",
}  # fmt: skip


class CannotFurnish(FlowyteError):
    """A column has a type for which the proof has no value; add one to furnish.VALUES."""


async def furnish(connection: asyncpg.Connection, tables: list[str]) -> None:
    """As a superuser, once, on an empty migrated database."""
    await connection.execute("SET session_replication_role = replica")  # foreign keys are not looked at
    await _take_apart(connection)
    for table in tables:
        await _drop_checks(connection, table)
        for n, org in ((1, MINE), (2, THEIRS)):
            await connection.execute(await insert_of(connection, table, org, n))


async def insert_of(connection: asyncpg.Connection, table: str, org: UUID, n: int) -> str:
    """A statement that places row `n` of an organization into a table."""
    columns = await connection.fetch(
        """SELECT a.attname AS name, t.typname AS type, t.typcategory::text AS category, a.atttypmod AS size,
                  a.attnotnull AND NOT a.atthasdef AS needed
             FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
              AND a.attgenerated = '' AND a.attidentity = '' ORDER BY a.attnum""",
        table,
    )
    names, values = ["org_id"], [f"'{org}'"]
    for column in columns:
        if column["name"] != "org_id" and column["needed"]:
            names.append(f'"{column["name"]}"')
            values.append(_value(table, column, n))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(values)})"


def _value(table: str, column: asyncpg.Record, n: int) -> str:
    if column["category"] == "A":
        return "'{}'"
    if column["type"] in ("vector", "halfvec"):
        return f"array_fill({n}::real, ARRAY[{max(1, column['size'])}])::{column['type']}"
    try:
        return VALUES[column["type"]].format(n=n)
    except KeyError as error:
        raise CannotFurnish(f"{table}.{column['name']} is a {column['type']}: add a value to furnish.VALUES") from error


async def _drop_checks(connection: asyncpg.Connection, table: str) -> None:
    checks = await connection.fetch(
        "SELECT conname FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'", table
    )
    for check in checks:
        await connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{check["conname"]}"')


async def _take_apart(connection: asyncpg.Connection) -> None:
    parts = await connection.fetch(
        """SELECT i.inhparent::regclass::text AS parent, i.inhrelid::regclass::text AS part
             FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent
            WHERE c.relkind = 'p' AND c.relnamespace = 'public'::regnamespace"""
    )
    for row in parts:
        await connection.execute(f"ALTER TABLE {row['parent']} DETACH PARTITION {row['part']}")
    for parent in {row["parent"] for row in parts}:
        await connection.execute(f"CREATE TABLE {parent}_proof PARTITION OF {parent} DEFAULT")
