"""What every role stands on: settings, clock, database, keys."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from flowyte.kit.clock import Clock, SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import SetupError
from flowyte.kit.settings import Settings
from flowyte.trust.processors import refuse_undeclared
from flowyte.vault.digest import Peppers
from flowyte.vault.providers import Keyring, open_keys
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    settings: Settings
    clock: Clock
    database: Database
    keys: Keyring
    peppers: Peppers
    sealer: Sealer
    signer: UrlSigner


@asynccontextmanager
async def foundation(settings: Settings) -> AsyncIterator[Foundation]:
    """Open the database and the keys; SetupError says what is missing."""
    if not settings.database_url:
        raise SetupError("DATABASE_URL is not set. `flowyte up` starts a database of its own; a single role needs one.")
    refuse_undeclared(settings)
    (settings.data_dir / "objects").mkdir(mode=0o700, exist_ok=True)  # recordings: sealed, and still nobody's to list
    clock = SystemClock()
    async with keyring(settings, clock) as keys:
        database = await Database.open(settings.database_url, size=settings.database_pool)
        sealer = Sealer(keys, clock)
        try:
            async with _beside(sealer.keep_fresh(database)):
                yield Foundation(
                    settings=settings,
                    clock=clock,
                    database=database,
                    keys=keys,
                    peppers=Peppers(keys),
                    sealer=sealer,
                    signer=UrlSigner(keys, clock),
                )
        finally:
            await database.close()


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """`work` runs until the block ends. An error of the block stays what it is instead of becoming a group."""
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work)
            try:
                yield
            finally:
                task.cancel()
    except BaseExceptionGroup as errors:
        if len(errors.exceptions) == 1:
            raise errors.exceptions[0] from errors.exceptions[0].__cause__
        raise


def keyring(settings: Settings, clock: Clock, *, create: bool = False) -> AbstractAsyncContextManager[Keyring]:
    """The key-encryption keys that the settings name."""
    return open_keys(
        settings.data_dir / "keys",
        source=settings.keys,
        clock=clock,
        environ=os.environ,
        kms_endpoint=settings.kms_endpoint,
        create=create,
    )
