"""The audit log: each change leaves who did it and what it touched, with it or not at all, and nobody takes it back."""

from dataclasses import replace

import asyncpg
import pytest

from flowyte.agents.publish import create, patch
from flowyte.agents.store import delete_agent
from flowyte.kit.db import Database
from flowyte.tenancy.audit import events, note
from flowyte.tenancy.principal import Principal


@pytest.fixture
def person(organization: Principal) -> Principal:
    return replace(organization, kind="session", id="ses_1", address="192.0.2.7")


async def test_a_change_is_noted_with_who_and_where(database: Database, person: Principal) -> None:
    """Made, changed and deleted; of the change only the names of what changed."""
    async with database.tenant(person) as tx:
        agent = await create(tx, person, {"name": "clinic"})
    async with database.tenant(person) as tx:
        await patch(tx, agent.id, {"greeting": "A secret word"}, if_match=None)
    async with database.tenant(person) as tx:
        await delete_agent(tx, agent.id)
        found = [event for event in await events(tx) if event.object == agent.id]
    assert [event.action for event in found] == ["agents.deleted", "agents.changed", "agents.created"]
    assert {(event.actor, event.address) for event in found} == {("session:ses_1", "192.0.2.7")}
    assert found[1].changed == ("draft",)
    assert "A secret word" not in repr(found)


async def test_what_is_rolled_back_was_not_noted(database: Database, person: Principal) -> None:
    """The entry stands or falls with the change."""

    async def change() -> None:
        async with database.tenant(person) as tx:
            await create(tx, person, {"name": "clinic"})
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        await change()
    async with database.tenant(person) as tx:
        assert [event for event in await events(tx) if event.action.startswith("agents")] == []


async def test_a_look_is_noted_by_hand(database: Database, person: Principal) -> None:
    """Such as listening to a recording."""
    async with database.tenant(person) as tx:
        await note(tx, "recordings.opened", "cnv_1")
        (event,) = await events(tx, object="cnv_1")
    assert (event.action, event.actor) == ("recordings.opened", "session:ses_1")


@pytest.mark.parametrize("statement", ["UPDATE audit_events SET actor = 'nobody'", "DELETE FROM audit_events",
                                       "TRUNCATE audit_events"])  # fmt: skip
async def test_nothing_is_taken_back(database: Database, person: Principal, statement: str) -> None:
    """The serving role has no right to."""

    async def take_back() -> None:
        async with database.tenant(person) as tx:
            await note(tx, "recordings.opened", "cnv_1")
            await tx.execute(statement)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await take_back()


async def test_another_organization_sees_nothing_of_it(
    database: Database, person: Principal, other_organization: Principal
) -> None:
    """The log is a tenant's table as any other."""
    async with database.tenant(person) as tx:
        await note(tx, "recordings.opened", "cnv_1")
    async with database.tenant(other_organization) as tx:
        assert await events(tx, object="cnv_1") == []


async def test_a_strange_address_is_not_put_into_a_statement(database: Database, person: Principal) -> None:
    """What comes from the network stands in no statement's text unless it is plain."""
    async with database.tenant(replace(person, address="1'; DROP TABLE agents; --")) as tx:
        await note(tx, "recordings.opened", "cnv_1")
        (event,) = await events(tx, object="cnv_1")
    assert event.address == "unknown"


async def test_events_are_found_by_kind_actor_and_page(database: Database, person: Principal) -> None:
    """Filters narrow together; pages follow one another without a gap."""
    async with database.tenant(person) as tx:
        for number in range(5):
            await note(tx, "recordings.opened", f"cnv_{number}")
        await note(tx, "exports.made", "audit")
        first = await events(tx, action="recordings", limit=2)
        second = await events(tx, action="recordings", limit=3, before=first[-1].id)
        nobody = await events(tx, actor="key:key_1")
    assert [event.object for event in first + second] == ["cnv_4", "cnv_3", "cnv_2", "cnv_1", "cnv_0"]
    assert nobody == []
