"""Receipts and logs have windows of their own; proofs outlive the first, and no trace goes before the second."""

from datetime import timedelta

import asyncpg
import pytest
from tests.postgres.compliance.conftest import Place

from flowyte.compliance import holds, retention
from flowyte.compliance.retention import Windows
from flowyte.kit.errors import Invalid
from flowyte.observe import store as observe
from flowyte.observe.receipt import ReceiptOver, receipt_file, standing
from flowyte.receipts import proofs
from flowyte.tenancy.principal import Principal


async def windows(place: Place, owner: Principal, *, agent: str = "", **days: int) -> None:
    async with place.database.tenant(owner) as tx:
        await retention.set_windows(tx, Windows(**days), agent)


async def swept(place: Place, days: int) -> None:
    place.clock.ahead += timedelta(days=days)
    await retention.sweep(place.database, place.clock, place.objects)


async def test_a_receipt_ends_and_its_proof_stays(place: Place, organization: Principal) -> None:
    """No event and no word is left; the row with its numbers is, and the leaves keep their places."""
    call = await place.conversation(organization, "My secret is marmalade")
    async with place.database.tenant(organization) as tx:
        before = await receipt_file(tx, place.sealer, place.clock, call)
    assert before["state"] == "logged"
    await windows(place, organization, receipts_days=30)
    await swept(place, 31)
    assert await place.left(organization) == {call}
    async with place.database.tenant(organization) as tx:
        assert await tx.fetchval("SELECT count(*) FROM timeline WHERE org_id = $1", tx.org) == 0
        assert await observe.events(tx, place.sealer, call) == []
        assert (await observe.get_conversation(tx, call)).turns == 1
        assert (await standing(tx, call, [])).state == "over"
        with pytest.raises(ReceiptOver):
            await receipt_file(tx, place.sealer, place.clock, call)
        head = await proofs.newest_head(tx)
        assert head is not None
        leaves = await proofs.inclusion_of(tx, call, head.size)
        assert [leaf.index for leaf in leaves] == [event["index"] for event in before["events"]]
        assert await retention.overdue(tx, place.clock.now()) == 0


async def test_what_has_no_place_in_the_log_yet_stays_until_it_has(place: Place, organization: Principal) -> None:
    """Nothing can be kept out of the log by a short window."""
    call = await place.conversation(organization, "Hello")
    await windows(place, organization, receipts_days=1)
    await swept(place, 2)
    async with place.database.tenant(organization) as tx:
        assert await observe.events(tx, place.sealer, call)


async def test_a_hold_keeps_receipts_and_the_lines_about_what_it_is_on(place: Place, organization: Principal) -> None:
    """By window or by hand; another conversation's lines go."""
    call = await place.conversation(organization, "Hello")
    async with place.database.tenant(organization) as tx:
        await receipt_file(tx, place.sealer, place.clock, call)
        await holds.place_hold(tx, organization, kind="conversation", subject=call, reason="A court asks")
    await windows(place, organization, receipts_days=1, logs_days=30)
    await aged(place, organization, call, "cnv_old")
    await swept(place, 40)
    async with place.database.tenant(organization) as tx:
        assert await observe.events(tx, place.sealer, call)
        rows = await tx.fetch("SELECT object FROM audit_events WHERE action = 'recordings.opened'")
    assert [row["object"] for row in rows] == [call]


async def aged(place: Place, owner: Principal, *objects: str) -> None:
    """The window as if it had stood for longer: rows of forty days ago are written as such, the role may add rows."""
    async with place.database.tenant(owner) as tx:
        for object_id in objects or ("cnv_old",):
            await tx.execute(
                "INSERT INTO audit_events (org_id, at, actor, address, action, object) "
                "VALUES ($1, now() - interval '40 days', 'x', '', 'recordings.opened', $2)", tx.org, object_id,
            )  # fmt: skip


async def test_the_database_itself_keeps_what_is_younger_than_the_window(place: Place, organization: Principal) -> None:
    """Whatever the sweeper is told: without a window nothing goes, with one only what is past it."""
    await aged(place, organization)

    async def wipe(condition: str) -> str:
        async with place.database.tenant(organization) as tx:
            return await tx.execute(f"DELETE FROM audit_events WHERE {condition}")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await wipe("object = 'cnv_old'")
    await windows(place, organization, logs_days=60)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await wipe("object = 'cnv_old'")
    await windows(place, organization, logs_days=30)
    assert await wipe("object = 'cnv_old'") == "DELETE 1"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await wipe("true")


async def test_windows_that_cannot_be_meant_are_refused(place: Place, organization: Principal) -> None:
    """Less than a month of logs, and logs of one agent."""
    for agent, days in (("", {"logs_days": 29}), ("", {"receipts_days": 0}), ("agt_1", {"logs_days": 30})):
        with pytest.raises(Invalid):
            await windows(place, organization, agent=agent, **days)
