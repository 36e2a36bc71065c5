"""Windows are kept to, holds stand before them, and every store of personal data is declared."""

from datetime import timedelta

import pytest
from tests.postgres.compliance.conftest import Place

from flowyte.agents.publish import create
from flowyte.compliance import holds, retention
from flowyte.compliance.erase import erase_conversation, sweep_files
from flowyte.compliance.holds import Held
from flowyte.compliance.retention import Windows
from flowyte.compliance.stores import STORES
from flowyte.kit.errors import Invalid, NotFound
from flowyte.kit.postgres import Cluster
from flowyte.proof import catalogue
from flowyte.tenancy.principal import Principal


async def windows(place: Place, owner: Principal, agent: str = "", **days: int | None) -> None:
    async with place.database.tenant(owner) as tx:
        await retention.set_windows(tx, Windows(**days), agent)


async def swept(place: Place, days: float) -> int:
    place.clock.ahead = timedelta(days=days)
    return await retention.sweep(place.database, place.clock, place.objects)


async def test_sound_goes_before_the_words_do(place: Place, organization: Principal) -> None:
    """Each at its own time, and nothing before it."""
    await windows(place, organization, recordings_days=7, transcripts_days=30)
    made = await place.conversation(organization, "Hello")
    await swept(place, 6.9)
    assert place.sound(organization, made)
    await swept(place, 7.1)
    assert not place.sound(organization, made)
    async with place.database.tenant(organization) as tx:
        row = await tx.fetchrow("SELECT recording_state, generation FROM conversations WHERE id = $1", made)
    assert row is not None
    assert (row["recording_state"], row["generation"]) == ("expired", 2), "signed addresses that are out end too"
    await swept(place, 30.1)
    assert await place.left(organization) == set()


async def test_without_a_window_nothing_goes(place: Place, organization: Principal) -> None:
    """Also after ten years."""
    made = await place.conversation(organization, "Hello")
    await swept(place, 3_660)
    assert place.sound(organization, made)


async def test_an_agents_own_window_stands_before_the_organizations(place: Place, organization: Principal) -> None:
    """In both directions."""
    async with place.database.tenant(organization) as tx:
        agent = await create(tx, organization, {"name": "desk"})
    await windows(place, organization, transcripts_days=30)
    await windows(place, organization, agent.id, transcripts_days=2)
    short = await place.conversation(organization, "Hello", agent=agent.id)
    long = await place.conversation(organization, "Hello")
    await swept(place, 3)
    assert await place.left(organization) == {long}
    assert short != long


async def test_a_hold_stands_before_every_deletion(place: Place, organization: Principal) -> None:
    """By window and by hand; of a conversation, of an agent, of everything; and after it is lifted, time goes on."""
    await windows(place, organization, recordings_days=1, transcripts_days=1)
    async with place.database.tenant(organization) as tx:
        agent = await create(tx, organization, {"name": "desk"})
    one = await place.conversation(organization, "Hello")
    of_agent = await place.conversation(organization, "Hello", agent=agent.id)
    free = await place.conversation(organization, "Hello")
    async with place.database.tenant(organization) as tx:
        placed = [
            await holds.place_hold(tx, organization, kind="conversation", subject=one, reason="A court asks"),
            await holds.place_hold(tx, organization, kind="agent", subject=agent.id, reason="A court asks"),
        ]
    await swept(place, 2)
    assert await place.left(organization) == {one, of_agent}
    assert place.sound(organization, one)
    async with place.database.tenant(organization) as tx:
        with pytest.raises(Held):
            await erase_conversation(tx, one)
    async with place.database.tenant(organization) as tx:
        for hold in placed:
            await holds.lift_hold(tx, place.clock, organization, hold.id)
        everything = await holds.place_hold(tx, organization, kind="organization", subject="", reason="A court asks")
    await swept(place, 2.1)
    assert await place.left(organization) == {one, of_agent}
    async with place.database.tenant(organization) as tx:
        await holds.lift_hold(tx, place.clock, organization, everything.id)
        audited = await tx.fetch(
            "SELECT action FROM audit_events WHERE action LIKE 'legal_holds%' AND org_id = $1", tx.org
        )
    assert len(audited) == 6
    await swept(place, 2.2)
    assert await place.left(organization) == set()
    assert free != one


async def test_a_live_conversation_is_not_swept(place: Place, organization: Principal) -> None:
    """Its window begins when it ends."""
    await windows(place, organization, transcripts_days=1)
    live = await place.conversation(organization, "Hello", ended=False)
    await swept(place, 400)
    assert await place.left(organization) == {live}


async def test_windows_that_cannot_be_are_refused(place: Place, organization: Principal) -> None:
    """By their field; an agent that is not there is not found."""
    with pytest.raises(Invalid) as found:
        await windows(place, organization, recordings_days=0, transcripts_days=10_000)
    assert {fault.field for fault in found.value.fields} == {"recordingsDays", "transcriptsDays"}
    with pytest.raises(NotFound):
        await windows(place, organization, "agt_0", recordings_days=1)


async def test_what_a_killed_process_left_behind_is_removed(place: Place, organization: Principal) -> None:
    """Sound whose row is gone; nothing else in the folder is touched."""
    kept = await place.conversation(organization, "Hello")
    lost = await place.conversation(organization, "Hello")
    async with place.database.tenant(organization) as tx:
        await erase_conversation(tx, lost)
    assert place.sound(organization, lost)
    assert await sweep_files(place.database, organization, place.objects) == 1
    assert [place.sound(organization, each) for each in (kept, lost)] == [True, False]


async def test_sound_that_outlived_its_window_by_a_crash_is_removed(place: Place, organization: Principal) -> None:
    """The state was written and the process died before the file went."""
    made = await place.conversation(organization, "Hello")
    async with place.database.tenant(organization) as tx:
        await tx.execute(
            "UPDATE conversations SET recording_state = 'expired' WHERE org_id = $1 AND id = $2", tx.org, made
        )
    assert await sweep_files(place.database, organization, place.objects) == 1
    assert not place.sound(organization, made)


async def test_many_are_swept_at_once_and_held_ones_are_in_nobodys_way(
    place: Place, organization: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than one round holds, with the oldest under a hold."""
    monkeypatch.setattr(retention, "A_ROUND", 2)
    await windows(place, organization, recordings_days=1, transcripts_days=1)
    made = [await place.conversation(organization, "Hello") for _ in range(7)]
    async with place.database.tenant(organization) as tx:
        for each in made[:3]:
            await holds.place_hold(tx, organization, kind="conversation", subject=each, reason="A court asks")
    await swept(place, 2)
    assert await place.left(organization) == set(made[:3])
    assert all(place.sound(organization, each) for each in made[:3])


async def test_every_table_says_whose_data_it_holds(cluster: Cluster) -> None:
    """A new table is in neither list until somebody has thought about how a person's data leave it."""
    tenants = await catalogue.ask(cluster.app_dsn, catalogue.tenant_tables)
    assert {store.table for store in STORES} == {*tenants, *catalogue.GLOBAL_TABLES}
    assert len({store.table for store in STORES}) == len(STORES)
    assert all(store.why and bool(store.key) == (store.of == "caller") for store in STORES)
