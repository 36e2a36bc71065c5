"""What somebody of one organization tries with another's rows, and what must come of it.

Each probe runs as the serving role and as the tables' owner, in a savepoint that is rolled back. It answers None when
everything is as it must be, else what was possible.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg

from flowyte.proof.furnish import MINE, NOBODYS, THEIRS, insert_of

ROLES = ("flowyte_app", "flowyte_owner")
Probe = Callable[[asyncpg.Connection, str], Awaitable[str | None]]


async def read(connection: asyncpg.Connection, table: str) -> str | None:
    mine = await connection.fetchval(f"SELECT count(*) FROM {table} WHERE org_id = $1", MINE)
    theirs = await connection.fetchval(f"SELECT count(*) FROM {table} WHERE org_id = $1", THEIRS)
    if theirs:
        return "reads another's row"
    return None if mine == 1 else "does not read its own row"


async def update(connection: asyncpg.Connection, table: str) -> str | None:
    return await _changed(connection, table, "UPDATE", f"UPDATE {table} SET org_id = org_id")


async def delete(connection: asyncpg.Connection, table: str) -> str | None:
    return await _changed(connection, table, "DELETE", f"DELETE FROM {table}")


async def insert(connection: asyncpg.Connection, table: str) -> str | None:
    statement = await insert_of(connection, table, NOBODYS, 3)
    return None if await _refused(connection, statement) else "places a row with another"


async def move(connection: asyncpg.Connection, table: str) -> str | None:
    """Blindly: with a WHERE the reading policy would be asked as well, and hide a hole in the writing one."""
    statement = f"UPDATE {table} SET org_id = '{NOBODYS}'"
    return None if await _refused(connection, statement) else "gives its row to another"


async def without_organization(connection: asyncpg.Connection, table: str) -> str | None:
    """Both as the setting was never made and as an ended transaction leaves it."""
    for setting in ("RESET app.org", "SELECT set_config('app.org', '', true)"):
        await connection.execute(setting)
        if await connection.fetchval(f"SELECT count(*) FROM {table}"):
            return "reads rows without saying for whom"
    return None


PROBES: dict[str, Probe] = {
    "read": read, "update": update, "delete": delete, "insert": insert, "move": move,
    "read without organization": without_organization,
}  # fmt: skip


async def breaches(connection: asyncpg.Connection, table: str) -> list[str]:
    """All probes on one table. The connection is a superuser's, inside a transaction."""
    found = []
    for role in ROLES:
        for name, probe in PROBES.items():
            savepoint = connection.transaction()
            await savepoint.start()
            try:
                await connection.execute(f"SET LOCAL ROLE {role}")
                await _as(connection, MINE)
                outcome = await probe(connection, table)
            finally:
                await savepoint.rollback()
            if outcome is not None:
                found.append(f"{table}: {role} {outcome} ({name})")
    return found


async def _as(connection: asyncpg.Connection, org: UUID) -> None:
    await connection.execute("SELECT set_config('app.org', $1, true)", str(org))


async def _changed(connection: asyncpg.Connection, table: str, right: str, statement: str) -> str | None:
    allowed = await connection.fetchval("SELECT has_table_privilege(current_user, $1, $2)", table, right)
    try:
        async with connection.transaction():
            touched = int((await connection.execute(statement)).rpartition(" ")[2])
    except asyncpg.InsufficientPrivilegeError:
        return "is refused its own row" if allowed else None
    if not allowed:
        return f"may {right} without the right"
    return None if touched == 1 else f"touches {touched} rows where 1 is its own"


async def _refused(connection: asyncpg.Connection, statement: str) -> bool:
    """By the policy or by missing rights. Any other error means that the policy had let it pass."""
    try:
        async with connection.transaction():
            await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    except asyncpg.PostgresError:
        return False
    return False
