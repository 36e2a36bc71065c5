"""Events out against a real receiver: signed, at least once under one id, and given up on in the end."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook
from tests.postgres.webhooks.receiver import Receiver, ports_of, receiving

from flowyte.egress.addresses import networks
from flowyte.egress.client import Answer, Egress
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import Conflict, NotFound
from flowyte.kit.secret import SecretText
from flowyte.tenancy.principal import Principal
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer
from flowyte.webhooks import deliver as delivering
from flowyte.webhooks import endpoints, store
from flowyte.webhooks.deliver import RETRIES_S, Post, deliver, resend
from flowyte.webhooks.emit import emit, emit_to
from flowyte.webhooks.model import Delivery, Endpoint


class Clock(SystemClock):
    """Real time, moved on by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest.fixture
async def post(database: Database, keys: FileKeys) -> AsyncIterator[Post]:
    egress = Egress(allowed=networks("127.0.0.0/8"))
    yield Post(database=database, sealer=Sealer(keys), clock=Clock(), egress=egress, ports=frozenset())
    await egress.close()


async def endpoint(post: Post, owner: Principal, receiver: Receiver, **more: Any) -> tuple[Endpoint, SecretText]:
    async with post.database.tenant(owner) as tx:
        return await endpoints.create_endpoint(tx, post.sealer, owner, url=receiver.url, **more)


async def happened(post: Post, owner: Principal, **data: Any) -> list[str]:
    async with post.database.tenant(owner) as tx:
        return await emit_to(tx, "conversation.ended", data, post.clock.now())


async def deliveries(post: Post, owner: Principal, of: Endpoint) -> list[Delivery]:
    async with post.database.tenant(owner) as tx:
        return await store.list_deliveries(tx, of.id)


def at_port(post: Post, *receivers: Receiver) -> Post:
    return replace(post, ports=ports_of(*receivers))


def ahead(post: Post, seconds: float) -> None:
    assert isinstance(post.clock, Clock)
    post.clock.ahead += timedelta(seconds=seconds)


async def queued(post: Post, delivery: str) -> list[datetime]:
    """When the queue takes the delivery's jobs."""
    async with post.database.platform() as tx:
        rows = await tx.fetch(
            "SELECT execute_after FROM pgqueuer WHERE position($1 in convert_from(payload, 'UTF8')) > 0 ORDER BY 1",
            delivery,
        )
    return [row["execute_after"] for row in rows]


async def test_what_arrives_is_verified_by_the_reference_library(post: Post, organization: Principal) -> None:
    """With the secret that was shown when the endpoint was made; the body says type, time and ids."""
    async with receiving() as receiver:
        post = at_port(post, receiver)
        made, secret = await endpoint(post, organization, receiver)
        (delivery,) = await happened(post, organization, conversationId="cnv_1")
        await deliver(post, organization, delivery)
        ((headers, body),) = receiver.got
        assert Webhook(secret.reveal()).verify(body, headers)["data"] == {"conversationId": "cnv_1"}
        assert json.loads(body)["type"] == "conversation.ended"
        (kept,) = await deliveries(post, organization, made)
        assert (kept.state, kept.attempts[0].status, kept.attempts[0].error) == ("delivered", 204, None)
        await deliver(post, organization, delivery)
        assert len(receiver.got) == 1, "what was delivered is not sent again by a job that comes late"


async def test_nobody_is_told_what_did_not_happen(post: Post, organization: Principal) -> None:
    """A transaction that is rolled back leaves no event; neither does one for which nobody listens."""
    async with receiving() as receiver:
        made, _ = await endpoint(post, organization, receiver, events=["message.taken"])

        async def fail() -> None:
            async with post.database.tenant(organization) as tx:
                await emit(tx, "message.taken", {})
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await fail()
        assert await happened(post, organization) == []
        assert await deliveries(post, organization, made) == []


FAILURES = {"a failure": 500, "a redirect": "http://127.0.0.1:1/elsewhere", "a refusal": 401}


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_failure_is_tried_again_under_the_same_id(post: Post, organization: Principal, failure: str) -> None:
    """A redirect is one: the signed body does not go elsewhere."""
    async with receiving(FAILURES[failure], 200) as receiver:  # type: ignore[arg-type]
        post = at_port(post, receiver)
        made, secret = await endpoint(post, organization, receiver)
        (delivery,) = await happened(post, organization)
        await deliver(post, organization, delivery)
        (kept,) = await deliveries(post, organization, made)
        assert kept.state == "pending"
        assert kept.attempts[0].error is not None
        await deliver(post, organization, delivery)
        assert len(receiver.got) == 1, "not before its time"
        ahead(post, RETRIES_S[0] * 1.2)
        await deliver(post, organization, delivery)
        assert len(set(receiver.ids)) == 1
        for headers, body in receiver.got[1:]:
            Webhook(secret.reveal())
            assert abs(int(headers["webhook-timestamp"]) - post.clock.now().timestamp()) < 30, "of this attempt"
            assert body == receiver.got[0][1]
        (kept,) = await deliveries(post, organization, made)
        assert (kept.state, [attempt.number for attempt in kept.attempts]) == ("delivered", [1, 2])


async def test_after_its_last_attempt_a_delivery_has_failed(post: Post, organization: Principal) -> None:
    """Ten attempts over three days, further and further apart."""
    async with receiving(500) as receiver:
        post = at_port(post, receiver)
        made, _ = await endpoint(post, organization, receiver)
        (delivery,) = await happened(post, organization)
        for wait in (*RETRIES_S, 90_000):
            await deliver(post, organization, delivery)
            ahead(post, wait * 1.2)
        await deliver(post, organization, delivery)
        (kept,) = await deliveries(post, organization, made)
        assert (kept.state, len(receiver.got), len(kept.attempts)) == ("failed", 10, 10)


async def test_an_endpoint_that_is_gone_is_switched_off(post: Post, organization: Principal) -> None:
    """410 at once; nothing that waited for it is sent, and nothing new is written for it."""
    async with receiving(410) as receiver:
        post = at_port(post, receiver)
        made, _ = await endpoint(post, organization, receiver)
        (first,) = await happened(post, organization)
        (second,) = await happened(post, organization)
        await deliver(post, organization, first)
        await deliver(post, organization, second)
        assert len(receiver.got) == 1
        async with post.database.tenant(organization) as tx:
            found = await endpoints.get_endpoint(tx, made.id)
        assert not found.is_enabled
        assert "410" in str(found.disabled_because)
        assert {each.state for each in await deliveries(post, organization, made)} == {"cancelled"}
        assert await happened(post, organization) == []
        async with post.database.tenant(organization) as tx:
            with pytest.raises(Conflict):
                await endpoints.send_test(tx, post.clock, made.id)


async def test_five_days_of_failures_switch_it_off(post: Post, organization: Principal) -> None:
    """And one success in between begins the count anew."""
    async with receiving(500, 500, 200, 500, 500) as receiver:
        post = at_port(post, receiver)
        made, _ = await endpoint(post, organization, receiver)

        async def state() -> Endpoint:
            (delivery,) = await happened(post, organization)
            await deliver(post, organization, delivery)
            async with post.database.tenant(organization) as tx:
                return await endpoints.get_endpoint(tx, made.id)

        assert (await state()).failing_since is not None
        ahead(post, 4 * 86_400)
        assert (await state()).is_enabled
        assert (await state()).failing_since is None
        assert (await state()).is_enabled
        ahead(post, 5 * 86_400 + 60)
        assert not (await state()).is_enabled


async def test_a_hanging_endpoint_costs_its_time_and_no_more(
    post: Post, organization: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attempt ends, says so, and the next one is queued."""
    monkeypatch.setattr(delivering, "SECONDS", 0.2)
    async with receiving(30.0) as receiver:
        post = at_port(post, receiver)
        made, _ = await endpoint(post, organization, receiver)
        (delivery,) = await happened(post, organization)
        await deliver(post, organization, delivery)
        (kept,) = await deliveries(post, organization, made)
        assert (kept.state, kept.attempts[0].status) == ("pending", None)
        assert "did not answer" in str(kept.attempts[0].error)


async def test_private_addresses_are_not_reached(post: Post, organization: Principal) -> None:
    """Where the operator has not named the network, an attempt ends before a packet leaves, and says why."""
    async with receiving() as receiver:
        closed = Egress()
        post = replace(at_port(post, receiver), egress=closed)
        made, _ = await endpoint(post, organization, receiver)
        (delivery,) = await happened(post, organization)
        await deliver(post, organization, delivery)
        await closed.close()
        assert receiver.got == []
        (kept,) = await deliveries(post, organization, made)
        assert kept.attempts[0].error is not None


class Killed(BaseException):
    """The process is gone."""


def _before_sending(post: Post, _patch: pytest.MonkeyPatch) -> Post:
    class Dies:
        async def request(self, *_: Any, **__: Any) -> Answer:
            raise Killed

    return replace(post, egress=Dies())


def _after_sending(post: Post, _patch: pytest.MonkeyPatch) -> Post:
    egress = post.egress

    class Dies:
        async def request(self, *args: Any, **more: Any) -> Answer:
            await egress.request(*args, **more)
            raise Killed

    return replace(post, egress=Dies())


def _dying(name: str) -> Callable[[Post, pytest.MonkeyPatch], Post]:
    def switch(post: Post, patch: pytest.MonkeyPatch) -> Post:
        async def dies(*_: Any, **__: Any) -> Any:
            raise Killed

        patch.setattr(delivering, name, dies)
        return post

    return switch


STEPS: dict[str, tuple[Callable[[Post, pytest.MonkeyPatch], Post], int]] = {
    "before it is counted": (_dying("_queue_next"), 0),
    "before its secret is opened": (_dying("_secrets"), 0),
    "before it is sent": (_before_sending, 0),
    "after it was sent": (_after_sending, 1),
    "before its outcome is written": (_dying("_settle"), 1),
}


@pytest.mark.parametrize("step", STEPS)
async def test_killed_at_any_step_it_arrives_all_the_same(
    post: Post, organization: Principal, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """At least once and under one id: what was queued before the attempt brings it, whatever became of the attempt."""
    switch, sent = STEPS[step]
    async with receiving() as receiver:
        post = at_port(post, receiver)
        made, _ = await endpoint(post, organization, receiver)
        (delivery,) = await happened(post, organization)
        with monkeypatch.context() as patch, pytest.raises(Killed):
            await deliver(switch(post, patch), organization, delivery)
        assert len(receiver.got) == sent
        due = await queued(post, delivery)
        assert due, "a job is there that brings it"
        ahead(post, max(0.0, (due[-1] - post.clock.now()).total_seconds()) + 1)
        await deliver(post, organization, delivery)
        assert len(receiver.got) == sent + 1
        assert len(set(receiver.ids)) == 1
        (kept,) = await deliveries(post, organization, made)
        assert kept.state == "delivered"


async def test_two_workers_at_once_send_it_once(post: Post, organization: Principal) -> None:
    """The claim moves its time on, so the second finds nothing to do."""
    async with receiving() as receiver:
        post = at_port(post, receiver)
        await endpoint(post, organization, receiver)
        (delivery,) = await happened(post, organization)
        await asyncio.gather(*(deliver(post, organization, delivery) for _ in range(4)))
        assert len(receiver.got) == 1


async def test_both_secrets_sign_while_they_overlap(post: Post, organization: Principal) -> None:
    """And the old one no longer than that."""
    async with receiving() as receiver:
        post = at_port(post, receiver)
        made, old = await endpoint(post, organization, receiver)
        async with post.database.tenant(organization) as tx:
            _, new = await endpoints.rotate_secret(tx, post.sealer, post.clock, made.id, overlap=timedelta(hours=1))
        (delivery,) = await happened(post, organization)
        await deliver(post, organization, delivery)
        headers, body = receiver.got[0]
        for secret in (old, new):
            Webhook(secret.reveal()).verify(body, headers)
        ahead(post, 3_700)
        (delivery,) = await happened(post, organization)
        await deliver(post, organization, delivery)
        assert " " not in receiver.got[1][0]["webhook-signature"]


async def test_an_event_is_sent_again_under_its_own_id(post: Post, organization: Principal) -> None:
    """Somebody asks for it; another endpoint's delivery is not there to ask for."""
    async with receiving() as receiver:
        post = at_port(post, receiver)
        made, _ = await endpoint(post, organization, receiver)
        other, _ = await endpoint(post, organization, receiver, events=["webhook.test"])
        (delivery,) = await happened(post, organization)
        await deliver(post, organization, delivery)
        async with post.database.tenant(organization) as tx:
            again = await resend(tx, post.clock, made.id, delivery)
            with pytest.raises(NotFound):
                await resend(tx, post.clock, other.id, delivery)
        await deliver(post, organization, again)
        assert receiver.ids[0] == receiver.ids[1]


async def test_another_organization_hears_nothing(
    post: Post, organization: Principal, other_organization: Principal
) -> None:
    """Neither its endpoints nor its jobs reach across."""
    async with receiving() as receiver:
        post = at_port(post, receiver)
        await endpoint(post, other_organization, receiver)
        assert await happened(post, organization) == []
        (delivery,) = await happened(post, other_organization)
        await deliver(post, organization, delivery)
        assert receiver.got == []
