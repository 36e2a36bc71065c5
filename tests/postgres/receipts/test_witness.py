"""A second party signs the log's heads, and refuses another history."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import asyncpg
import pytest
from tests.postgres.receipts.conftest import House, as_bytes
from tests.postgres.receipts.small_witness import NAME, NOW, SmallWitness

from flowyte.egress.addresses import networks
from flowyte.egress.client import Egress, Limits
from flowyte.kit.postgres import Cluster
from flowyte.receipts import witness
from flowyte.receipts.leaf import origin_of
from flowyte.receipts.verify_receipt import verify
from flowyte.tenancy.principal import Principal


@pytest.fixture
async def egress() -> AsyncIterator[Egress]:
    opened = Egress(allowed=networks("127.0.0.0/8"))
    yield opened
    await opened.close()


class Watched:
    """An organization whose log has a witness."""

    def __init__(self, house: House, who: Principal, egress: Egress, small: SmallWitness, url: str) -> None:
        self.house, self.who, self.egress, self.small = house, who, egress, small
        self.limits = Limits(seconds=10, bytes=20_000, ports=frozenset({urlsplit(url).port or 80}))

    async def goes_on(self) -> str:
        """Another call, and the witness is asked; the call's id."""
        call = await self.house.call(self.who, sound=False)
        await self.house.advance(self.who)
        await witness.ask(self.house.database, self.egress, self.who.org, self.limits)
        return call

    async def status(self) -> witness.Witness:
        async with self.house.database.tenant(self.who) as tx:
            return (await witness.witnesses(tx))[0]


@contextmanager
def serving(house: House, who: Principal, public: bytes) -> Iterator[tuple[SmallWitness, str]]:
    small = SmallWitness(origin_of(who.org), public)
    with small.serving() as url:
        yield small, url


@pytest.fixture
async def watched(house: House, organization: Principal, egress: Egress) -> AsyncIterator[Watched]:
    await house.receipt(organization, await house.call(organization, sound=False))
    public = (await house.key(organization)).public_key().public_bytes_raw()
    with serving(house, organization, public) as (small, url):
        async with house.database.tenant(organization) as tx:
            await witness.add(tx, url=url + "/", key=small.vkey)
        yield Watched(house, organization, egress, small, url)


async def test_each_head_is_signed_and_receipts_carry_it(watched: Watched) -> None:
    """The first from nothing, the second with a proof from the first; a verifier that is given the key asks for it."""
    await watched.goes_on()
    call = await watched.goes_on()
    assert [body.split(b"\n")[0] for body in watched.small.asked] == [b"old 0", b"old 14"]
    receipt = await watched.house.receipt(watched.who, call)
    verdict = verify(as_bytes(receipt), witness=watched.small.vkey)
    assert ("Witness", "ok", f"{NAME} signed at {NOW}") in verdict.checks
    status = await watched.status()
    assert (status.seen, status.problem) == (21, "")
    await witness.ask(watched.house.database, watched.egress, watched.who.org, watched.limits)
    assert len(watched.small.asked) == 2, "nothing new, nobody is asked"


async def test_a_witness_that_knows_more_is_followed(watched: Watched) -> None:
    """Our memory of it is behind, as after a lost answer: it says where it is, and the next request fits."""
    await watched.goes_on()
    async with watched.house.database.tenant(watched.who) as tx:
        await tx.execute("UPDATE witnesses SET seen = 0")
    await watched.goes_on()
    assert [body.split(b"\n")[0] for body in watched.small.asked] == [b"old 0", b"old 0", b"old 14"]
    assert (await watched.status()).seen == 21


async def test_a_log_that_was_cut_off_is_not_signed(watched: Watched, cluster: Cluster) -> None:
    """The witness remembers the longer one; the organization can read what stands against it."""
    await watched.goes_on()
    await watched.goes_on()
    owner = await asyncpg.connect(cluster.owner_dsn)
    try:
        async with owner.transaction():
            await owner.execute(f"SET LOCAL app.org = '{watched.who.org}'")
            await owner.execute("DELETE FROM cosignatures")
            await owner.execute("DELETE FROM checkpoints WHERE size > 7")
            await owner.execute("DELETE FROM log_entries WHERE first >= 7")
    finally:
        await owner.close()
    await witness.ask(watched.house.database, watched.egress, watched.who.org, watched.limits)
    status = await watched.status()
    assert status.problem == "The witness has seen a log of 21 entries, which is longer than this one."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((500, b"oh"), "The witness answered 500"),
        ((200, b""), "without a signature by its key"),
        ((200, "— x AAAA\n".encode()), "without a signature by its key"),
        ((200, b"\xff" * 1_000), "without a signature by its key"),
        ((200, b"x" * 30_000), "sent more than"),
        ((409, b"many\n"), "The witness answered 409"),
        ((409, b"5\n"), "There is nothing here by that id."),
        ((409, b"9999999999999999\n"), "longer than this one"),
    ],
)
async def test_a_witness_that_misbehaves_costs_nothing_but_its_signature(
    watched: Watched, answer: tuple[int, bytes], words: str
) -> None:
    """Receipts hold as before, and its state says what was wrong."""
    watched.small.answers_with = answer
    call = await watched.goes_on()
    assert words in (await watched.status()).problem
    receipt = await watched.house.receipt(watched.who, call)
    assert verify(as_bytes(receipt)).state == "holds"
    assert verify(as_bytes(receipt), witness=watched.small.vkey).state == "fails"


async def test_a_witness_that_does_not_answer_is_asked_again(watched: Watched) -> None:
    """Refused connections are written down; when it is back the newest head is signed."""
    ports = watched.limits
    watched.limits = Limits(seconds=5, bytes=20_000, ports=frozenset({443}))
    await watched.goes_on()
    assert (await watched.status()).problem
    watched.limits = ports
    await witness.ask(watched.house.database, watched.egress, watched.who.org, watched.limits)
    assert (await watched.status()).problem == ""
