"""Effects on a real database and a real service: once an intent, kept when interrupted, in doubt when nobody knows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.postgres.skills.service import Service, serving
from tests.unit.skills.orders import order

from flowyte.egress.addresses import networks
from flowyte.egress.client import Egress
from flowyte.kit.clock import Clock, SystemClock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Unavailable
from flowyte.kit.postgres import Cluster
from flowyte.kit.secret import SecretText
from flowyte.skills import ledger, secrets
from flowyte.skills.kinds import messages, webhook
from flowyte.skills.messages import count_new
from flowyte.skills.runner import DEADLINE_S, Order, Runner
from flowyte.tenancy.principal import Principal
from flowyte.testing.clock import VirtualClock
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer

CANARY = "canary-7b3e-token"


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving() as made:
        yield made


@pytest.fixture
def sealer(keys: FileKeys) -> Sealer:
    return Sealer(keys)


@asynccontextmanager
async def running(
    database: Database, sealer: Sealer, service: Service, clock: Clock | None = None
) -> AsyncIterator[Runner]:
    """As a process has it: the egress lets it out to this machine because the operator said so."""
    egress = Egress(allowed=networks("127.0.0.0/8"))
    clock = clock or SystemClock()

    async def kept(order: Order) -> Any:
        async with database.tenant(order.principal) as tx:
            return await secrets.opened(tx, sealer, order.skill_id)

    runner = Runner(
        database, sealer, clock,
        inside={"take_message": messages.filing(sealer)},
        outside={"http_webhook": webhook.calling(egress, clock, kept, frozenset({service.port}))},
    )  # fmt: skip
    try:
        async with runner.running():
            yield runner
    finally:
        await egress.close()


def asked(who: Principal, service: Service, **more: Any) -> Order:
    config = {"url": f"{service.url}/orders", **more.pop("config", {})}
    return order("http_webhook", config, more.pop("arguments", {"order_id": "7"}), principal=who, **more)


async def entries(database: Database, sealer: Sealer, who: Principal) -> tuple[ledger.Entry, ...]:
    async with database.tenant(who) as tx:
        return await ledger.of_conversation(tx, sealer, "cnv_1")


async def test_ten_who_ask_at_once_make_one_request(
    database: Database, organization: Principal, sealer: Sealer, service: Service
) -> None:
    """All get its answer; the request names the run, and so does the ledger; asked again later, nothing is sent."""
    async with running(database, sealer, service) as runner:
        one = asked(organization, service)
        outcomes = await asyncio.gather(*(runner.run(one, "http_webhook") for _ in range(10)))
        again = await runner.run(one, "http_webhook")
    assert {outcome.state for outcome in (*outcomes, again)} == {"done"}
    assert [outcome.result for outcome in (*outcomes, again)] == [{"ok": True}] * 11
    assert again.again
    (request,) = service.asked
    (entry,) = await entries(database, sealer, organization)
    assert request.headers["idempotency-key"] == entry.id == again.run_id
    assert (entry.state, entry.arguments, entry.result) == ("done", {"order_id": "7"}, {"ok": True})


async def test_two_processes_make_one_request(
    database: Database, organization: Principal, sealer: Sealer, service: Service
) -> None:
    """Whoever comes second while the first is at it is told that nobody knows yet, and does not do it."""
    service.may_answer.clear()
    async with running(database, sealer, service) as first, running(database, sealer, service) as second:
        one = asked(organization, service)
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(first.run(one, "http_webhook"))
            await service.arrived.wait()
            assert (await second.run(one, "http_webhook")).state == "in_doubt"
            service.may_answer.set()
        assert waiting.result().state == "done"
        assert (await second.run(one, "http_webhook")).state == "done"
    assert len(service.asked) == 1


async def test_what_is_meant_to_happen_again_happens_again(
    database: Database, organization: Principal, sealer: Sealer, service: Service
) -> None:
    """Another occasion, other arguments and another conversation are other intents."""
    async with running(database, sealer, service) as runner:
        for one in (
            asked(organization, service),
            asked(organization, service, occasion="2"),
            asked(organization, service, arguments={"order_id": "8"}),
            asked(organization, service, conversation="cnv_2"),
        ):
            assert not (await runner.run(one, "http_webhook")).again
    assert len(service.asked) == 4


async def test_an_effect_outlives_who_asked_for_it(
    database: Database, organization: Principal, sealer: Sealer, service: Service
) -> None:
    """A caller interrupts while the service works: it is done, once, and the next who asks has its result."""
    service.may_answer.clear()
    async with running(database, sealer, service) as runner:
        one = asked(organization, service)
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(runner.run(one, "http_webhook"))
            await service.arrived.wait()
            asking.cancel()
        service.may_answer.set()
        assert (await runner.run(one, "http_webhook")).result == {"ok": True}
    assert len(service.asked) == 1


async def test_a_process_that_stops_waits_for_its_effects(
    database: Database, organization: Principal, sealer: Sealer, service: Service
) -> None:
    """And takes no new ones."""
    service.may_answer.clear()
    async with running(database, sealer, service) as runner:
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(runner.run(asked(organization, service), "http_webhook"))
            await service.arrived.wait()
            asking.cancel()
        service.may_answer.set()
    (entry,) = await entries(database, sealer, organization)
    assert entry.state == "done"
    with pytest.raises(Unavailable):
        await runner.run(asked(organization, service), "http_webhook")


async def test_after_a_crash_it_is_in_doubt_and_not_done_again(
    database: Database, organization: Principal, sealer: Sealer, service: Service
) -> None:
    """A claim without a result, and a new process: before its deadline and after it, the service is not asked."""
    clock = VirtualClock()
    one = asked(organization, service)
    async with running(database, sealer, service, clock) as dying, database.tenant(organization) as tx:
        await dying._claim(tx, one)  # all that a process leaves that is killed before its request returns
    async with running(database, sealer, service, clock) as fresh:
        assert (await fresh.run(one, "http_webhook")).state == "in_doubt"
        async with database.tenant(organization) as tx:
            assert await ledger.in_doubt(tx, sealer, now=clock.now()) == ()
        clock.advance(DEADLINE_S * 1000 + 1)
        assert (await fresh.run(one, "http_webhook")).state == "in_doubt"
        async with database.tenant(organization) as tx:
            (doubtful,) = await ledger.in_doubt(tx, sealer, now=clock.now())
    assert (doubtful.state, doubtful.arguments) == ("in_doubt", {"order_id": "7"})
    assert service.asked == []


async def test_a_read_is_taken_over_after_a_crash(
    database: Database, organization: Principal, sealer: Sealer, service: Service
) -> None:
    """Reading again harms nobody, once the process that had begun is surely gone."""
    clock = VirtualClock()
    one = asked(organization, service, is_write=False)
    async with running(database, sealer, service, clock) as dying, database.tenant(organization) as tx:
        await dying._claim(tx, one)
    clock.advance(DEADLINE_S * 1000 + 1)
    async with running(database, sealer, service, clock) as fresh:
        assert (await fresh.run(one, "http_webhook")).state == "done"
    assert len(service.asked) == 1


async def test_what_was_busy_may_be_tried_again(
    database: Database, organization: Principal, sealer: Sealer, service: Service
) -> None:
    """429, 503 and a port that nobody listens on: nothing has happened, so the intent is free again."""
    service.say = [(503, b""), (429, b""), (200, b"{}")]
    async with running(database, sealer, service) as runner:
        one = asked(organization, service)
        for _ in range(2):
            outcome = await runner.run(one, "http_webhook")
            assert (outcome.state, outcome.error) == ("failed", "busy")
        assert await entries(database, sealer, organization) == ()
        assert (await runner.run(one, "http_webhook")).state == "done"


async def test_a_closed_port_is_a_failure_that_may_be_tried_again(
    database: Database, organization: Principal, sealer: Sealer, service: Service
) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    free = Service(port=server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()
    async with running(database, sealer, free) as runner:
        outcome = await runner.run(asked(organization, free), "http_webhook")
    assert (outcome.state, outcome.error) == ("failed", "unreached")
    assert await entries(database, sealer, organization) == ()


async def test_a_refusal_is_kept_and_not_asked_again(
    database: Database, organization: Principal, sealer: Sealer, service: Service
) -> None:
    service.say = [(409, b"{}")]
    async with running(database, sealer, service) as runner:
        outcomes = [await runner.run(asked(organization, service), "http_webhook") for _ in range(2)]
    assert [(outcome.state, outcome.error) for outcome in outcomes] == [("failed", "refused_409")] * 2
    assert len(service.asked) == 1


@pytest.mark.parametrize("said", [None, (500, b""), (200, b"<html>"), (200, b" " * 70_000)])
async def test_a_change_that_may_have_happened_is_in_doubt(
    database: Database, organization: Principal, sealer: Sealer, service: Service, said: tuple[int, bytes] | None
) -> None:
    """The line is cut, the service fails, or what it says cannot be read: a person finds out, nobody asks again."""
    service.say = [said]
    async with running(database, sealer, service) as runner:
        outcomes = [await runner.run(asked(organization, service), "http_webhook") for _ in range(2)]
    assert {outcome.state for outcome in outcomes} == {"in_doubt"}
    assert len(service.asked) == 1
    (entry,) = await entries(database, sealer, organization)
    assert entry.state == "in_doubt"


async def test_a_slow_change_is_in_doubt_and_a_slow_read_may_be_repeated(
    database: Database, organization: Principal, sealer: Sealer, service: Service
) -> None:
    """The skill's own patience is over before the service says anything."""
    service.may_answer.clear()
    async with running(database, sealer, service) as runner:
        slow = {"timeout_ms": 150}
        write = await runner.run(asked(organization, service, config=slow), "http_webhook")
        read = asked(organization, service, config=slow, is_write=False, occasion="read")
        failed = await runner.run(read, "http_webhook")
        service.may_answer.set()
        repeated = await runner.run(read, "http_webhook")
    assert (write.state, write.error) == ("in_doubt", "slow")
    assert (failed.state, failed.error) == ("failed", "slow")
    assert repeated.state == "done"


async def test_a_database_that_is_away_when_it_is_done_gets_the_result_later(
    cluster: Cluster, database: Database, organization: Principal, sealer: Sealer, service: Service
) -> None:
    """The server is stopped while the service works, and comes back: the entry says done."""
    service.may_answer.clear()
    async with running(database, sealer, service) as runner, asyncio.TaskGroup() as group:
        asking = group.create_task(runner.run(asked(organization, service), "http_webhook"))
        await service.arrived.wait()
        await asyncio.to_thread(cluster.stop)
        service.may_answer.set()
        await asyncio.sleep(0.1)
        await asyncio.to_thread(cluster.restart)
    assert asking.result().result == {"ok": True}
    (entry,) = await entries(database, sealer, organization)
    assert (entry.state, entry.result) == ("done", {"ok": True})


async def test_a_database_that_stays_away_does_not_make_a_doubt_a_failure(
    cluster: Cluster, database: Database, organization: Principal, sealer: Sealer, service: Service
) -> None:
    """Whoever asked is told that nobody knows, and so is whoever asks when it is back."""
    service.may_answer.clear()
    service.say = [None]
    one = asked(organization, service)
    async with running(database, sealer, service) as runner:
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(runner.run(one, "http_webhook"))
            await service.arrived.wait()
            await asyncio.to_thread(cluster.stop)
            service.may_answer.set()
        await asyncio.to_thread(cluster.restart)
        assert asking.result().state == "in_doubt"
        assert (await runner.run(one, "http_webhook")).state == "in_doubt"
    assert len(service.asked) == 1


async def test_a_message_and_its_entry_are_both_there_or_neither(
    database: Database, organization: Principal, sealer: Sealer, service: Service
) -> None:
    """Filed once however often it is asked for; refused, it leaves no trace and may be asked for again."""
    given = {"name": "A caller", "phone": "202 555 0142", "message": "Call me."}
    right = order("builtin", {"action": "take_message"}, given, principal=organization)
    empty = order("builtin", {"action": "take_message"}, {**given, "message": " "}, principal=organization)
    async with running(database, sealer, service) as runner:
        refused = await runner.run(empty, "take_message")
        outcomes = await asyncio.gather(*(runner.run(right, "take_message") for _ in range(3)))
    assert (refused.state, refused.error) == ("failed", "invalid_arguments")
    assert len({outcome.result["messageId"] for outcome in outcomes}) == 1
    (entry,) = await entries(database, sealer, organization)
    assert entry.state == "done"
    async with database.tenant(organization) as tx:
        assert await count_new(tx) == 1


async def test_credentials_go_to_the_service_and_rest_sealed(
    database: Database, organization: Principal, other_organization: Principal, sealer: Sealer, service: Service
) -> None:
    """The header is sent as it was set; at rest and in the printed form of what was opened it cannot be read."""
    async with database.tenant(organization) as tx:
        await secrets.keep(tx, sealer, agent_id="agt_1", skill_id="skl_1", name="header:X-Token", value=CANARY, by="me")
        row = await tx.fetchrow("SELECT * FROM skill_secrets WHERE org_id = $1", tx.org)
        opened = await secrets.opened(tx, sealer, "skl_1")
        status = await secrets.kept(tx, "agt_1")
    assert row is not None
    assert CANARY.encode() not in row["value"]
    assert CANARY not in f"{row!r} {opened!r} {status!r}"
    assert isinstance(opened["header:X-Token"], SecretText)
    config = {"headers": {"X-Token": {"sealed": True}}}
    async with running(database, sealer, service) as runner:
        assert (await runner.run(asked(organization, service, config=config), "http_webhook")).ok
        foreign = await runner.run(asked(other_organization, service, config=config), "http_webhook")
    assert [request.headers["x-token"] for request in service.asked] == [CANARY]
    assert (foreign.state, foreign.error) == ("failed", "secret_missing")


async def test_the_ledger_is_sealed_and_of_one_organization(
    database: Database, organization: Principal, other_organization: Principal, sealer: Sealer, service: Service
) -> None:
    """Arguments and results cannot be read at rest; the same conversation of another organization is another one."""
    service.say = [(200, b'{"note": "canary-result-55"}')]
    one = {"order_id": "canary-argument-66"}
    async with running(database, sealer, service) as runner:
        await runner.run(asked(organization, service, arguments=one), "http_webhook")
        assert await entries(database, sealer, other_organization) == ()
        theirs = await runner.run(asked(other_organization, service, arguments=one), "http_webhook")
    assert not theirs.again
    async with database.tenant(organization) as tx:
        rows = await tx.fetch("SELECT * FROM skill_runs WHERE org_id = $1", tx.org)
    assert len(rows) == 1
    assert not any(b"canary" in value for value in rows[0].values() if isinstance(value, bytes))
    assert "canary" not in repr(rows[0])


async def test_a_claim_that_is_forgotten_meanwhile_is_free(
    database: Database, organization: Principal, sealer: Sealer
) -> None:
    """One asks while another's attempt fails: whatever the order of their statements, one has it at a time."""
    intent = ledger.Intent(
        agent_id="agt_1", conversation_id="cnv_1", key="k", skill="s", kind="email", is_write=True, arguments={}
    )
    clock = SystemClock()

    async def once() -> bool:
        now = clock.now()
        async with database.tenant(organization) as tx:
            entry, ours = await ledger.claim(tx, sealer, intent, now=now, deadline=now)
        if ours:
            async with database.tenant(organization) as tx:
                await ledger.forget(tx, entry.id)
        return ours

    async def many() -> list[bool]:
        return [await once() for _ in range(25)]

    async def lost(tx: TenantTx) -> int:
        return int(await tx.fetchval("SELECT count(*) FROM skill_runs WHERE org_id = $1", tx.org))

    found = await asyncio.gather(*(many() for _ in range(3)))
    assert any(ours for each in found for ours in each)
    async with database.tenant(organization) as tx:
        assert await lost(tx) <= 1
