"""The whole proof: the gate on the database that serves, and planted faults and mutants in one made for the purpose."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from flowyte.kit import postgres
from flowyte.kit.migrate import migrate
from flowyte.proof.catalogue import tenant_tables, violations
from flowyte.proof.fingerprint import fingerprint
from flowyte.proof.furnish import furnish
from flowyte.proof.mutants import MUTANTS, statements
from flowyte.proof.planted import PLANTED, seen
from flowyte.proof.probes import PROBES, ROLES, breaches


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """`ok` only when nothing is left to say. `examined` is the fingerprint of the database that serves, if one was."""

    tables: int
    probes: int
    mutants: int
    killed: int
    planted: int
    found: int
    schema: str
    examined: str | None
    findings: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.findings


async def prove(serving_dsn: str | None, say: Callable[[str], None]) -> Proof:
    """Reads the catalogue of `serving_dsn` and nothing else there; everything is tried in a scratch PostgreSQL."""
    findings: list[str] = []
    examined = None
    if serving_dsn:
        say("Reading the catalogue of the database that serves")
        examined, faults = await _examine(serving_dsn)
        findings += [f"serving database: {fault}" for fault in faults]
    with tempfile.TemporaryDirectory(prefix="flowyte-proof-") as folder:
        say("Making a scratch database with the same tables")
        cluster = await postgres.start(Path(folder) / "postgres")
        try:
            await migrate(cluster.owner_dsn)
            connection = await asyncpg.connect(cluster.admin_dsn)
            try:
                proof = await _try_everything(connection, say, findings, examined)
            finally:
                await connection.close()
        finally:
            cluster.stop()
    return proof


async def _examine(dsn: str) -> tuple[str, list[str]]:
    connection = await asyncpg.connect(dsn)
    try:
        return await fingerprint(connection), await violations(connection)
    finally:
        await connection.close()


async def _try_everything(
    connection: asyncpg.Connection, say: Callable[[str], None], findings: list[str], examined: str | None
) -> Proof:
    schema = await fingerprint(connection)
    if examined is not None and examined != schema:
        findings.append("serving database: its tables and policies are not those of this version; migrate it first")
    findings += [f"scratch database: {fault}" for fault in await violations(connection)]
    say(f"Planting {len(PLANTED)} violations")
    unseen = [kind for kind in PLANTED if not await seen(connection, kind)]
    findings += [f"the gate does not see: {kind}" for kind in unseen]
    tables = await tenant_tables(connection)
    await furnish(connection, tables)
    killed = 0
    for table in tables:
        say(f"Breaking {table} in {len(MUTANTS)} ways")
        findings += await _attempt(connection, table, "")
        for mutant in MUTANTS:
            if await _attempt(connection, table, statements(mutant, table)):
                killed += 1
            else:
                findings.append(f"{table}: nobody notices when it is {mutant}")
    return Proof(
        tables=len(tables),
        probes=len(PROBES) * len(ROLES),
        mutants=len(tables) * len(MUTANTS),
        killed=killed,
        planted=len(PLANTED),
        found=len(PLANTED) - len(unseen),
        schema=schema,
        examined=examined,
        findings=findings,
    )


async def _attempt(connection: asyncpg.Connection, table: str, mutation: str) -> list[str]:
    """What can be done to the table, broken like this or whole; the break is undone."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        if mutation:
            await connection.execute(mutation)
        return await breaches(connection, table)
    finally:
        await transaction.rollback()
