"""The list changes: who is told, by what, and how often."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from flowyte.jobs.queue import JobRef
from flowyte.kit.clock import SystemClock
from flowyte.kit.ids import new_id
from flowyte.kit.secret import SecretText
from flowyte.kit.settings import Settings
from flowyte.providers.smtp import Letter, MailRefused
from flowyte.tenancy.organizations import create_organization, system_principal
from flowyte.tenancy.principal import Principal
from flowyte.trust.house import House
from flowyte.trust.papers.changes import Listing, listing_of, tell_of_changes
from flowyte.trust.papers.model import Named
from flowyte.trust.papers.subscribers import RETRIES_S, STOP, Desk, counts, tell
from flowyte.trust.processors import connected
from flowyte.webhooks import endpoints

ADDRESS = "https://flowyte.example.com"
NOBODY = listing_of(connected(Settings()), {})
MODEL = Settings(model_base_url="https://model.example.com/v1", model_name="large")
WITH_MODEL = listing_of(connected(MODEL), {})
NAMED = listing_of(connected(MODEL), {"language_model": (Named(name="Example Models", country="Ireland"),)})
MAIL = replace(MODEL, smtp_url=SecretText("smtps://mail.example.com"), mail_from="a@example.com", model_base_url="")
WITH_MAIL = listing_of(connected(MAIL), {})


@pytest.fixture
async def runs(house: House) -> Principal:
    """Who runs it, and a customer."""
    first = system_principal((await create_organization(house.database, "House")).org)
    await create_organization(house.database, "Harbour Dental")
    return first


async def told(house: House, *listings: Listing) -> list[int]:
    return [await tell_of_changes(house.database, SystemClock(), each, ADDRESS) for each in listings]


async def subscribe(house: House, owner: Principal, email: str) -> str:
    async with house.database.tenant(owner) as tx:
        subscriber = new_id("sub")
        sealed = await house.sealer.seal(tx, "subprocessor_subscribers", "sealed", subscriber, email.encode())
        await tx.execute(
            "INSERT INTO subprocessor_subscribers (org_id, id, digest, sealed, confirmed_at) "
            "VALUES ($1, $2, $3, $4, now())", tx.org, subscriber, email.encode(), sealed,
        )  # fmt: skip
    return subscriber


async def letters(house: House, owner: Principal) -> Sequence[Any]:
    async with house.database.tenant(owner) as tx:
        return await tx.fetch("SELECT * FROM subprocessor_letters WHERE org_id = $1 ORDER BY number", tx.org)


async def events(house: House, owner: Principal) -> list[dict[str, Any]]:
    async with house.database.tenant(owner) as tx:
        rows = await tx.fetch("SELECT body FROM webhook_messages WHERE org_id = $1 AND type = $2 ORDER BY at, id",
                              tx.org, "subprocessors.changed")  # fmt: skip
    return [msgspec.json.decode(row["body"])["data"] for row in rows]


async def test_the_first_list_tells_nobody_and_each_change_once(house: House, runs: Principal) -> None:
    """Both organizations are told of each; the same list again, and one that comes back, as what they are."""
    assert await told(house, WITH_MODEL, WITH_MODEL, NOBODY, NOBODY, WITH_MODEL) == [0, 0, 2, 0, 2]


async def test_two_workers_tell_once(house: House, runs: Principal) -> None:
    """At the same moment, of the same change."""
    await subscribe(house, runs, "a@example.com")
    await told(house, NOBODY)
    async with asyncio.TaskGroup() as group:
        both = [group.create_task(told(house, WITH_MODEL)) for _ in range(2)]
    assert sum(each.result()[0] for each in both) == 2
    assert len(await letters(house, runs)) == 1


async def test_an_organizations_own_service_is_told(house: House, runs: Principal) -> None:
    """With the ids that changed, and not with names."""
    async with house.database.tenant(runs) as tx:
        await endpoints.create_endpoint(tx, house.sealer, runs, url="https://example.com/hook", description="")
    await told(house, NOBODY, WITH_MODEL, NAMED, WITH_MAIL)
    seen = await events(house, runs)
    assert [(each["added"], each["removed"], each["namesChanged"]) for each in seen] == [
        (["language_model"], [], False), ([], [], True), (["mail"], ["language_model"], True),
    ]  # fmt: skip
    assert "Example" not in str(seen)


class Box:
    """Takes letters; refuses the first `refusals`."""

    def __init__(self, refusals: int = 0) -> None:
        self.letters: list[tuple[Letter, str]] = []
        self.refusals = refusals

    async def send(self, letter: Letter, *, id: str) -> None:
        if self.refusals:
            self.refusals -= 1
            raise MailRefused
        self.letters.append((letter, id))


def desk_of(house: House, box: Box | None) -> Desk:
    return Desk(database=house.database, sealer=house.sealer, signer=house.signer, now=house.clock.now,
                address=ADDRESS, send=box.send if box else None)  # fmt: skip


async def test_a_subscriber_gets_one_letter_that_says_what_changed(house: House, runs: Principal) -> None:
    """However often its job runs. It has the link that ends it, and no name."""
    subscriber = await subscribe(house, runs, "buyer@example.com")
    await told(house, WITH_MODEL, NAMED)
    box = Box()
    (row,) = await letters(house, runs)
    for _ in range(2):
        await tell(desk_of(house, box), JobRef(org=runs.org, id=row["id"]))
    ((letter, sent_as),) = box.letters
    assert (letter.to, sent_as) == ("buyer@example.com", row["id"])
    assert "list by name has changed" in letter.text
    assert "Example" not in letter.text
    token = letter.unsubscribe.partition("token=")[2]
    assert house.signer.verify(STOP, token) == {"o": str(runs.org), "s": subscriber}


async def test_a_letter_that_is_not_taken_is_tried_again(house: House, runs: Principal) -> None:
    """The next try is in the queue before this one is made; after a day of refusals it is shown as failed."""
    await subscribe(house, runs, "buyer@example.com")
    await told(house, NOBODY, WITH_MODEL)
    (row,) = await letters(house, runs)
    job = JobRef(org=runs.org, id=row["id"])
    await tell(desk_of(house, Box(refusals=1)), job)
    async with house.database.platform() as tx:
        again = await tx.fetchval(
            "SELECT execute_after - now() FROM pgqueuer WHERE dedupe_key LIKE '%' || $1 || '/1'", row["id"]
        )
    assert timedelta(0) < again <= timedelta(seconds=RETRIES_S[0])
    box = Box()
    await tell(desk_of(house, box), job)
    assert len(box.letters) == 1
    assert (await letters(house, runs))[0]["state"] == "sent"


async def test_without_a_mail_server_letters_wait_and_then_fail(house: House, runs: Principal) -> None:
    """Counted for the owner."""
    await subscribe(house, runs, "buyer@example.com")
    await told(house, NOBODY, WITH_MODEL)
    (row,) = await letters(house, runs)
    seen = []
    for _ in range(len(RETRIES_S) + 2):
        async with house.database.tenant(runs) as tx:
            seen.append((await counts(tx)).waiting)
        await tell(desk_of(house, None), JobRef(org=runs.org, id=row["id"]))
    async with house.database.tenant(runs) as tx:
        assert (await counts(tx)).failed == 1
    assert set(seen) == {1}


async def test_who_said_stop_gets_no_letter_that_still_waits(house: House, runs: Principal) -> None:
    """The letter goes with the mailbox."""
    subscriber = await subscribe(house, runs, "buyer@example.com")
    await told(house, NOBODY, WITH_MODEL)
    (row,) = await letters(house, runs)
    async with house.database.tenant(runs) as tx:
        await tx.execute("DELETE FROM subprocessor_subscribers WHERE org_id = $1 AND id = $2", tx.org, subscriber)
    box = Box()
    await tell(desk_of(house, box), JobRef(org=runs.org, id=row["id"]))
    assert box.letters == []
    assert await letters(house, runs) == []
