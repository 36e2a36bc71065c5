"""A person is found across everything that was kept, gets a copy, or is deleted, with a signed account of it."""

import base64
import io
import json
import zipfile
from typing import Any

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from tests.postgres.compliance.conftest import CANARY_EMAIL, CANARY_PHONE, Place

from flowyte.compliance import holds, requests
from flowyte.compliance.archive import archive
from flowyte.compliance.certificate import KIND
from flowyte.compliance.erase import erased
from flowyte.compliance.requests import PrivacyRequest
from flowyte.compliance.stores import STORES
from flowyte.kit.errors import Conflict, Invalid, NotFound
from flowyte.tenancy.principal import Principal


async def asked(place: Place, owner: Principal, kind: str, **whom: str) -> PrivacyRequest:
    """Taken, verified and queued."""
    async with place.database.tenant(owner) as tx:
        made = await requests.take_request(
            tx, place.sealer, place.peppers, place.clock, kind=kind, regime="gdpr",
            phone=whom.get("phone", CANARY_PHONE), email=whom.get("email", CANARY_EMAIL),
            visitor=whom.get("visitor", ""),
        )  # fmt: skip
        await requests.verify_request(tx, place.sealer, owner, made.id, how="Called back on the number we have")
        return await requests.begin_request(tx, place.sealer, made.id)


async def answered(place: Place, owner: Principal, request: PrivacyRequest) -> PrivacyRequest:
    await requests.run_request(place.office, owner, request.id)
    async with place.database.tenant(owner) as tx:
        return await requests.get_request(tx, place.sealer, request.id)


async def spread(place: Place, owner: Principal) -> list[str]:
    """The canary in each place where a caller can leave something: who called, words, a message, a skill."""
    return [
        await place.conversation(owner, "Hello", caller=CANARY_PHONE),
        await place.conversation(
            owner, "It is two oh two, triple five", "oh one eight seven", channel="chat", recorded=False
        ),
        await place.conversation(owner, "Hello", message=f"Write to {CANARY_EMAIL}"),
        await place.conversation(owner, "Hello", skill="(202) 555-0187"),
        await place.conversation(owner, "Canary dot Bluebottle at example dot com", ended=True),
    ]


async def test_a_deletion_takes_everything_of_the_person_and_nothing_of_others(
    place: Place, organization: Principal, other_organization: Principal
) -> None:
    """Rows, keys, sound; the other callers' and the other organization's stay as they were."""
    theirs = await spread(place, organization)
    kept = await place.conversation(organization, "Two oh two, triple five, oh one eight eight", caller="+12025550188")
    elsewhere = await place.conversation(other_organization, "Hello", caller=CANARY_PHONE)
    done = await answered(place, organization, await asked(place, organization, "deletion"))
    assert done.state == "done"
    assert await place.left(organization) == {kept}
    assert await place.left(other_organization) == {elsewhere}
    assert [place.sound(organization, each) for each in (*theirs, kept)] == [False] * len(theirs) + [True]
    assert done.report is not None
    stores = {each["store"]: each for each in done.report["stores"]}
    assert {name for name, each in stores.items() if each.get("after")} == set()
    assert stores["conversations"]["before"] == len(theirs)
    assert stores["messages"]["before"] == stores["skill_runs"]["before"] == 1
    assert set(stores) == {store.table for store in STORES} | {"recordings"}


async def test_nobody_knows_afterwards_who_it_was(place: Place, organization: Principal) -> None:
    """The request stays with its manifest; the person in it is emptied."""
    await spread(place, organization)
    done = await answered(place, organization, await asked(place, organization, "deletion"))
    assert (done.person.phone, done.person.email) == ("", "")
    assert CANARY_EMAIL not in str(done)
    assert CANARY_PHONE not in str(done)


async def test_the_certificate_is_signed_over_the_manifest(place: Place, organization: Principal) -> None:
    """By a key of this installation; a changed count is not what was signed."""
    await spread(place, organization)
    done = await answered(place, organization, await asked(place, organization, "deletion"))
    assert done.certificate is not None
    held: dict[str, str] = json.loads(done.certificate)
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(held["publicKey"]))
    body = base64.b64decode(held["manifest"])
    key.verify(base64.b64decode(held["signature"]), KIND.encode() + b"\n" + body)
    assert msgspec.json.decode(body) == done.report
    changed = body.replace(b'"after":0', b'"after":1', 1)
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(held["signature"]), KIND.encode() + b"\n" + changed)


async def test_a_copy_has_everything_to_read_and_for_programs(place: Place, organization: Principal) -> None:
    """Words, messages, what skills were given, the sound; nothing of anybody else."""
    theirs = await spread(place, organization)
    other = await place.conversation(organization, "My secret is marmalade", caller="+12025550188")
    done = await answered(place, organization, await asked(place, organization, "access"))
    async with place.database.tenant(organization) as tx:
        found = await requests.conversations_of(tx, place.sealer, done.id)
    assert set(found) == set(theirs)
    pieces = [each async for each in archive(place.database, place.sealer, place.objects, organization, found)]
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as opened:
        assert opened.testzip() is None
        data: dict[str, Any] = json.loads(opened.read("data.json"))
        page = opened.read("read-me.html").decode()
        sounds = [name for name in opened.namelist() if name.endswith(".wav")]
        assert opened.read(sounds[0])[:4] == b"RIFF"
    assert {each["id"] for each in data["conversations"]} == set(theirs)
    assert len(sounds) == 4
    for text in (page, json.dumps(data)):
        assert CANARY_EMAIL in text
        assert "marmalade" not in text
        assert other not in text
    assert "oh one eight seven" in page


async def test_a_hold_keeps_what_it_is_on_and_says_so(place: Place, organization: Principal) -> None:
    """The rest is deleted; the person stays known, for the request can be asked anew when the hold is lifted."""
    theirs = await spread(place, organization)
    async with place.database.tenant(organization) as tx:
        hold = await holds.place_hold(tx, organization, kind="conversation", subject=theirs[0], reason="A court asks")
    done = await answered(place, organization, await asked(place, organization, "deletion"))
    assert await place.left(organization) == {theirs[0]}
    assert place.sound(organization, theirs[0])
    assert done.report is not None
    assert done.report["heldBack"] == 1
    assert done.person.phone == CANARY_PHONE
    async with place.database.tenant(organization) as tx:
        await holds.lift_hold(tx, place.clock, organization, hold.id)
    await answered(place, organization, await asked(place, organization, "deletion"))
    assert await place.left(organization) == set()


async def test_a_call_that_goes_on_is_deleted_when_it_is_over(place: Place, organization: Principal) -> None:
    """Nobody's line is cut; the request waits and goes on."""
    theirs = await spread(place, organization)
    live = await place.conversation(organization, "Hello", caller=CANARY_PHONE, ended=False)
    waiting = await answered(place, organization, await asked(place, organization, "deletion"))
    assert waiting.state == "running"
    assert waiting.report is not None
    assert waiting.report["stillLive"] == 1
    assert await place.left(organization) == {live}
    async with place.database.tenant(organization) as tx:
        await tx.execute("UPDATE conversations SET ended_at = now() WHERE org_id = $1 AND id = $2", tx.org, live)
    done = await answered(place, organization, waiting)
    assert done.state == "done"
    assert await place.left(organization) == set()
    assert done.report is not None
    stores = {each["store"]: each for each in done.report["stores"]}
    assert stores["conversations"] == {"store": "conversations", "before": len(theirs) + 1, "after": 0}
    assert (stores["messages"]["before"], stores["recordings"]["before"]) == (1, 5), "of both runs together"


async def test_a_killed_run_is_counted_when_it_is_taken_up(
    place: Place, organization: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies after the second deletion: the account of the whole is the same."""
    theirs = await spread(place, organization)
    request = await asked(place, organization, "deletion")
    deleted = 0

    async def dies(*args: Any) -> bool:
        nonlocal deleted
        deleted += 1
        if deleted > 2:
            raise KeyboardInterrupt
        return await erased(*args)

    monkeypatch.setattr(requests, "erased", dies)
    with pytest.raises(KeyboardInterrupt):
        await requests.run_request(place.office, organization, request.id)
    monkeypatch.setattr(requests, "erased", erased)
    assert len(await place.left(organization)) == len(theirs) - 2
    done = await answered(place, organization, request)
    assert done.report is not None
    assert done.report["conversations"] == len(theirs)
    assert await place.left(organization) == set()


async def test_nothing_runs_before_somebody_was_verified(place: Place, organization: Principal) -> None:
    """And no step is taken twice or out of turn."""
    async with place.database.tenant(organization) as tx:
        made = await requests.take_request(
            tx, place.sealer, place.peppers, place.clock, kind="deletion", regime="ccpa", phone=CANARY_PHONE, email=""
        )
        with pytest.raises(Conflict):
            await requests.begin_request(tx, place.sealer, made.id)
        with pytest.raises(Invalid):
            await requests.verify_request(tx, place.sealer, organization, made.id, how=" ")
        refused = await requests.refuse_request(tx, place.sealer, place.clock, made.id, because="Not their number")
        assert refused.state == "refused"
        with pytest.raises(Conflict):
            await requests.verify_request(tx, place.sealer, organization, made.id, how="Called back")
    kept = await place.conversation(organization, "Hello", caller=CANARY_PHONE)
    await requests.run_request(place.office, organization, made.id)
    assert await place.left(organization) == {kept}


async def test_the_same_request_twice_at_once_is_one(place: Place, organization: Principal) -> None:
    """However the number is written; once it is answered it may be asked again. Nobody at all is found and done."""
    first = await asked(place, organization, "deletion", phone="202 555 0187", email="")
    async with place.database.tenant(organization) as tx:
        with pytest.raises(Conflict):
            await requests.take_request(
                tx, place.sealer, place.peppers, place.clock, kind="deletion", regime="gdpr",
                phone="+1-202-555-0187", email="",
            )  # fmt: skip
    done = await answered(place, organization, first)
    assert done.report is not None
    assert (done.state, done.report["conversations"]) == ("done", 0)
    await asked(place, organization, "deletion", email="")


async def test_another_organizations_request_is_not_there(
    place: Place, organization: Principal, other_organization: Principal
) -> None:
    """Neither to read nor to run."""
    await place.conversation(organization, "Hello", caller=CANARY_PHONE)
    request = await asked(place, organization, "deletion")
    async with place.database.tenant(other_organization) as tx:
        with pytest.raises(NotFound):
            await requests.get_request(tx, place.sealer, request.id)
    with pytest.raises(NotFound):
        await requests.run_request(place.office, other_organization, request.id)
    assert len(await place.left(organization)) == 1
