"""Changing keys of both levels beside somebody who reads and writes, and what is remembered of keys."""

import asyncio
from pathlib import Path

import pytest

from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import SetupError
from flowyte.tenancy.principal import Principal
from flowyte.vault import rotate, store
from flowyte.vault.keyring import FileKeys, KeyPlace, KeyProvider, SealBroken
from flowyte.vault.opened import KEY_TTL_MS
from flowyte.vault.providers import Keyring, open_keys
from flowyte.vault.seal import Sealer, version_of

from .conftest import ENVIRON, Hand, Kms


class NotToday(Exception):
    """Undoes a transaction."""


async def seal(database: Database, who: Principal, sealer: Sealer, row: str) -> bytes:
    async with database.tenant(who) as tx:
        return await sealer.seal(tx, "messages", "body", row, row.encode())


async def opens(database: Database, who: Principal, sealer: Sealer, row: str, sealed: bytes) -> bool:
    async with database.tenant(who) as tx:
        return await sealer.open(tx, "messages", "body", row, sealed) == row.encode()


async def rewrap(database: Database, who: Principal, keys: KeyProvider) -> int:
    async with database.tenant(who) as tx:
        return await rotate.rewrap(tx, keys)


async def test_a_key_that_was_rolled_back_seals_nothing(
    database: Database, organization: Principal, with_files: Keyring
) -> None:
    """The transaction that made an organization's first key fails after it was used: what is sealed next opens later.

    Remembering it would seal values under a key that is written nowhere.
    """
    sealer = Sealer(with_files)
    with pytest.raises(NotToday):  # noqa: PT012  the whole transaction is tried
        async with database.tenant(organization) as tx:
            for row in ("msg_1", "msg_2", "msg_3"):
                await sealer.seal(tx, "messages", "body", row, b"never kept")
            raise NotToday
    sealed = await seal(database, organization, sealer, "msg_4")
    assert await opens(database, organization, Sealer(with_files), "msg_4", sealed)
    with pytest.raises(NotToday):  # noqa: PT012
        async with database.tenant(organization) as tx:
            await rotate.rotate_organization_key(tx, sealer)
            await sealer.seal(tx, "messages", "body", "msg_5", b"never kept")
            raise NotToday
    sealed = await seal(database, organization, sealer, "msg_6")
    assert version_of(sealed) == 1
    assert await opens(database, organization, Sealer(with_files), "msg_6", sealed)


async def test_many_first_seals_at_once_agree_on_one_key(
    database: Database, organization: Principal, with_files: Keyring
) -> None:
    """Two processes, eight transactions, no key yet: everything that was sealed opens everywhere."""
    one, two = Sealer(with_files), Sealer(with_files)
    rows = [f"msg_{n}" for n in range(8)]
    sealed = await asyncio.gather(*(seal(database, organization, (one, two)[n % 2], row) for n, row in enumerate(rows)))
    for row, value in zip(rows, sealed, strict=True):
        assert await opens(database, organization, Sealer(with_files), row, value)


async def test_both_levels_turn_while_others_read_and_write(
    database: Database, organization: Principal, tmp_path: Path, hand: Hand
) -> None:
    """Key files, wrappings and versions change ten times under two processes at work: nothing fails to open, and new
    values are under the new version within KEY_TTL_MS."""
    keys = FileKeys.create(tmp_path / "keys")
    here, elsewhere = Sealer(keys, hand), Sealer(FileKeys(tmp_path / "keys"), hand)
    kept: dict[str, bytes] = {}
    done = asyncio.Event()

    async def work(sealer: Sealer, name: str) -> None:
        count = 0
        while not done.is_set():
            row = f"{name}_{count}"
            kept[row] = await seal(database, organization, sealer, row)
            assert await opens(database, organization, sealer, row, kept[row])
            count += 1

    async with asyncio.TaskGroup() as group:
        group.create_task(work(here, "here"))
        group.create_task(work(elsewhere, "elsewhere"))
        for turn in range(10):
            keys.add()
            await rewrap(database, organization, keys)
            async with database.tenant(organization) as tx:
                left = await tx.fetchval("SELECT count(*) FROM org_keys WHERE kek_id <> $1", f"kek-{turn + 2}")
                await rotate.rotate_organization_key(tx, here)
            assert left == 0
            hand.ms += KEY_TTL_MS // 4
            await elsewhere.refresh(database)
        done.set()
    hand.ms += KEY_TTL_MS
    async with database.tenant(organization) as tx:
        newest = (await rotate.key_status(tx)).version
    for sealer in (here, elsewhere):
        assert version_of(await seal(database, organization, sealer, "later")) == newest
    assert await rewrap(database, organization, keys) >= 0
    for name in ("kek-1", "kek-5"):
        (tmp_path / "keys" / name).unlink()
    last = Sealer(FileKeys(tmp_path / "keys"))
    for row, value in kept.items():
        assert await opens(database, organization, last, row, value)


async def test_conversation_keys_follow_in_pages(
    database: Database, organization: Principal, with_files: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a new version every conversation's key is sealed under it, and is the same key."""
    monkeypatch.setattr(rotate, "PAGE", 3)
    sealer = Sealer(with_files)
    async with database.tenant(organization) as tx:
        before = {f"cnv_{n}": await sealer.new_conversation_key(tx, f"cnv_{n}") for n in range(7)}
    async with database.tenant(organization) as tx:
        await rotate.rotate_organization_key(tx, sealer)
    pages, after = [], ""
    while True:
        async with database.tenant(organization) as tx:
            changed, following = await rotate.reseal_conversation_keys(tx, sealer, after=after)
        pages.append(changed)
        if following is None:
            break
        after = following
    assert pages == [3, 3, 1]
    async with database.tenant(organization) as tx:
        assert {id: await Sealer(with_files).conversation_key(tx, id) for id in before} == before
        assert {version_of(wrapped) for _, wrapped in await store.conversation_keys_after(tx, "", 10)} == {2}


async def test_an_installation_moves_into_kms_and_back(
    database: Database, organization: Principal, kms: Kms, tmp_path: Path
) -> None:
    """Credentials stay valid, nothing is unreadable at any moment, and the key files can go once all is rewrapped."""
    folder, source = tmp_path / "keys", f"aws-kms:{kms.create_key()}"
    files = FileKeys.create(folder)
    sealed = await seal(database, organization, Sealer(files), "msg_1")
    with pytest.raises(SetupError, match=r"root\.kms is missing"):
        async with open_keys(folder, source=source, clock=SystemClock(), environ=ENVIRON, kms_endpoint=kms.endpoint):
            pass
    async with open_keys(
        folder, source=source, clock=SystemClock(), environ=ENVIRON, kms_endpoint=kms.endpoint, create=True
    ) as moved:
        assert moved.derive("pepper/1") == files.derive("pepper/1")
        assert await opens(database, organization, Sealer(moved), "msg_1", sealed)
        assert await rewrap(database, organization, moved) == 1
        assert await rewrap(database, organization, moved) == 0
    saved = (folder / "kek-1").read_bytes()
    (folder / "kek-1").unlink()
    async with open_keys(
        folder, source=source, clock=SystemClock(), environ=ENVIRON, kms_endpoint=kms.endpoint
    ) as alone:
        assert alone.derive("pepper/1") == files.derive("pepper/1")
        assert await opens(database, organization, Sealer(alone), "msg_1", sealed)
    (folder / "kek-1").touch(mode=0o600)
    (folder / "kek-1").write_bytes(saved)
    async with open_keys(
        folder, source="file", clock=SystemClock(), environ=ENVIRON, kms_endpoint=kms.endpoint
    ) as back:
        assert await rewrap(database, organization, back) == 1
        assert await opens(database, organization, Sealer(FileKeys(folder)), "msg_1", sealed)


async def test_kms_binds_a_wrapped_key_to_its_place(organization: Principal, with_kms: Keyring) -> None:
    """Another organization's or version's row, or one altered, does not open there either."""
    place = KeyPlace(org=organization.org, version=1)
    key_id, wrapped = await with_kms.wrap(b"k" * 32, place)
    assert await with_kms.unwrap(key_id, wrapped, place) == b"k" * 32
    for other in (KeyPlace(org=organization.org, version=2), KeyPlace(org=place.org.__class__(int=9), version=1)):
        with pytest.raises(SealBroken):
            await with_kms.unwrap(key_id, wrapped, other)
    with pytest.raises(SealBroken):
        await with_kms.unwrap(key_id, wrapped[:-1] + bytes([wrapped[-1] ^ 1]), place)


async def test_throttling_is_waited_out_once(organization: Principal, with_kms: Keyring, kms: Kms) -> None:
    """One refusal for haste is tried again."""
    kms.throttled = 1
    place = KeyPlace(org=organization.org, version=1)
    key_id, wrapped = await with_kms.wrap(b"k" * 32, place)
    assert await with_kms.unwrap(key_id, wrapped, place) == b"k" * 32
