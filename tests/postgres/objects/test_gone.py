"""What is deleted, or past its window, is gone from the bucket too, and the account of it waits for the proof."""

from dataclasses import replace
from datetime import timedelta

from tests.postgres.compliance.conftest import CANARY_PHONE, Place
from tests.postgres.compliance.test_requests import answered, asked
from tests.postgres.objects.conftest import NOBODY, S3, Opener, moved

from flowyte.compliance import retention
from flowyte.compliance.retention import Windows
from flowyte.objects.model import RECORDING, key_of
from flowyte.tenancy.principal import Principal


async def test_a_persons_request_is_done_when_the_bucket_shows_nothing(
    s3: S3, place: Place, opener: Opener, organization: Principal
) -> None:
    """While it is away the request stays open and says how much is not proven; no certificate before that."""
    settings = s3.bucket(versions=True)
    await opener.use(settings)
    for _ in range(2):
        await place.conversation(organization, "Hello", caller=CANARY_PHONE)
    await moved(place, organization)
    await opener.use(replace(settings, endpoint=NOBODY))
    waiting = await answered(place, organization, await asked(place, organization, "deletion"))
    assert (waiting.state, waiting.certificate) == ("running", None)
    assert waiting.report is not None
    assert waiting.report["notYetRemoved"] == 2
    assert len(s3.versions_of(settings.bucket)) == 2
    await opener.use(settings)
    place.clock.ahead += timedelta(minutes=2)
    done = await answered(place, organization, waiting)
    assert done.state == "done"
    assert done.certificate is not None
    assert s3.versions_of(settings.bucket) == []
    assert done.report is not None
    stores = {each["store"]: each for each in done.report["stores"]}
    assert stores["recordings"] == {"store": "recordings", "before": 2, "after": 0}
    assert stores["stored_objects"] == {"store": "stored_objects", "before": 2, "after": 0}
    assert done.report["notYetRemoved"] == 0


async def test_a_window_of_sound_ends_in_the_bucket(
    s3: S3, place: Place, opener: Opener, organization: Principal
) -> None:
    """The conversation stays, its sound goes from there within one sweep; a younger call's stays."""
    settings = s3.bucket(versions=True)
    await opener.use(settings)
    old = await place.conversation(organization, "Hello")
    place.clock.ahead += timedelta(days=8)
    young = await place.conversation(organization, "Hello")
    await moved(place, organization)
    async with place.database.tenant(organization) as tx:
        await retention.set_windows(tx, Windows(recordings_days=7))
    await retention.sweep(place.database, place.clock, place.objects)
    assert s3.versions_of(settings.bucket) == [key_of(organization.org, young, RECORDING)]
    assert await place.left(organization) == {old, young}
