"""An S3 server on this machine, buckets in it, and calls whose sound is to get there."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from moto.server import ThreadedMotoServer
from tests.postgres.compliance.conftest import Clock, Place

from flowyte.kit.db import Database
from flowyte.kit.ids import new_id
from flowyte.kit.secret import SecretText
from flowyte.objects.bucket import BucketSettings
from flowyte.objects.model import ObjectStore
from flowyte.objects.move import Mover
from flowyte.objects.objects import Objects
from flowyte.objects.open import open_objects
from flowyte.tenancy.principal import Principal
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there


class S3:
    """The server as an operator sees it, by the vendor's own client."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client: Any = boto3.client(
            "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )

    def bucket(self, *, versions: bool = False) -> BucketSettings:
        name = new_id("rec").replace("_", "-").lower()
        self.client.create_bucket(Bucket=name)
        if versions:
            self.client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return BucketSettings(
            bucket=name, endpoint=self.address, path_style=True, access_key=SecretText("a"),
            secret_key=SecretText("canary-secret-77"),
        )  # fmt: skip

    def versions_of(self, bucket: str) -> list[str]:
        """Every version and mark there is, by key."""
        found = self.client.list_object_versions(Bucket=bucket)
        return [each["Key"] for each in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]]

    def bytes_of(self, bucket: str, key: str) -> bytes:
        read: bytes = self.client.get_object(Bucket=bucket, Key=key)["Body"].read()
        return read


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    made = S3(f"http://{host}:{port}")
    yield made
    made.client.close()
    server.stop()


class Opener:
    """Opens the same data folder with one bucket or another, as a restart with other settings would."""

    def __init__(self, place: Place, stack: AsyncExitStack) -> None:
        self._place = place
        self._stack = stack

    async def objects(self, settings: BucketSettings | None, *, region: str = "local") -> Objects:
        buckets = {region: settings} if settings else {}
        return await self._stack.enter_async_context(
            open_objects(
                self._place.data_dir, region=region, buckets=buckets, clock=self._place.clock, environ={}
            )
        )  # fmt: skip

    async def use(self, settings: BucketSettings | None) -> Objects:
        """From here on the place's."""
        self._place.objects = await self.objects(settings)
        return self._place.objects

    def through(self, store: ObjectStore) -> Mover:
        """A mover whose bucket is this one."""
        objects = self._place.objects
        return Mover(self._place.database, self._place.clock, replace(objects, buckets={objects.region: store}))


@pytest.fixture
def place(database: Database, keys: FileKeys, tmp_path: Path) -> Place:
    return Place(
        database=database, sealer=Sealer(keys), peppers=Peppers(keys), keys=keys, clock=Clock(), data_dir=tmp_path,
        objects=Objects.local(tmp_path),
    )  # fmt: skip


@pytest.fixture
async def opener(place: Place) -> AsyncIterator[Opener]:
    async with AsyncExitStack() as stack:
        yield Opener(place, stack)


async def moved(place: Place, owner: Principal) -> int:
    """A round of the mover for what this organization's calls left. Others of the run have folders of their own."""
    return await Mover(place.database, place.clock, place.objects).move_all()
