"""A folder and a bucket keep the same promises; what a bucket refuses is said in words that help."""

import hashlib
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from tests.postgres.compliance.conftest import Place
from tests.postgres.objects.conftest import NOBODY, S3, Opener

from flowyte.kit.errors import SetupError
from flowyte.kit.secret import SecretText
from flowyte.objects.bucket import PART_BYTES, BucketSettings
from flowyte.objects.folder import Folder
from flowyte.objects.model import ObjectStore, StoreAway, StoreRefuses
from flowyte.objects.open import open_objects, read_buckets

KEY = "0b0e3a3e-7f5a-4a7c-9c57-3a2f2f6d1f00/cnv_1/recording"
PLACES = ("folder", "bucket", "bucket with versions")


@pytest.fixture(params=PLACES)
async def kept(request: pytest.FixtureRequest, s3: S3, opener: Opener, tmp_path: Path) -> ObjectStore:
    if request.param == "folder":
        return Folder(tmp_path / "elsewhere")
    home = (await opener.objects(s3.bucket(versions="versions" in request.param))).home
    assert home is not None
    return home


async def test_what_was_put_is_read_from_any_place_and_goes_whole(kept: ObjectStore, tmp_path: Path) -> None:
    """More than one part, read back in the middle and over the end, put twice, removed once."""
    made = hashlib.shake_128(b"sound").digest(PART_BYTES + 3_000)
    (tmp_path / "file").write_bytes(made)
    assert await kept.digest(KEY) is None
    for _ in range(2):
        await kept.put(KEY, tmp_path / "file")
    assert await kept.digest(KEY) == (len(made), hashlib.sha256(made).digest())
    source = kept.source(KEY, len(made))
    assert source.size == len(made)
    for offset, size in ((0, 24), (PART_BYTES - 10, 20), (len(made) - 5, 50), (len(made), 10)):
        assert source.read(offset, size) == made[offset : offset + size]
    assert [key async for key in kept.keys("0b0e3a3e-7f5a-4a7c-9c57-3a2f2f6d1f00/")] == [KEY]
    assert [key async for key in kept.keys("another/")] == []
    await kept.remove(KEY)
    await kept.remove(KEY)
    assert await kept.digest(KEY) is None
    assert [key async for key in kept.keys("")] == []


async def test_old_versions_go_with_the_object(s3: S3, opener: Opener, tmp_path: Path) -> None:
    """Two versions and the mark of a deletion by another program; a key that only begins alike stays."""
    settings = s3.bucket(versions=True)
    home = (await opener.objects(settings)).home
    assert home is not None
    for content in (b"one", b"two"):
        (tmp_path / "file").write_bytes(content)
        await home.put(KEY, tmp_path / "file")
    await home.put(KEY + "s", tmp_path / "file")
    s3.client.delete_object(Bucket=settings.bucket, Key=KEY)
    assert sorted(s3.versions_of(settings.bucket)) == [KEY, KEY, KEY, KEY + "s"]
    await home.remove(KEY)
    assert s3.versions_of(settings.bucket) == [KEY + "s"]


async def test_a_bucket_says_whether_it_keeps_versions(s3: S3, opener: Opener) -> None:
    """For `flowyte doctor`, and at the start."""
    for versions, words in ((True, "it keeps old versions"), (False, "it keeps no old versions")):
        home = (await opener.objects(s3.bucket(versions=versions))).home
        assert home is not None
        assert words in await home.check()


async def test_a_bucket_that_is_away_is_told_from_one_that_refuses(
    s3: S3, opener: Opener, tmp_path: Path, place: Place
) -> None:
    """Nothing listening: try again. No such bucket, or somebody else's things in it: mend the setting."""
    settings = s3.bucket()
    (tmp_path / "file").write_bytes(b"x")
    away = (await opener.objects(replace(settings, endpoint=NOBODY))).home
    assert away is not None
    with pytest.raises(StoreAway, match="does not answer"):
        await away.put(KEY, tmp_path / "file")
    with pytest.raises(StoreAway):
        await away.remove(KEY)
    missing = (await opener.objects(replace(settings, bucket="no-such"))).home
    assert missing is not None
    for asked in (missing.check(), missing.put(KEY, tmp_path / "file"), missing.digest(KEY)):
        with pytest.raises(StoreRefuses, match="no bucket no-such"):
            await asked
    s3.client.put_object(Bucket=settings.bucket, Key="holiday.jpg", Body=b"x")
    strange = (await opener.objects(settings)).home
    assert strange is not None
    with pytest.raises(StoreRefuses, match="which is not ours"):
        await strange.check()


async def test_wrong_credentials_are_said_without_the_secret(s3: S3, opener: Opener, tmp_path: Path) -> None:
    """By the server's own check of signatures."""
    settings = s3.bucket()
    home = (await opener.objects(settings)).home
    assert home is not None
    (tmp_path / "file").write_bytes(b"x")
    httpx.post(f"{s3.address}/moto-api/reset-auth", content=b"0").raise_for_status()
    try:
        for asked in (home.check(), home.put(KEY, tmp_path / "file"), home.digest(KEY), home.remove(KEY)):
            with pytest.raises(StoreRefuses) as refused:
                await asked
            assert settings.bucket in refused.value.message
            assert "canary-secret" not in repr(refused.value) + str(refused.value.__cause__)
    finally:
        httpx.post(f"{s3.address}/moto-api/reset-auth", content=b"inf").raise_for_status()


async def test_an_error_beside_an_open_bucket_stays_what_it_is(s3: S3, place: Place) -> None:
    """Not a group of one: who catches it knows it by its kind."""
    with pytest.raises(StoreRefuses):
        async with open_objects(
            place.data_dir, region="local", buckets={"local": s3.bucket()}, clock=place.clock, environ={}
        ):
            raise StoreRefuses


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"endpoint": "http://s3.example.com"}, "plain http"),
        ({"endpoint": "ftp://127.0.0.1"}, "no http or https address"),
        ({"access_key": SecretText("a")}, "both its access key and its secret key"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(values: dict[str, object], words: str) -> None:
    """Before anything is started."""
    with pytest.raises(SetupError, match=words):
        BucketSettings(bucket="rec", **values)  # type: ignore[arg-type]


def test_buckets_by_region_are_read_and_their_faults_named() -> None:
    """The JSON of the setting; what is wrong is said, and no secret with it."""
    read = read_buckets(
        SecretText('{"eu": {"bucket": "rec-eu", "pathStyle": true, "accessKey": "a", "secretKey": "b"}}')
    )
    assert read["eu"].bucket == "rec-eu"
    assert repr(read["eu"].secret_key) == "***"
    for text in ('{"eu": {"bucket": "x", "secret_Key": "canary-secret-77"}}', "eu=canary-secret-77"):
        with pytest.raises(SetupError) as refused:
            read_buckets(SecretText(text))
        assert "canary-secret" not in refused.value.message
