"""What every role stands on: settings, clock, database, keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from flowyte.kit.clock import Clock, SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import SetupError
from flowyte.kit.settings import Settings
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    settings: Settings
    clock: Clock
    database: Database
    peppers: Peppers
    sealer: Sealer
    signer: UrlSigner


@asynccontextmanager
async def foundation(settings: Settings) -> AsyncIterator[Foundation]:
    """Open the database and the keys; SetupError says what is missing."""
    if not settings.database_url:
        raise SetupError("DATABASE_URL is not set. `flowyte up` starts a database of its own; a single role needs one.")
    (settings.data_dir / "objects").mkdir(mode=0o700, exist_ok=True)  # recordings: sealed, and still nobody's to list
    keys = FileKeys(settings.data_dir / "keys")
    clock = SystemClock()
    database = await Database.open(settings.database_url, size=settings.database_pool)
    try:
        yield Foundation(
            settings=settings,
            clock=clock,
            database=database,
            peppers=Peppers(keys),
            sealer=Sealer(keys),
            signer=UrlSigner(keys, clock),
        )
    finally:
        await database.close()
