"""Sound goes from this machine to the bucket when the call is over: once, verified, and through any kill."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.postgres.compliance.conftest import Place
from tests.postgres.objects.conftest import NOBODY, S3, Opener, moved

from flowyte.compliance.erase import erased
from flowyte.kit.secret import SecretText
from flowyte.objects import remove, store
from flowyte.objects.bucket import BucketSettings
from flowyte.objects.model import RECORDING, ObjectStore, StoreAway, key_of
from flowyte.objects.move import Damaged
from flowyte.observe.access import open_recording
from flowyte.tenancy.principal import Principal
from flowyte.vault.stream import MAGIC, Source

AWAY = BucketSettings(
    bucket="rec", endpoint=NOBODY, path_style=True, access_key=SecretText("a"), secret_key=SecretText("b")
)


class Dies:
    """A real bucket, and a process that is killed before or after one of its steps."""

    def __init__(self, kept: ObjectStore, step: str, *, after: bool) -> None:
        self._kept = kept
        self._step = step
        self._after = after
        self.name = kept.name

    async def put(self, key: str, path: Path) -> None:
        self._killed("put", after=False)
        await self._kept.put(key, path)
        self._killed("put", after=True)

    async def digest(self, key: str) -> tuple[int, bytes] | None:
        found = await self._kept.digest(key)
        if found is not None:
            self._killed("digest", after=True)
        return found

    def source(self, key: str, size: int) -> Source:
        return self._kept.source(key, size)

    async def remove(self, key: str) -> None:
        self._killed("remove", after=False)
        await self._kept.remove(key)
        self._killed("remove", after=True)

    def keys(self, prefix: str) -> AsyncIterator[str]:
        return self._kept.keys(prefix)

    async def check(self) -> str:
        return await self._kept.check()

    def _killed(self, step: str, *, after: bool) -> None:
        if (step, after) == (self._step, self._after):
            raise KeyboardInterrupt


class Lies(Dies):
    """Says of every object that it is another one."""

    async def digest(self, key: str) -> tuple[int, bytes] | None:
        found = await self._kept.digest(key)
        return (found[0], bytes(32)) if found else None


async def heard(place: Place, owner: Principal, conversation_id: str) -> bytes:
    """The whole as it is played."""
    async with place.database.tenant(owner) as tx:
        recording = await open_recording(tx, place.sealer, place.objects, conversation_id)
    return recording.read(0, recording.length)


async def test_a_call_is_moved_sealed_and_played_from_the_bucket(
    s3: S3, place: Place, opener: Opener, organization: Principal
) -> None:
    """What lies there is what lay here, byte for byte, and opens with the conversation's key alone."""
    settings = s3.bucket()
    await opener.use(settings)
    call = await place.conversation(organization, "Hello")
    live = await place.conversation(organization, "Hello", ended=False)
    key = key_of(organization.org, call, RECORDING)
    sealed = (place.data_dir / "objects" / key).read_bytes()
    before = await heard(place, organization, call)
    assert await moved(place, organization) == 1
    assert not place.sound(organization, call)
    assert place.sound(organization, live), "a call that goes on is not touched"
    assert s3.bytes_of(settings.bucket, key) == sealed
    assert sealed[: len(MAGIC)] == MAGIC
    assert b"\x00\x10" * 40 not in sealed
    assert await heard(place, organization, call) == before
    assert before[:4] == b"RIFF"
    assert await moved(place, organization) == 0


async def test_a_range_is_read_without_fetching_the_whole(
    s3: S3, place: Place, opener: Opener, organization: Principal
) -> None:
    """A second in the middle costs some chunks, not the call."""
    await opener.use(s3.bucket())
    call = await place.conversation(organization, "Hello")
    await moved(place, organization)
    whole = await heard(place, organization, call)
    fetched: list[int] = []

    class Counted:
        def __init__(self, source: Source) -> None:
            self._source = source
            self.size = source.size

        def read(self, offset: int, size: int) -> bytes:
            fetched.append(size)
            return self._source.read(offset, size)

    async with place.database.tenant(organization) as tx:
        recording = await open_recording(tx, place.sealer, place.objects, call)
    recording._stream._source = Counted(recording._stream._source)
    assert recording.read(20_000, 100) == whole[20_000:20_100]
    assert len(fetched) == 1
    assert fetched[0] < len(whole) / 2


@pytest.mark.parametrize(("step", "after"), [("put", False), ("put", True), ("digest", True)])
async def test_a_kill_at_any_step_loses_nothing_and_leaves_nothing_double(
    s3: S3, place: Place, opener: Opener, organization: Principal, step: str, after: bool
) -> None:
    """The next round takes it up; with versions kept there is one version at the end of it."""
    settings = s3.bucket(versions=True)
    home = (await opener.use(settings)).home
    assert home is not None
    call = await place.conversation(organization, "Hello")
    before = await heard(place, organization, call)
    with pytest.raises(KeyboardInterrupt):
        await opener.through(Dies(home, step, after=after)).move_all()
    assert place.sound(organization, call), "the copy here goes last"
    assert await heard(place, organization, call) == before
    assert await moved(place, organization) == 1
    assert not place.sound(organization, call)
    assert s3.versions_of(settings.bucket) == [key_of(organization.org, call, RECORDING)]
    assert await heard(place, organization, call) == before


async def test_killed_between_the_upload_and_the_removal_here(
    s3: S3, place: Place, opener: Opener, organization: Principal
) -> None:
    """It is said to be there, and the file is still here: the next round compares once more, and removes."""
    settings = s3.bucket(versions=True)
    await opener.use(settings)
    call = await place.conversation(organization, "Hello")
    path = place.data_dir / "objects" / key_of(organization.org, call, RECORDING)
    sealed = path.read_bytes()
    assert await moved(place, organization) == 1
    path.parent.mkdir()
    path.write_bytes(sealed)
    assert await moved(place, organization) == 1
    assert not path.exists()
    assert len(s3.versions_of(settings.bucket)) == 1


async def test_what_comes_back_different_stays_here(
    s3: S3, place: Place, opener: Opener, organization: Principal
) -> None:
    """The copy here is not given up for a damaged one."""
    home = (await opener.use(s3.bucket())).home
    assert home is not None
    call = await place.conversation(organization, "Hello")
    with pytest.raises(Damaged):
        await opener.through(Lies(home, "", after=False)).move_all()
    assert place.sound(organization, call)
    assert (await heard(place, organization, call))[:4] == b"RIFF"


async def test_a_bucket_that_is_down_for_a_day_costs_nothing(
    s3: S3, place: Place, opener: Opener, organization: Principal
) -> None:
    """Calls go on, recordings play from here, and get there when it is back."""
    await opener.use(AWAY)
    calls = [await place.conversation(organization, "Hello") for _ in range(2)]
    for _ in range(2):
        with pytest.raises(StoreAway):
            await moved(place, organization)
        place.clock.ahead += timedelta(hours=12)
    assert all(place.sound(organization, each) for each in calls)
    assert (await heard(place, organization, calls[0]))[:4] == b"RIFF"
    settings = BucketSettings(bucket="rec", endpoint=s3.address, path_style=True, access_key=SecretText("a"),
                              secret_key=SecretText("b"))  # fmt: skip
    s3.client.create_bucket(Bucket="rec")
    await opener.use(settings)
    assert await moved(place, organization) == 2
    assert len(s3.versions_of("rec")) == 2


async def test_a_deleted_call_is_gone_from_the_bucket_in_every_version(
    s3: S3, place: Place, opener: Opener, organization: Principal
) -> None:
    """Asked for in the transaction that deletes the row, and asked again until it is proven."""
    settings = s3.bucket(versions=True)
    home = (await opener.use(settings)).home
    assert home is not None
    call, kept = [await place.conversation(organization, "Hello") for _ in range(2)]
    await moved(place, organization)
    assert await erased(place.database, organization, call)
    await opener.use(replace(settings, endpoint=NOBODY))
    async with place.database.tenant(organization) as tx:
        assert await store.left_of(tx, [call, kept]) == {call, kept}
    assert await remove.carry_out(place.database, place.clock, place.objects, organization) == 0
    async with place.database.tenant(organization) as tx:
        row = await tx.fetchrow("SELECT tries, error FROM object_removals WHERE org_id = $1", tx.org)
        assert row is not None
        assert (row["tries"], "does not answer" in row["error"]) == (1, True)
    await opener.use(settings)
    place.clock.ahead += timedelta(minutes=2)
    assert await remove.carry_out(place.database, place.clock, place.objects, organization) == 1
    assert s3.versions_of(settings.bucket) == [key_of(organization.org, kept, RECORDING)]
    async with place.database.tenant(organization) as tx:
        assert await store.left_of(tx, [call, kept]) == {kept}


async def test_an_upload_that_ends_after_its_call_was_deleted_does_not_stay(
    s3: S3, place: Place, opener: Opener, organization: Principal
) -> None:
    """Deleted while it is on its way: the mover sees it, or the hourly look at the bucket does."""
    settings = s3.bucket()
    home = (await opener.use(settings)).home
    assert home is not None

    class DeletedMeanwhile(Dies):
        async def put(self, key: str, path: Path) -> None:
            await erased(place.database, organization, key.split("/")[1])
            await self._kept.put(key, path)

    await place.conversation(organization, "Hello")
    assert await opener.through(DeletedMeanwhile(home, "", after=False)).move_all() == 0
    assert await remove.carry_out(place.database, place.clock, place.objects, organization) == 1
    assert s3.versions_of(settings.bucket) == []
    stray: Any = key_of(organization.org, "cnv_7N42dgm5tFLK9N8MT7fHC7", RECORDING)
    s3.client.put_object(Bucket=settings.bucket, Key=stray, Body=b"x")
    kept = await place.conversation(organization, "Hello")
    await moved(place, organization)
    assert await remove.sweep_bucket(place.database, place.clock, place.objects, organization) == 1
    assert await remove.carry_out(place.database, place.clock, place.objects, organization) == 1
    assert s3.versions_of(settings.bucket) == [key_of(organization.org, kept, RECORDING)]
