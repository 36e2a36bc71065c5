"""Opens the buckets that the settings name: one for this installation's region, and those of others by region."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec

from flowyte.kit import log
from flowyte.kit.beside import beside
from flowyte.kit.clock import Clock
from flowyte.kit.errors import FlowyteError, SetupError, Unavailable
from flowyte.kit.secret import SecretText
from flowyte.objects.bucket import ANSWER_S, CONNECT_S, Bucket, BucketSettings
from flowyte.objects.model import ObjectStore, StoreAway
from flowyte.objects.objects import Objects
from flowyte.objects.versions import Versions
from flowyte.vault.aws import Credentials, CredentialSource, credential_source

logger = log.get(__name__)
REFRESH_S = 60  # a role's keys are renewed five minutes before they run out


class _Entry(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """One value of the setting `buckets`."""

    bucket: str
    endpoint: str = ""
    s3_region: str = "us-east-1"
    path_style: bool = False
    access_key: str = ""
    secret_key: str = ""


class _Given:
    """A key pair of the settings."""

    def __init__(self, settings: BucketSettings) -> None:
        self._pair = Credentials(access_key=settings.access_key.reveal(), secret=settings.secret_key)

    async def credentials(self) -> Credentials:
        return self._pair


class _Purse:
    """Credentials in hand, for a library that asks for them without waiting."""

    def __init__(self, source: CredentialSource) -> None:
        self._source = source
        self._now: Credentials | None = None

    async def credentials(self) -> Credentials:
        self._now = await self._source.credentials()
        return self._now

    def lent(self) -> Credentials:
        if self._now is None:
            raise StoreAway("The credentials of the bucket are not known yet.")
        return self._now

    async def keep_fresh(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_S)
            with suppress(FlowyteError):  # the old ones are good for minutes more
                await self.credentials()


def read_buckets(text: SecretText) -> dict[str, BucketSettings]:
    """The setting `buckets`: JSON, an object by region. SetupError says what is wrong with it, without its secrets."""
    if not text:
        return {}
    try:
        entries = msgspec.json.decode(text.reveal(), type=dict[str, _Entry])
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise SetupError(f"The setting buckets is no JSON of buckets by region ({error}).") from None
    return {region: settings_of(msgspec.structs.asdict(entry)) for region, entry in entries.items()}


def settings_of(entry: Mapping[str, Any]) -> BucketSettings:
    secrets = {name: SecretText(str(entry[name])) for name in ("access_key", "secret_key")}
    return BucketSettings(**{**entry, **secrets})


@asynccontextmanager
async def open_objects(
    data_dir: Path, *, region: str, buckets: Mapping[str, BucketSettings], clock: Clock, environ: Mapping[str, str]
) -> AsyncIterator[Objects]:
    """Nothing is asked of a bucket yet: one that is down must not keep this installation from starting."""
    root = data_dir / "objects"
    if not buckets:
        yield Objects(root=root, region=region)
        return
    timeout = httpx.Timeout(ANSWER_S, connect=CONNECT_S)
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=timeout) as http:
        opened: dict[str, ObjectStore] = {}
        purses = []
        for name, settings in buckets.items():
            source = _Given(settings) if settings.access_key else credential_source(http, clock, environ)
            purse = _Purse(source)
            try:
                await purse.credentials()
            except Unavailable as error:
                logger.warning("bucket.no_credentials", bucket=settings.bucket, problem=error.message)
            opened[name] = Bucket(settings, purse.lent, Versions(settings, http, purse.credentials, clock))
            purses.append(purse)
        async with beside(*(purse.keep_fresh() for purse in purses)):
            yield Objects(root=root, region=region, buckets=opened)
