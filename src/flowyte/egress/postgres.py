"""A read of a PostgreSQL that others named: to an address that was checked, under TLS, and nothing but reading.

The statement runs as a subquery of ours, prepared (so it is one), in a READ ONLY transaction that is rolled back. Rows
come as JSON that the server writes, cut there, so what is read has a bound before it is sent.
"""

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import asyncpg

from flowyte.egress.addresses import plain_host
from flowyte.egress.guard import Guard
from flowyte.kit.errors import FlowyteError, Invalid, VendorFailed
from flowyte.kit.secret import SecretText

MOST_ROWS = 20  # a person on the line can take in one; a mind picks among a few
MOST_BYTES = 64 * 1024
CONNECT_S = 5.0
MODES = ("verify-full", "require")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which database, as whom. `mode` is as libpq's sslmode: `require` takes any certificate; empty: none was named."""

    host: str
    port: int
    database: str
    user: str
    password: SecretText
    mode: str = ""

    @classmethod
    def parse(cls, dsn: str) -> "Target":
        """Invalid, which never repeats the address: it holds a password. One host, and no option but sslmode."""
        try:
            parts = urlsplit(dsn.strip())
            host, port = parts.hostname or "", parts.port or 5432
            asked = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        except ValueError as error:
            raise Invalid("is not like postgresql://user:password@db.example.com:5432/name") from error
        if parts.scheme not in ("postgres", "postgresql") or not parts.username or len(parts.path) < 2:
            raise Invalid("is not like postgresql://user:password@db.example.com:5432/name")
        if plain_host(f"[{host}]" if ":" in host else host) is None:
            raise Invalid("names one host, by its name or its address")
        mode = asked.pop("sslmode", [""])[-1]
        if asked or (mode and mode not in MODES):
            raise Invalid(f"may say sslmode={' or '.join(MODES)}, and nothing else behind the ?")
        return cls(
            host=host, port=port, database=unquote(parts.path[1:]), user=unquote(parts.username),
            password=SecretText(unquote(parts.password or "")), mode=mode,
        )  # fmt: skip


class WrongValue(Invalid):
    """A value does not fit the statement."""


class StatementRefused(FlowyteError):
    """The database did not take the statement."""

    code = "statement_refused"


class TooManyRows(VendorFailed):
    """The statement reads more than is taken."""


class _Named(ssl.SSLContext):
    """Asks for the certificate of a name while the connection goes to an address that was checked."""

    name = ""

    def wrap_bio(self, *args: Any, **more: Any) -> ssl.SSLObject:
        more["server_hostname"] = self.name
        return super().wrap_bio(*args, **more)


async def read(
    guard: Guard, target: Target, sql: str, values: Sequence[object], *, seconds: float = 10.0
) -> list[Mapping[str, Any]]:
    """Its rows. Denied for where it may not go, VendorFailed, WrongValue and StatementRefused for the rest."""
    try:
        async with asyncio.timeout(seconds + CONNECT_S):
            connection = await _connected(guard, target, seconds)
            try:
                return await _rows(connection, sql, values)
            finally:
                connection.terminate()  # the transaction ends with it: there is nothing to commit
    except TimeoutError as error:
        raise VendorFailed("The database did not answer in time.", kind="slow") from error
    except asyncpg.QueryCanceledError as error:
        raise VendorFailed("The statement took too long.", kind="slow") from error
    except asyncpg.DataError as error:
        raise WrongValue("A value does not fit the statement.") from error
    except asyncpg.PostgresError as error:
        raise StatementRefused(f"The database refused the statement ({type(error).__name__}).") from error
    except (OSError, asyncpg.InterfaceError) as error:
        raise VendorFailed(f"The database broke off ({type(error).__name__}).", kind="broken") from error


async def _connected(guard: Guard, target: Target, seconds: float) -> asyncpg.Connection:
    failure: Exception | None = None
    for address in await guard.addresses(target.host, target.port):
        try:
            return await asyncpg.connect(
                host=str(address), port=target.port, user=target.user, password=target.password.reveal(),
                database=target.database, ssl=_tls(target, local=address.is_loopback), timeout=CONNECT_S,
                statement_cache_size=0,
                server_settings={
                    "default_transaction_read_only": "on", "statement_timeout": str(int(seconds * 1000)),
                    "idle_in_transaction_session_timeout": "15000", "application_name": "flowyte",
                },
            )  # fmt: skip
        except (OSError, TimeoutError) as error:
            failure = error
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise VendorFailed(f"The database let nobody in ({type(error).__name__}).", kind="unreached") from error
    raise VendorFailed("The database could not be reached.", kind="unreached") from failure


def _tls(target: Target, *, local: bool) -> ssl.SSLContext | bool:
    """Always, but to this machine where nothing else is asked for."""
    if local and not target.mode:
        return False
    context = _Named(ssl.PROTOCOL_TLS_CLIENT)
    context.name = target.host
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_default_certs()
    if target.mode == "require":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


async def _rows(connection: asyncpg.Connection, sql: str, values: Sequence[object]) -> list[Mapping[str, Any]]:
    cut = f"SELECT left(row_to_json(found)::text, {MOST_BYTES + 1}) AS row FROM (\n{sql}\n) found LIMIT {MOST_ROWS + 1}"
    async with connection.transaction(readonly=True):
        statement = await connection.prepare(cut)
        types = [kind.name for kind in statement.get_parameters()]
        rows = await statement.fetch(*(_fitted(value, kind) for value, kind in zip(values, types, strict=True)))
    found = [str(row["row"]) for row in rows]
    if len(found) > MOST_ROWS:
        raise TooManyRows(f"The statement reads more than {MOST_ROWS} rows.", kind="too_many_rows")
    if sum(len(text.encode()) for text in found) > MOST_BYTES:
        raise TooManyRows(f"The statement reads more than {MOST_BYTES} bytes.", kind="too_large")
    return [json.loads(text) for text in found]


_READERS: Mapping[str, Any] = {
    "int2": int, "int4": int, "int8": int, "oid": int, "float4": float, "float8": float, "numeric": Decimal,
    "date": date.fromisoformat, "time": time.fromisoformat, "timestamp": datetime.fromisoformat,
    "timestamptz": datetime.fromisoformat, "uuid": UUID,
}  # fmt: skip


def _fitted(value: object, kind: str) -> object:
    """As the statement's own parameter takes it: a caller's values come as texts and numbers. WrongValue otherwise."""
    if value is None or (kind == "bool" and isinstance(value, bool)):
        return value
    if kind == "bool" and str(value).lower() in ("yes", "no", "true", "false"):
        return str(value).lower() in ("yes", "true")
    if kind.endswith("[]"):
        return [_fitted(each, kind.removesuffix("[]")) for each in value] if isinstance(value, list) else [value]
    reader = _READERS.get(kind, str)
    try:
        return reader(value if isinstance(value, int) and reader in (int, float) else str(value))
    except (ValueError, InvalidOperation) as error:
        raise WrongValue(f"A value is not one of the type {kind}.") from error
