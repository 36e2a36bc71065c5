"""`flowyte doctor`: looks an installation over and says for each finding what to do. Changes nothing."""

import hashlib
import shutil
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import asyncpg
from cryptography import x509

from flowyte.kit import postgres
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import FlowyteError, SetupError
from flowyte.kit.migrate import migrations_dir
from flowyte.kit.settings import Settings
from flowyte.objects.model import RECORDING, StoreAway
from flowyte.proof.catalogue import violations
from flowyte.providers.store.fetch import list_models
from flowyte.wiring.foundation import keyring, objects_of
from flowyte.wiring.tls import check_exposure

State = Literal["good", "attention", "bad"]
LEAST_FREE_BYTES = 2 << 30  # a day of 20 calls at once is 1.4 GB of recordings
SKEW = timedelta(seconds=5)  # signed addresses and tokens live for minutes
EXPIRES_SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    check: str
    state: State
    words: str


Check = Callable[[Settings], Awaitable[list[Finding]]]


async def look_over(settings: Settings) -> AsyncIterator[Finding]:
    """Each check's findings as it ends. A check that cannot be made is a finding of its own."""
    for name, check in CHECKS.items():
        try:
            found = await check(settings)
        except (FlowyteError, OSError, asyncpg.PostgresError) as error:
            found = [Finding(check=name, state="bad", words=getattr(error, "message", str(error)))]
        for finding in found:
            yield finding


async def _exposure(settings: Settings) -> list[Finding]:
    check_exposure(settings)
    if not settings.tls_cert:
        how = f"behind the proxy {settings.trusted_proxy}" if settings.trusted_proxy else "on loopback only"
        return [Finding(check="TLS", state="good", words=f"Plain HTTP {how}.")]
    certificate = x509.load_pem_x509_certificate(Path(settings.tls_cert).read_bytes())
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    if left < EXPIRES_SOON:
        words = f"The certificate ends in {left.days} days. Renew it and start again."
        return [Finding(check="TLS", state="attention" if left > timedelta() else "bad", words=words)]
    return [Finding(check="TLS", state="good", words=f"{ssl.OPENSSL_VERSION}; the certificate holds {left.days} days.")]


async def _folders(settings: Settings) -> list[Finding]:
    if not settings.data_dir.is_dir():
        raise SetupError(f"There is no data folder {settings.data_dir}. `flowyte up --data` makes it.")
    async with keyring(settings, SystemClock()) as keys:
        words = f"{keys.newest} wraps; keys open and their files are closed to others."
    found = [Finding(check="keys", state="good", words=words)]
    for path in (settings.data_dir / "keys", settings.run_dir, settings.data_dir / "objects"):
        if path.is_dir() and path.stat().st_mode & 0o007:
            words = f"{path} is open to other accounts of this machine. Run: chmod o= {path}"
            found.append(Finding(check="folders", state="attention", words=words))
    return found


async def _disk(settings: Settings) -> list[Finding]:
    free = shutil.disk_usage(settings.data_dir if settings.data_dir.is_dir() else settings.data_dir.parent).free
    words = f"{free / 1e9:.1f} GB are free."
    if free < LEAST_FREE_BYTES:
        more = " Recordings stop when the disk is full: free some, or move the data folder."
        return [Finding(check="disk", state="attention", words=words + more)]
    return [Finding(check="disk", state="good", words=words)]


async def _objects(settings: Settings) -> list[Finding]:
    """Whether the bucket takes what is asked of it. Nothing is written there."""
    clock = SystemClock()
    async with objects_of(settings, clock) as objects:
        waiting = sum(1 for _ in objects.root.glob(f"*/*/{RECORDING}")) if objects.root.is_dir() else 0
        if objects.home is None:
            return [Finding(check="objects", state="good", words=f"Recordings stay here: {waiting} in {objects.root}.")]
        try:
            words = await objects.home.check()
        except StoreAway as error:
            words = f"{error.message} {waiting} recordings wait here; none is lost while the disk has room."
            return [Finding(check="objects", state="attention", words=words)]
    return [Finding(check="objects", state="good", words=f"{words} Recordings that wait here or are live: {waiting}.")]


def dsn_of(settings: Settings) -> str:
    """Of the database that serves on this data folder; SetupError when none does."""
    cluster = None if settings.database_url else postgres.running(settings.data_dir / "postgres")
    if not settings.database_url and cluster is None:
        raise SetupError("No database serves on this data folder. Start `flowyte up`, then ask again.")
    return settings.database_url or (cluster.app_dsn if cluster else "")


async def _database(settings: Settings) -> list[Finding]:
    database = await Database.open(dsn_of(settings), size=1)  # refuses a role that is too strong and an old server
    await database.close()
    connection = await asyncpg.connect(dsn_of(settings))
    try:
        server = await connection.fetchval("SHOW server_version")
        theirs = await connection.fetchval("SELECT clock_timestamp()")
        holes = await violations(connection)
    finally:
        await connection.close()
    found = [Finding(check="database", state="good", words=f"PostgreSQL {server}; its role can pass no policy.")]
    found += [Finding(check="row security", state="bad", words=f"{hole}. Restore the schema.") for hole in holes]
    if not holes:
        found.append(Finding(check="row security", state="good", words="Every table keeps organizations apart."))
    skew = abs(theirs - SystemClock().now())
    if skew > SKEW:
        words = f"The database's clock is {skew.total_seconds():.0f} s away from this one. Set both by NTP."
        found.append(Finding(check="clock", state="bad", words=words))
    return found


async def _schema(settings: Settings) -> list[Finding]:
    connection = await asyncpg.connect(settings.owner_database_url or _owner(settings))
    try:
        rows = await connection.fetch("SELECT name, sha256 FROM schema_migrations")
    finally:
        await connection.close()
    done = {row["name"]: row["sha256"] for row in rows}
    ours = {path.name: path.read_bytes() for path in sorted(migrations_dir().glob("[0-9]*.sql"))}
    found = []
    for name in done.keys() - ours.keys():
        words = f"{name} is of a newer version than this one. Install that version again."
        found.append(Finding(check="schema", state="bad", words=words))
    for name, content in ours.items():
        if name not in done:
            found.append(Finding(check="schema", state="bad", words=f"{name} did not run yet. Run: flowyte migrate"))
        elif done[name] != hashlib.sha256(content).hexdigest():
            found.append(Finding(check="schema", state="bad", words=f"{name} was changed after it ran. Restore it."))
    return found or [Finding(check="schema", state="good", words=f"All {len(ours)} migrations ran.")]


def _owner(settings: Settings) -> str:
    cluster = postgres.running(settings.data_dir / "postgres")
    if settings.database_url or cluster is None:
        raise SetupError("Set FLOWYTE_OWNER_DATABASE_URL to have the schema looked at.")
    return cluster.owner_dsn


async def _models(settings: Settings) -> list[Finding]:
    """By hash, which takes some seconds."""
    found = []
    for status in list_models(settings.models_dir):
        if not status.present:
            words = f"{status.model.name} is not here. Run: flowyte models --fetch"
            found.append(Finding(check="models", state="bad", words=words))
            continue
        for file in status.model.files:
            if hashlib.sha256((status.path / file.name).read_bytes()).hexdigest() != file.sha256:
                words = f"{status.path / file.name} was altered. Remove it and run: flowyte models --fetch"
                found.append(Finding(check="models", state="bad", words=words))
    return found or [Finding(check="models", state="good", words="All built-in models are here and unaltered.")]


CHECKS: dict[str, Check] = {
    "TLS": _exposure,
    "keys": _folders,
    "disk": _disk,
    "objects": _objects,
    "database": _database,
    "schema": _schema,
    "models": _models,
}
