"""The one door to PostgreSQL: a transaction that belongs to one organization.

`async with db.tenant(principal) as tx` is the only way to a connection. It opens a transaction and says for whom
(`app.org`), and row-level security does the rest: a query that forgets its organization sees nothing of others'.
Opening costs one round trip and so does the commit. The pool is private to this file; a test walks the code for it.
`db.platform()` is for the few verbs that run before an organization is known (finding the owner of a key, taking a
job); there, tenant tables show nothing at all.
"""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

import asyncpg
import msgspec

from flowyte.kit.errors import Elsewhere, FlowyteError, SetupError, Unavailable

# Below these minors row-level security has known holes (CVE-2024-10976 and the 2026 fixes).
MINIMUM_VERSIONS = {18: 4, 17: 10, 16: 14, 15: 18}
STATEMENT_TIMEOUT_MS = 15_000  # a query that takes longer is a fault, and holds a connection from others
LISTEN_AGAIN_S = 1.0  # after the server was away; under a load of many processes it should not be knocked down again
ACQUIRE_TIMEOUT_S = 5.0  # better an honest 503 than a queue that only grows


ELSEWHERE = "FW421"  # raised by refuse_elsewhere() of the migrations

# Who acts and from where, as the audit log has it. Ours by origin; checked because they stand in a statement's text.
SAFE = re.compile(r"[0-9A-Za-z_:.%-]{0,120}")


# The server stopped, was killed, or is not up yet: nothing is wrong with what was asked.
GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)


class HasOrg(Protocol):
    """May also have `signature` and `address`: who acts, and from which network address."""

    @property
    def org(self) -> uuid.UUID: ...


class TransactionOver(FlowyteError):
    """A tenant transaction was used after it had ended."""


class Tx:
    """Statements inside one open transaction. JSON columns take and give Python values."""

    __slots__ = ("_connection",)

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection: asyncpg.Connection | None = connection

    def _open(self) -> asyncpg.Connection:
        if self._connection is None:
            raise TransactionOver
        return self._connection

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = await self._open().fetch(sql, *args)
        return rows

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        return await self._open().fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        return await self._open().fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        status: str = await self._open().execute(sql, *args)
        return status

    async def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        await self._open().executemany(sql, rows)

    def end(self) -> None:
        self._connection = None


class TenantTx(Tx):
    """Proof that a transaction for one organization is open; `Database.tenant` alone makes it."""

    __slots__ = ("org",)

    def __init__(self, connection: asyncpg.Connection, org: uuid.UUID) -> None:
        super().__init__(connection)
        self.org = org


class PlatformTx(Tx):
    """Proof of a transaction that no organization owns; sees only the global tables."""

    __slots__ = ()


class Database:
    """A pool of connections as the runtime role."""

    def __init__(self, pool: asyncpg.Pool, dsn: str = "") -> None:
        self._pool = pool
        self._dsn = dsn

    @classmethod
    async def open(cls, dsn: str, *, size: int = 8, check: bool = True) -> "Database":
        """Connect and refuse a role or a server that cannot keep the boundary. SetupError says what to do."""
        try:
            pool = await asyncpg.create_pool(
                dsn,
                min_size=0,  # none is kept for its own sake: while the server is away nothing keeps knocking
                max_size=size,
                init=_prepare,
                reset=_verify_idle,
                server_settings={
                    "application_name": "flowyte",
                    "statement_timeout": str(STATEMENT_TIMEOUT_MS),
                },
            )
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise SetupError(
                f"PostgreSQL does not answer ({error}). Check DATABASE_URL and that the server runs."
            ) from error
        database = cls(pool, dsn)
        if check:
            try:
                await database.refuse_unsafe_role()
            except SetupError:
                await database.close()
                raise
            except Unavailable as error:
                await database.close()
                raise SetupError(
                    f"PostgreSQL does not answer ({error.__cause__}). Check DATABASE_URL and that the server runs."
                ) from error
        return database

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def tenant(self, owner: HasOrg) -> AsyncIterator[TenantTx]:
        """A transaction in which only `owner.org`'s rows exist. Commits at the end, rolls back on any error.
        Elsewhere when that organization is kept in another region."""
        begin = (
            f"SET LOCAL app.org = '{uuid.UUID(str(owner.org))}'; "
            f"SET LOCAL app.actor = '{_safe(getattr(owner, 'signature', 'system'))}'; "
            f"SET LOCAL app.address = '{_safe(getattr(owner, 'address', ''))}'; "
            "SELECT refuse_elsewhere()"
        )
        async with self._transaction(begin) as connection:
            tx = TenantTx(connection, owner.org)
            try:
                yield tx
            finally:
                tx.end()

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[PlatformTx]:
        """A transaction that sees the global tables only. For the named verbs of tenancy and jobs."""
        async with self._transaction("SET LOCAL app.org = ''") as connection:
            tx = PlatformTx(connection)
            try:
                yield tx
            finally:
                tx.end()

    @asynccontextmanager
    async def _transaction(self, begin: str) -> AsyncIterator[asyncpg.Connection]:
        try:
            connection = await self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S)
        except (TimeoutError, OSError, *GONE) as error:
            raise Unavailable("The database does not answer at the moment; nothing was changed.") from error
        try:
            await _begin(connection, begin)
            try:
                yield connection
            except BaseException:
                if not connection.is_closed():
                    await connection.execute("ROLLBACK")
                raise
            await connection.execute("COMMIT")
        except (*GONE, asyncpg.InterfaceError, ConnectionError) as error:
            raise Unavailable("The database went away; the change was not made.") from error
        finally:
            await self._pool.release(connection)

    async def listen(self, channel: str, heard: Callable[[str], None]) -> None:
        """Until cancelled: what transactions of any process said to `channel` with NOTIFY, as they committed.

        On a connection of its own, which is taken up again after the server was away; what was said meanwhile is lost,
        so whoever says something waits for what comes of it.
        """
        while True:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._listen_once(channel, heard)
            await asyncio.sleep(LISTEN_AGAIN_S)

    async def _listen_once(self, channel: str, heard: Callable[[str], None]) -> None:
        """Until the connection is lost."""
        connection = await asyncpg.connect(self._dsn, server_settings={"application_name": f"flowyte {channel}"})
        over = asyncio.Event()
        connection.add_termination_listener(lambda _: over.set())
        try:
            await connection.add_listener(channel, lambda _connection, _pid, _channel, said: heard(str(said)))
            await over.wait()
        finally:
            await connection.close()

    async def refuse_unsafe_role(self) -> None:
        """R1: the runtime role owns nothing and cannot step round the policies; the server is new enough."""
        async with self.platform() as tx:
            version = int(await tx.fetchval("SHOW server_version_num"))
            row = await tx.fetchrow(
                """SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
                          has_schema_privilege(current_user, 'public', 'CREATE') AS creates,
                          EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid) AS owns
                     FROM pg_roles WHERE rolname = current_user"""
            )
        major, minor = divmod(version, 10_000)
        if major not in MINIMUM_VERSIONS or minor < MINIMUM_VERSIONS[major]:
            wanted = ", ".join(f"{major}.{minor}" for major, minor in MINIMUM_VERSIONS.items())
            raise SetupError(f"PostgreSQL {major}.{minor} is too old for row security; use one of {wanted} or later.")
        faults = [name for name, value in (dict(row) if row else {}).items() if value]
        if faults:
            raise SetupError(
                f"The database role of DATABASE_URL is too strong ({', '.join(faults)}): it could step round row-level "
                "security. Use flowyte_app, which `flowyte migrate` creates."
            )


async def _begin(connection: asyncpg.Connection, begin: str) -> None:
    """One round trip for both. Elsewhere when the organization is pinned to another region than the database's."""
    try:
        await connection.execute(f"BEGIN; {begin}")
    except asyncpg.PostgresError as error:
        if error.sqlstate != ELSEWHERE:
            raise
        await connection.execute("ROLLBACK")
        raise Elsewhere(error.args[0], here=error.detail) from None


def _safe(text: str) -> str:
    return text if SAFE.fullmatch(text) else "unknown"


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )


async def _verify_idle(connection: asyncpg.Connection) -> None:
    """`SET LOCAL` ends with its transaction, so nothing is left to reset; a connection still inside one is dropped."""
    if connection.is_in_transaction():
        connection.terminate()
