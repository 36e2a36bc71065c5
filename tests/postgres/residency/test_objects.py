"""Objects lie in the bucket of their organization's region and are fetched from no other; a move carries them along."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.postgres.compliance.conftest import Clock, Place

from flowyte.kit.db import Database
from flowyte.kit.errors import Conflict, Elsewhere, SetupError
from flowyte.objects import store
from flowyte.objects.carry import carry
from flowyte.objects.folder import Folder
from flowyte.objects.model import RECORDING, key_of
from flowyte.objects.move import Mover
from flowyte.objects.objects import LOCAL, Objects
from flowyte.observe.access import open_recording
from flowyte.tenancy.principal import Principal
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer


@pytest.fixture
def place(database: Database, keys: FileKeys, tmp_path: Path) -> Place:
    """Two regions, each with its bucket; here these are folders of two names."""
    buckets = {LOCAL: Folder(tmp_path / "bucket-here"), "eu": Folder(tmp_path / "bucket-eu")}
    return Place(
        database=database, sealer=Sealer(keys), peppers=Peppers(keys), keys=keys, clock=Clock(), data_dir=tmp_path,
        objects=replace(Objects.local(tmp_path), buckets=buckets),
    )  # fmt: skip


async def test_another_regions_object_is_refused_and_the_region_named(place: Place, organization: Principal) -> None:
    """Also where this process knows that region's bucket and could reach it."""
    call = await place.conversation(organization, "Hello")
    assert await Mover(place.database, place.clock, place.objects).move_all() == 1
    assert [key async for key in place.objects.buckets["eu"].keys("")] == []
    async with place.database.tenant(organization) as tx:
        await tx.execute("UPDATE stored_objects SET region = 'eu' WHERE org_id = $1", tx.org)
    with pytest.raises(Elsewhere, match="region eu") as refused:
        async with place.database.tenant(organization) as tx:
            await open_recording(tx, place.sealer, place.objects, call)
    assert refused.value.region == "eu"


async def test_a_move_carries_the_objects_and_leaves_none(place: Place, organization: Principal) -> None:
    """Copied, compared, and gone from the bucket of the old region; not while sound still waits on this machine."""
    calls = [await place.conversation(organization, "Hello") for _ in range(3)]
    with pytest.raises(Conflict, match="on this machine"):
        await carry(place.database, place.clock, place.objects, organization, "eu")
    await Mover(place.database, place.clock, place.objects).move_all()
    here, there = place.objects.buckets[LOCAL], place.objects.buckets["eu"]
    before = {key: await here.digest(key) async for key in here.keys("")}
    assert await carry(place.database, place.clock, place.objects, organization, "eu") == 3
    assert [key async for key in here.keys("")] == []
    assert {key: await there.digest(key) async for key in there.keys("")} == before
    assert set(before) == {key_of(organization.org, each, RECORDING) for each in calls}
    async with place.database.tenant(organization) as tx:
        assert {each.region for each in await store.some_stored(tx, limit=9)} == {"eu"}
    assert await carry(place.database, place.clock, place.objects, organization, "eu") == 0


async def test_nothing_is_carried_to_a_region_without_a_bucket(place: Place, organization: Principal) -> None:
    """Said before anything is copied."""
    await place.conversation(organization, "Hello")
    await Mover(place.database, place.clock, place.objects).move_all()
    with pytest.raises(SetupError, match="no bucket of the region mars"):
        await carry(place.database, place.clock, place.objects, organization, "mars")
