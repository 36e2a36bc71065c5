"""An organization brings its own key, disables it, and enables it again."""

import contextlib

import httpx
import pytest
from litestar import Litestar, get
from litestar.testing import AsyncTestClient

from flowyte.api.problem import HANDLERS
from flowyte.kit.db import Database
from flowyte.kit.errors import Invalid
from flowyte.tenancy.principal import Principal
from flowyte.vault import rotate
from flowyte.vault.keyring import KeyServiceAway, KeyWithheld
from flowyte.vault.opened import KEY_TTL_MS, REFRESH_AFTER_MS, REFUSAL_MS
from flowyte.vault.providers import Keyring
from flowyte.vault.seal import Sealer

from .conftest import Hand, Kms


async def seal(database: Database, who: Principal, sealer: Sealer, row: str = "msg_1") -> bytes:
    async with database.tenant(who) as tx:
        return await sealer.seal(tx, "messages", "body", row, b"call me back")


async def opens(database: Database, who: Principal, sealer: Sealer, sealed: bytes) -> bool:
    async with database.tenant(who) as tx:
        return await sealer.open(tx, "messages", "body", "msg_1", sealed) == b"call me back"


async def bring(database: Database, who: Principal, keys: Keyring, sealer: Sealer, arn: str) -> None:
    async with database.tenant(who) as tx:
        await rotate.bring_key(tx, keys, sealer, arn)


async def test_a_disabled_own_key_closes_everything_within_the_bound(
    database: Database,
    organization: Principal,
    other_organization: Principal,
    with_files: Keyring,
    kms: Kms,
    hand: Hand,
) -> None:
    """What was sealed before and after, and the keys of recordings; in a process that had it open, after KEY_TTL_MS
    at the latest, whether it is in use all the time or not. Others are not touched; enabling it opens all again."""
    sealer, other = Sealer(with_files, hand), Sealer(with_files, hand)
    before = await seal(database, organization, sealer)
    theirs = await seal(database, other_organization, sealer)
    async with database.tenant(organization) as tx:
        await sealer.new_conversation_key(tx, "cnv_1")
    assert await opens(database, organization, other, before)  # the other process has it open under the old key
    arn = kms.create_key()
    await bring(database, organization, with_files, sealer, arn)
    after = await seal(database, organization, sealer)
    assert await opens(database, organization, other, after)
    kms.disable(arn)
    for _ in range(KEY_TTL_MS // 30_000):
        hand.ms += 30_000
        for process in (sealer, other):
            await process.refresh(database)
            with contextlib.suppress(KeyWithheld):
                await opens(database, organization, process, after)
    for process in (sealer, other, Sealer(with_files, hand)):
        for sealed in (before, after):
            with pytest.raises(KeyWithheld):
                await opens(database, organization, process, sealed)
        with pytest.raises(KeyWithheld):
            await seal(database, organization, process)
        async with database.tenant(organization) as tx:
            with pytest.raises(KeyWithheld):
                await process.conversation_key(tx, "cnv_1")
        assert await opens(database, other_organization, process, theirs)
    kms.enable(arn)
    hand.ms += REFUSAL_MS
    for process in (sealer, other):
        assert await opens(database, organization, process, before)
        assert await opens(database, organization, process, after)


async def test_a_refusal_is_believed_for_a_while(
    database: Database, organization: Principal, with_files: Keyring, kms: Kms, hand: Hand
) -> None:
    """A thousand requests of an organization whose key is disabled ask its key service once in ten seconds."""
    sealer = Sealer(with_files, hand)
    sealed = await seal(database, organization, sealer)
    arn = kms.create_key()
    await bring(database, organization, with_files, sealer, arn)
    kms.disable(arn)
    hand.ms += KEY_TTL_MS
    kms.asked.clear()
    async with database.tenant(organization) as tx:
        for _ in range(1_000):
            with pytest.raises(KeyWithheld):
                await sealer.open(tx, "messages", "body", "msg_1", sealed)
    assert kms.calls() == 1


async def test_a_key_that_refuses_is_not_taken(
    database: Database, organization: Principal, with_files: Keyring, kms: Kms
) -> None:
    """A key that is disabled, unknown or no key at all leaves everything as it was."""
    sealer = Sealer(with_files)
    sealed = await seal(database, organization, sealer)
    disabled = kms.create_key()
    kms.disable(disabled)
    unknown = disabled.rsplit("/", 1)[0] + "/00000000-0000-4000-8000-000000000000"
    for arn, error in ((disabled, KeyWithheld), (unknown, KeyWithheld), ("arn:aws:s3:::mine", Invalid)):
        with pytest.raises(error):
            await bring(database, organization, with_files, sealer, arn)
    async with database.tenant(organization) as tx:
        status = await rotate.key_status(tx)
    assert (status.version, status.own_key, status.wrapped_by) == (1, None, {"kek-1": 1})
    assert await opens(database, organization, sealer, sealed)
    assert await opens(database, organization, Sealer(with_files), await seal(database, organization, sealer))


async def test_leaving_needs_the_key_once_more(
    database: Database, organization: Principal, with_files: Keyring, kms: Kms
) -> None:
    """With the own key disabled nobody gets back to the installation's key; enabled, all opens without it after."""
    sealer, arn = Sealer(with_files), kms.create_key()
    await bring(database, organization, with_files, sealer, arn)
    sealed = await seal(database, organization, sealer)
    kms.disable(arn)
    with pytest.raises(KeyWithheld):
        async with database.tenant(organization) as tx:
            await rotate.leave_own_key(tx, with_files, sealer)
    kms.enable(arn)
    async with database.tenant(organization) as tx:
        await rotate.leave_own_key(tx, with_files, sealer)
    kms.disable(arn)
    assert await opens(database, organization, Sealer(with_files), sealed)


async def test_the_key_service_sees_for_whom_it_is_asked(
    database: Database, organization: Principal, with_files: Keyring, kms: Kms
) -> None:
    """The organization and the version are the encryption context, so that a key's policy can demand them."""
    await bring(database, organization, with_files, Sealer(with_files), kms.create_key())
    assert {action for action, _ in kms.asked} == {"Encrypt", "Decrypt"}
    assert {context["flowyte-organization"] for _, context in kms.asked} == {str(organization.org)}


async def test_keys_in_use_survive_a_short_absence(
    database: Database, organization: Principal, with_kms: Keyring, kms: Kms, hand: Hand
) -> None:
    """KMS is away just when keys are to be opened again: nobody notices for the rest of their time; then it is said."""
    sealer = Sealer(with_kms, hand)
    await seal(database, organization, sealer)
    sealed = await seal(database, organization, sealer)
    kms.away = True
    while hand.ms < 1_000_000 + KEY_TTL_MS - 60_000:
        hand.ms += 30_000
        await sealer.refresh(database)
        assert await opens(database, organization, sealer, sealed)
    hand.ms += 60_000
    with pytest.raises(KeyServiceAway):
        await opens(database, organization, sealer, sealed)
    kms.away = False
    hand.ms += 2_000
    assert await opens(database, organization, sealer, sealed)


async def test_no_request_waits_for_the_key_service(
    database: Database, organization: Principal, with_kms: Keyring, kms: Kms, hand: Hand
) -> None:
    """An hour of requests, with keys opened again beside them: after the first, none of the calls is a request's."""
    sealer = Sealer(with_kms, hand)
    sealed = await seal(database, organization, sealer)
    assert await opens(database, organization, sealer, sealed)
    in_requests = in_background = 0
    for _ in range(120):
        hand.ms += 30_000
        kms.asked.clear()
        await sealer.refresh(database)
        in_background += kms.calls()
        kms.asked.clear()
        for _ in range(10):
            assert await opens(database, organization, sealer, sealed)
        await seal(database, organization, sealer)
        in_requests += kms.calls()
    assert in_requests == 0
    assert in_background == 3_600_000 // REFRESH_AFTER_MS


async def test_a_withheld_key_is_a_409_and_an_absent_service_a_503(kms: Kms) -> None:
    """With words that tell the organization what to do, and nothing of the service behind."""

    @get("/withheld")
    async def withheld() -> None:
        raise KeyWithheld

    @get("/away")
    async def away() -> None:
        raise KeyServiceAway

    async with AsyncTestClient(Litestar([withheld, away], exception_handlers=HANDLERS)) as client:
        answers: list[httpx.Response] = [await client.get(path) for path in ("/withheld", "/away")]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (409, "key_withheld"),
        (503, "key_service_unavailable"),
    ]
    assert "Enable it in your key service" in answers[0].json()["detail"]
    assert "arn:" not in answers[0].text + answers[1].text
