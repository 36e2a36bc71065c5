"""Checkpoints go where the organization wants them: once each, the newest, and none is lost when a place was away."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes
from typing import Any

import boto3  # type: ignore[import-untyped]
import msgspec
import pytest
from aiosmtpd.smtp import SMTP
from moto.server import ThreadedMotoServer
from tests.postgres.receipts.conftest import House, as_bytes

from flowyte.compliance import checkpoints
from flowyte.compliance.checkpoints import EVENT, Post, send_due
from flowyte.egress.addresses import networks
from flowyte.egress.client import Egress
from flowyte.kit.errors import Conflict, Invalid, NotFound
from flowyte.providers.smtp import Outbox, Server
from flowyte.receipts.verify_receipt import verify
from flowyte.tenancy.principal import Principal
from flowyte.testing.clock import VirtualClock
from flowyte.webhooks.endpoints import create_endpoint

HOUR_MS, DAY_MS = 3_600_000, 86_400_000


class Mailbox:
    """Takes letters, or is too busy."""

    def __init__(self) -> None:
        self.texts: list[tuple[list[str], str]] = []
        self.busy = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.busy:
            return "451 Try again later"
        body = message_from_bytes(envelope.content).get_payload(decode=True)
        self.texts.append((envelope.rcpt_tos, body.decode()))
        return "250 OK"


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, Outbox]]:
    kept = Mailbox()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(kept, hostname="mail.example.com"), "127.0.0.1", 0
    )
    url = Server.parse(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        yield kept, Outbox(url, "flowyte@example.com")
    finally:
        server.close()


def posting(house: House, clock: VirtualClock, outbox: Outbox | None = None, *, port: int = 80) -> Post:
    near = Egress(allowed=networks("127.0.0.0/8"))
    return Post(
        database=house.database, sealer=house.sealer, clock=clock, egress=near, outbox=outbox, ports=frozenset({port})
    )  # fmt: skip


async def events_of(house: House, who: Principal) -> list[dict[str, Any]]:
    async with house.database.tenant(who) as tx:
        rows = await tx.fetch(
            "SELECT body FROM webhook_messages WHERE org_id = $1 AND type = $2 ORDER BY at", tx.org, EVENT
        )
    return [msgspec.json.decode(row["body"])["data"] for row in rows]


async def test_a_letter_holds_what_a_receipt_is_verified_against(
    house: House, organization: Principal, mailbox: tuple[Mailbox, Outbox]
) -> None:
    """What stands between its lines is the checkpoint, and a receipt of later that continues it is anchored by it."""
    box, outbox = mailbox
    call = await house.call(organization, sound=False)
    await house.advance(organization)
    async with house.database.tenant(organization) as tx:
        await checkpoints.add_address(tx, " Audit@Example.com ")
    assert await send_due(posting(house, VirtualClock(), outbox), organization) == 2
    to, text = box.texts[0]
    assert to == ["audit@example.com"]
    held = text.replace("\r\n", "\n").split("--------\n")[1]
    assert verify(as_bytes(await house.receipt(organization, call)), held=held.encode()).anchored


async def test_each_place_gets_the_newest_when_it_is_due(
    house: House, organization: Principal, mailbox: tuple[Mailbox, Outbox]
) -> None:
    """Events once an hour, letters once a day, nothing twice, and nothing while the log stands still."""
    box, outbox = mailbox
    clock = VirtualClock()
    async with house.database.tenant(organization) as tx:
        await checkpoints.add_address(tx, "audit@example.com")
        await create_endpoint(tx, house.sealer, organization, url="https://example.com/hook", description="")

    async def after(ms: int, *, call: bool = True) -> tuple[int, int]:
        clock.advance(ms)
        if call:
            await house.call(organization, sound=False)
            await house.advance(organization)
        await send_due(posting(house, clock, outbox), organization)
        return len(await events_of(house, organization)), len(box.texts)

    assert await after(0) == (1, 1)
    assert await after(HOUR_MS - 60_000) == (1, 1)
    assert await after(60_000, call=False) == (2, 1)
    assert await after(HOUR_MS, call=False) == (2, 1)
    assert await after(DAY_MS) == (3, 2)
    sizes = [event["size"] for event in await events_of(house, organization)]
    assert sizes == [7, 14, 21]
    assert {event["checkpoint"].count("\n\n— ") for event in await events_of(house, organization)} == {1}


async def test_a_mailbox_that_was_away_gets_the_newest_later(
    house: House, organization: Principal, mailbox: tuple[Mailbox, Outbox]
) -> None:
    """It is asked again after ten minutes; meanwhile the page says why nothing came."""
    box, outbox = mailbox
    box.busy = True
    clock = VirtualClock()
    await house.call(organization, sound=False)
    await house.advance(organization)
    async with house.database.tenant(organization) as tx:
        await checkpoints.add_address(tx, "audit@example.com")
    await send_due(posting(house, clock, outbox), organization)
    async with house.database.tenant(organization) as tx:
        place = next(one for one in await checkpoints.places(tx) if one.kind == "email")
    assert place.seen == 0
    assert "did not take it" in place.problem
    box.busy = False
    clock.advance(60_000)
    await send_due(posting(house, clock, outbox), organization)
    assert box.texts == []
    clock.advance(600_000)
    await send_due(posting(house, clock, outbox), organization)
    assert len(box.texts) == 1
    async with house.database.tenant(organization) as tx:
        place = next(one for one in await checkpoints.places(tx) if one.kind == "email")
    assert (place.seen, place.problem) == (7, "")


@pytest.fixture
def s3() -> Iterator[Any]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1", aws_access_key_id="a",
        aws_secret_access_key="b",
    )  # fmt: skip
    try:
        yield client
    finally:
        client.close()
        server.stop()


async def test_a_bucket_gets_one_object_for_each_that_is_due(house: House, organization: Principal, s3: Any) -> None:
    """Named in their order; the key pair is sealed; an address that is gone is told, and tried again."""
    base = s3.meta.endpoint_url
    port, clock = int(base.rpartition(":")[2]), VirtualClock()
    s3.create_bucket(Bucket="checkpoints")
    call = await house.call(organization, sound=False)
    await house.advance(organization)
    pair = {"region": "us-east-1", "access_key": "a", "secret_key": "canary-pair-88"}
    async with house.database.tenant(organization) as tx:
        await checkpoints.add_bucket(tx, house.sealer, url=f"{base}/checkpoints/flowyte/", **pair)
        await checkpoints.add_bucket(tx, house.sealer, url=f"{base}/nowhere", **pair)
        rows = await tx.fetch("SELECT t::text AS line FROM checkpoint_places t WHERE org_id = $1", tx.org)
    assert "canary" not in "".join(row["line"] for row in rows)
    for _ in range(2):  # an hour later nothing has grown
        await send_due(posting(house, clock, port=port), organization)
        clock.advance(HOUR_MS)
    await house.call(organization, sound=False)
    await house.advance(organization)
    await send_due(posting(house, clock, port=port), organization)
    found = [each["Key"] for each in s3.list_objects_v2(Bucket="checkpoints")["Contents"]]
    assert [name.rpartition("-")[2] for name in found] == ["0000000000000007.txt", "0000000000000014.txt"]
    held = s3.get_object(Bucket="checkpoints", Key=found[0])["Body"].read()
    assert verify(as_bytes(await house.receipt(organization, call, since=7)), held=held).anchored
    async with house.database.tenant(organization) as tx:
        lost = next(place for place in await checkpoints.places(tx) if place.target.endswith("nowhere"))
    assert (lost.seen, lost.problem) == (0, "The bucket answered 404 to the checkpoint.")


async def test_a_bucket_that_cannot_be_is_refused(house: House, organization: Principal) -> None:
    """At once, with the field; what lies inside the network is not asked when it is due."""
    good = {"url": "https://example.com/b", "region": "eu-west-1", "access_key": "a", "secret_key": "b"}
    for wrong in ({"url": "ftp://example.com/b"}, {"url": "https://example.com/b?x=1"}, {"region": "EU west"},
                  {"access_key": ""}, {"secret_key": "two words"}):  # fmt: skip
        async with house.database.tenant(organization) as tx:
            with pytest.raises(Invalid):
                await checkpoints.add_bucket(tx, house.sealer, **{**good, **wrong})
    await house.call(organization, sound=False)
    await house.advance(organization)
    async with house.database.tenant(organization) as tx:
        await checkpoints.add_bucket(tx, house.sealer, **{**good, "url": "http://10.0.0.7/b"})
    await send_due(posting(house, VirtualClock()), organization)
    async with house.database.tenant(organization) as tx:
        place = next(one for one in await checkpoints.places(tx) if one.kind == "bucket")
    assert place.seen == 0
    assert place.problem


async def test_without_a_mail_server_the_page_says_so(house: House, organization: Principal) -> None:
    """Nothing is taken for sent."""
    await house.call(organization, sound=False)
    await house.advance(organization)
    async with house.database.tenant(organization) as tx:
        await checkpoints.add_address(tx, "audit@example.com")
    await send_due(posting(house, VirtualClock()), organization)
    async with house.database.tenant(organization) as tx:
        place = next(one for one in await checkpoints.places(tx) if one.kind == "email")
    assert "No mail server" in place.problem


async def test_addresses_are_bounded_and_their_own_organizations(
    house: House, organization: Principal, other_organization: Principal
) -> None:
    """Five; what is no address is refused; another organization's cannot be removed."""
    async with house.database.tenant(organization) as tx:
        with pytest.raises(Invalid):
            await checkpoints.add_address(tx, "nobody")
        for number in range(checkpoints.MOST):
            await checkpoints.add_address(tx, f"a{number}@example.com")
        await checkpoints.add_address(tx, "A1@example.com")  # there already
        with pytest.raises(Conflict):
            await checkpoints.add_address(tx, f"{secrets.token_hex(4)}@example.com")
    async with house.database.tenant(other_organization) as tx:
        assert await checkpoints.places(tx) == []
        with pytest.raises(NotFound):
            await checkpoints.remove_address(tx, "a1@example.com")
