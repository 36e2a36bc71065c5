"""What every role stands on: settings, clock, database, keys."""

import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from flowyte.kit.beside import beside
from flowyte.kit.clock import Clock, SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import SetupError
from flowyte.kit.settings import Settings
from flowyte.objects.bucket import BucketSettings
from flowyte.objects.objects import LOCAL, Objects
from flowyte.objects.open import open_objects, read_buckets
from flowyte.tenancy.region import check_region
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
    objects: Objects
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
            region = await check_region(database, settings.region)
            async with beside(sealer.keep_fresh(database)), objects_of(settings, clock, region) as objects:
                yield Foundation(
                    settings=settings,
                    clock=clock,
                    database=database,
                    keys=keys,
                    peppers=Peppers(keys),
                    objects=objects,
                    sealer=sealer,
                    signer=UrlSigner(keys, clock),
                )
        finally:
            await database.close()


def objects_of(settings: Settings, clock: Clock, region: str = "") -> AbstractAsyncContextManager[Objects]:
    """Where objects lie: this region's bucket is the one of the plain settings, unless `buckets` names one."""
    here = region or settings.region or LOCAL
    buckets = read_buckets(settings.buckets)
    if settings.bucket:
        if here in buckets:
            raise SetupError(f"Both bucket and buckets name a bucket of the region {here}. Leave out one.")
        buckets[here] = BucketSettings(
            bucket=settings.bucket, endpoint=settings.bucket_endpoint, s3_region=settings.bucket_region,
            path_style=settings.bucket_path_style, access_key=settings.bucket_access_key,
            secret_key=settings.bucket_secret_key,
        )  # fmt: skip
    return open_objects(settings.data_dir, region=here, buckets=buckets, clock=clock, environ=os.environ)


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
