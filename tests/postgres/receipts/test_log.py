"""The log in the database: gap-free under concurrency, append-only, and its receipts against every attack."""

import asyncio
import io
import random
from datetime import timedelta
from hashlib import sha256

import asyncpg
import pytest
from tests.postgres.receipts.conftest import House, as_bytes

from flowyte.kit.errors import NotFound
from flowyte.kit.postgres import Cluster
from flowyte.observe import afterwards
from flowyte.observe import store as observe
from flowyte.observe.orphans import sweep
from flowyte.observe.receipt import standing
from flowyte.proof import tampering
from flowyte.proof.tampering import Evidence
from flowyte.receipts import keys, proofs, store
from flowyte.receipts.advance import advance_all
from flowyte.receipts.proofs import LogIsShorter
from flowyte.receipts.tree import merkle_root
from flowyte.receipts.verify_receipt import is_continued, read_checkpoint, root_from_inclusion, verify
from flowyte.tenancy.principal import Principal


async def test_a_call_leaves_a_receipt_that_holds(house: House, organization: Principal) -> None:
    """Every field opened, the recording compared, the checkpoint one that was kept; floats and emoji as written."""
    call = await house.call(organization)
    receipt = await house.receipt(organization, call)
    assert [event["type"] for event in receipt["events"]][-2:] == ["call_ended", "closed"]
    held = receipt["checkpoint"].encode()
    sound = io.BytesIO(await house.wav(organization, call))
    verdict = verify(as_bytes(receipt), held=held, recording=sound)
    assert (verdict.state, verdict.anchored) == ("holds", True), verdict.checks
    assert {result for _, result, _ in verdict.checks} == {"ok"}
    said = next(field for event in receipt["events"] for field in event["fields"] if field["name"] == "confidence")
    assert said["json"] == "0.30000000000000004"
    started = {field["name"]: field for field in receipt["events"][0]["fields"]}
    assert started["definition"] == {"name": "definition", "json": f'"{"0" * 64}"'}
    assert set(started["from"]) == {"name", "json", "key"}
    assert {field["name"] for field in receipt["events"][3]["fields"]} >= {"otherFields", "x"}


async def test_no_attack_on_a_real_receipt_is_taken_for_true(
    house: House, organization: Principal, other_organization: Principal
) -> None:
    """From the file and a checkpoint that was held: of the call itself, and of an earlier end of the log."""
    await house.call(organization)
    call = await house.call(organization)
    first = await house.receipt(organization, call)
    await house.call(organization)
    other = await house.receipt(other_organization, await house.call(other_organization))
    key = await house.key(organization)
    held = read_checkpoint(first["checkpoint"])
    for since in (None, held.size):
        await house.advance(organization)
        receipt = await house.receipt(organization, call, since=since)
        evidence = Evidence(
            receipt=receipt, held=first["checkpoint"] if since else receipt["checkpoint"],
            recording=await house.wav(organization, call), leaves=await house.leaves(organization),
            public=key.public_key().public_bytes_raw(), sign=key.sign, other=other,
        )  # fmt: skip
        for case in tampering.cases(evidence):
            recording = io.BytesIO(case.recording) if case.recording is not None else None
            verdict = verify(case.receipt, held=case.held, recording=recording)
            assert (verdict.state == "holds") is case.untouched, (case.name, verdict.checks)


async def test_what_a_carrier_tells_later_has_its_place_too(house: House, organization: Principal) -> None:
    """A transfer that nobody answered: open until it is told, then whole; the old file still holds, a cut one does not;
    a conversation that waits for nothing takes nothing more."""
    evidence = await house.begin(organization)
    evidence.event("call_started", 0, {"recording": True})
    evidence.start_recording(8000)
    for _ in range(50):
        evidence.audio(bytes([7, 1]) * 160, bytes([7, 2]) * 160)
    evidence.event("user_utterance", 10, {"text": "A person, please"})
    evidence.event("handoff", 20, {"outcome": "transferred"})
    await evidence.finish("handed_off")
    call = evidence._opening.id
    early = await house.receipt(organization, call)
    sound = await house.wav(organization, call)
    verdict = verify(as_bytes(early), recording=io.BytesIO(sound))
    assert (verdict.state, dict((n, r) for n, r, _ in verdict.checks)["Events"]) == ("holds", "open")
    for _ in range(2):  # the carrier tells it twice
        async with house.database.tenant(organization) as tx:
            await afterwards.append(
                tx, house.sealer, call, "handoff", {"outcome": "no_answer"}, now=house.clock.now()
            )  # fmt: skip
    late = await house.receipt(organization, call, since=read_checkpoint(early["checkpoint"]).size)
    assert [event["type"] for event in late["events"]][-4:] == ["handoff", "closed", "handoff", "closed"]
    verdict = verify(as_bytes(late), held=early["checkpoint"].encode(), recording=io.BytesIO(sound))
    assert (verdict.state, verdict.anchored) == ("holds", True), verdict.checks
    assert {result for _, result, _ in verdict.checks} == {"ok"}
    assert verify(as_bytes({**late, "events": late["events"][:-1]})).state == "fails"
    plain = await house.call(organization, sound=False)
    async with house.database.tenant(organization) as tx:
        await afterwards.append(tx, house.sealer, plain, "handoff", {"outcome": "no_answer"}, now=house.clock.now())
    assert [event["type"] for event in (await house.receipt(organization, plain))["events"]].count("closed") == 1


async def test_calls_do_not_wait_and_no_place_is_left_out(house: House, organization: Principal) -> None:
    """Eight calls at once while two sequencers race: every leaf once, each call in order, every receipt holds."""
    done = asyncio.Event()

    async def sequence() -> None:
        while not done.is_set():
            await house.advance(organization)
            await asyncio.sleep(0.005)

    async with asyncio.TaskGroup() as group:
        racing = [group.create_task(sequence()) for _ in range(2)]
        calls = await asyncio.gather(*(house.call(organization, sound=False) for _ in range(8)))
        done.set()
        await asyncio.gather(*racing)
    await house.advance(organization)
    leaves = await house.leaves(organization)
    assert len(leaves) == len(set(leaves)) == 8 * 7
    async with house.database.tenant(organization) as tx:
        heads = await store.heads(tx, limit=100)
        for older, newer in zip(heads[1:], heads, strict=False):
            path = await proofs.consistency_between(tx, older.size, newer.size)
            roots = [read_checkpoint(head.note).root for head in (older, newer)]
            assert is_continued(older.size, roots[0], newer.size, roots[1], path)
    for call in calls:
        receipt = await house.receipt(organization, call)
        assert verify(as_bytes(receipt), held=heads[0].note.encode()).anchored


async def test_stored_subtrees_give_the_roots_of_the_whole(house: House, organization: Principal) -> None:
    """70,000 leaves in uneven batches, so that the second level is complete: roots, paths and proofs are right."""
    choose = random.Random(7)
    leaves = [sha256(bytes([n % 256, n // 256 % 256, n // 65_536])).digest() for n in range(70_000)]
    at, sizes = 0, []
    while at < len(leaves):
        async with house.database.tenant(organization) as tx:
            for _ in range(choose.choice([1, 3, 40])):
                batch = leaves[at : at + choose.choice([1, 2, 255, 256, 700])]
                if batch:
                    await tx.execute(
                        "INSERT INTO leaf_queue (org_id, conversation_id, first_seq, leaves) VALUES ($1, $2, 1, $3)",
                        tx.org, f"cnv_{at // 700}_{at}", b"".join(batch),
                    )  # fmt: skip
                at += len(batch)
        head = await house.advance(organization)
        assert head is not None
        sizes.append(head.size)
        if len(sizes) % 4 == 0:
            assert read_checkpoint(head.note).root == merkle_root(leaves[: head.size])
    assert sizes[-1] == len(leaves)
    root = merkle_root(leaves)
    async with house.database.tenant(organization) as tx:
        for old in choose.sample(sizes[:-1], 5):
            path = await proofs.consistency_between(tx, old, len(leaves))
            assert is_continued(old, merkle_root(leaves[:old]), len(leaves), root, path)
        names = [row["conversation_id"] for row in await tx.fetch(
            "SELECT conversation_id FROM log_entries WHERE org_id = $1 AND first / 700 IN (0, 50, 93, 99)", tx.org
        )]  # fmt: skip
        found = [leaf for name in names for leaf in await proofs.inclusion_of(tx, name, len(leaves))]
    assert len(found) > 500
    for leaf in found:
        assert root_from_inclusion(leaf.leaf, leaf.index, len(leaves), leaf.path) == root


@pytest.mark.parametrize("table", ["log_entries", "log_nodes", "checkpoints", "log_keys", "cosignatures"])
async def test_the_serving_role_can_only_add(house: House, organization: Principal, table: str) -> None:
    """No statement of it changes or removes what has been written."""
    await house.receipt(organization, await house.call(organization, sound=False))
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET org_id = org_id", f"TRUNCATE {table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with house.database.tenant(organization) as tx:
                await tx.execute(statement)


async def test_an_event_and_its_leaf_are_kept_together_or_not_at_all(house: House, organization: Principal) -> None:
    """A transaction that fails leaves neither."""
    evidence = await house.begin(organization)

    class Stop(Exception):
        pass

    async def begun() -> None:
        async with house.database.tenant(organization) as tx:
            rows: list[observe.Row] = [(1, 0, house.clock.now(), "call_started", {"recording": False})]
            await observe.append(tx, evidence._opening.id, evidence._key, rows)
            raise Stop

    with pytest.raises(Stop):
        await begun()
    async with house.database.tenant(organization) as tx:
        assert not await store.has_new(tx, evidence._opening.id)
        assert await observe.kept(tx, house.sealer, evidence._opening.id) == []


async def test_after_erasure_the_proof_holds_and_says_nothing(house: House, organization: Principal) -> None:
    """A receipt from before verifies against today's log; the server has leaves and paths, and no key to tell more."""
    call = await house.call(organization)
    receipt = await house.receipt(organization, call)
    size = read_checkpoint(receipt["checkpoint"]).size
    async with house.database.tenant(organization) as tx:
        await observe.delete_conversation(tx, call)
    await house.receipt(organization, await house.call(organization))
    with pytest.raises(NotFound):
        await house.receipt(organization, call)
    async with house.database.tenant(organization) as tx:
        head = await proofs.newest_head(tx)
        assert head is not None
        bare = await proofs.inclusion_of(tx, call, head.size)
        path = await proofs.consistency_between(tx, size, head.size)
        assert await tx.fetchval("SELECT count(*) FROM conversation_keys WHERE conversation_id = $1", call) == 0
    root = read_checkpoint(head.note).root
    assert [leaf.index for leaf in bare] == [event["index"] for event in receipt["events"]]
    assert all(root_from_inclusion(leaf.leaf, leaf.index, head.size, leaf.path) == root for leaf in bare)
    receipt["consistency"] = [{"from": size, "to": head.size, "path": [step.hex() for step in path]}]
    assert verify(as_bytes(receipt), held=head.note.encode()).anchored


async def test_what_is_deleted_before_it_has_a_place_gets_one_all_the_same(
    house: House, organization: Principal
) -> None:
    """Nothing that took place can be kept out of the log by deleting it quickly."""
    call = await house.call(organization, sound=False)
    async with house.database.tenant(organization) as tx:
        await observe.delete_conversation(tx, call)
    await advance_all(house.database, house.sealer, house.clock)
    async with house.database.tenant(organization) as tx:
        head = await proofs.newest_head(tx)
        assert head is not None
        assert len(await proofs.inclusion_of(tx, call, head.size)) == 7


async def test_a_conversation_from_before_the_log_says_so(house: House, organization: Principal) -> None:
    """As the migration found it: a timeline, and no leaf of it."""
    call = await house.call(organization, sound=False)
    async with house.database.tenant(organization) as tx:
        await tx.execute("UPDATE conversations SET in_log = true WHERE id = $1", call)
    receipt = await house.receipt(organization, call)
    assert receipt["state"] == "before-log"
    verdict = verify(as_bytes(receipt))
    assert (verdict.state, verdict.checks[-1][2]) == ("unproved", "No proof: from before the log.")


async def test_a_conversation_that_goes_on_is_not_whole(house: House, organization: Principal) -> None:
    """First it waits for its place, then it is logged; a receipt that is not closed is not taken for all of it."""
    evidence = await house.begin(organization)
    evidence.event("call_started", 0, {"recording": False})
    await evidence.flush()
    async with house.database.tenant(organization) as tx:
        kept = await observe.kept(tx, house.sealer, evidence._opening.id)
        assert (await standing(tx, evidence._opening.id, kept)).state == "pending"
    verdict = verify(as_bytes(await house.receipt(organization, evidence._opening.id)))
    assert verdict.state == "fails"
    assert "later ones may be missing" in verdict.checks[1][2]


async def test_a_call_whose_process_died_has_a_receipt(house: House, organization: Principal) -> None:
    """Closed by the sweep, with the sound as far as it got."""
    evidence = await house.begin(organization)
    evidence.event("call_started", 0, {"recording": True})
    evidence.start_recording(8000)
    for _ in range(120):
        evidence.audio(b"\1\2" * 160, b"\3\4" * 160)
    await evidence.flush()
    async with house.database.tenant(organization) as tx:
        await tx.execute("UPDATE conversations SET alive_at = now() - $1::interval", timedelta(minutes=5))
    assert await sweep(house.database, house.sealer, house.clock, house.data_dir) >= 1
    receipt = await house.receipt(organization, evidence._opening.id)
    sound = io.BytesIO(await house.wav(organization, evidence._opening.id))
    verdict = verify(as_bytes(receipt), recording=sound)
    assert (verdict.state, verdict.checks[-1][1]) == ("holds", "ok"), verdict.checks


async def test_a_new_key_is_signed_in_by_the_old_one(house: House, organization: Principal) -> None:
    """A checkpoint under the old key leads to receipts under the new; of the old one no private half is left."""
    first = await house.receipt(organization, await house.call(organization, sound=False))
    async with house.database.tenant(organization) as tx:
        await keys.rotate(tx, house.sealer, house.clock.now())
    call = await house.call(organization, sound=False)
    size = read_checkpoint(first["checkpoint"]).size
    receipt = await house.receipt(organization, call, since=size)
    assert len(receipt["keys"]) == 2
    assert verify(as_bytes(receipt), held=first["checkpoint"].encode()).anchored
    receipt["keys"].pop(0)
    assert verify(as_bytes(receipt), held=first["checkpoint"].encode()).state == "fails"
    async with house.database.tenant(organization) as tx:
        assert await tx.fetchval("SELECT array_agg(number) FROM log_secrets WHERE org_id = $1", tx.org) == [2]


async def test_a_receipt_is_of_one_log(house: House, organization: Principal, other_organization: Principal) -> None:
    """Under another organization's checkpoint, keys or name it does not hold."""
    mine = await house.receipt(organization, await house.call(organization, sound=False))
    theirs = await house.receipt(other_organization, await house.call(other_organization, sound=False))
    assert verify(as_bytes(mine), held=theirs["checkpoint"].encode()).state == "fails"
    for change in ({"keys": theirs["keys"]}, {"log": theirs["log"]}, {"checkpoint": theirs["checkpoint"]}):
        assert verify(as_bytes({**mine, **change})).state == "fails"
    async with house.database.tenant(other_organization) as tx:
        assert await proofs.inclusion_of(tx, mine["conversation"], 100) == []


async def test_a_log_that_was_put_back_says_that_it_is_shorter(
    house: House, organization: Principal, cluster: Cluster
) -> None:
    """As after a backup of before: who names the size that they hold is told, and the old file does not anchor."""
    early = await house.receipt(organization, await house.call(organization, sound=False))
    late = await house.receipt(organization, await house.call(organization, sound=False))
    size = read_checkpoint(early["checkpoint"]).size
    owner = await asyncpg.connect(cluster.owner_dsn)
    try:
        async with owner.transaction():
            await owner.execute(f"SET LOCAL app.org = '{organization.org}'")
            await owner.execute("DELETE FROM checkpoints WHERE size > $1", size)
            await owner.execute("DELETE FROM log_entries WHERE first >= $1", size)
    finally:
        await owner.close()
    with pytest.raises(LogIsShorter):
        await house.receipt(organization, early["conversation"], since=read_checkpoint(late["checkpoint"]).size)
    again = await house.receipt(organization, early["conversation"])
    assert verify(as_bytes(again), held=late["checkpoint"].encode()).state == "fails"
