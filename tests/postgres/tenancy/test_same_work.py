"""Signing in does the same work whether there is such an account or not.

Counted, not timed: a clock says only that a difference was too small to be seen here. That is in `bench/boundary.py`.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import httpx
import pytest
from litestar import Litestar
from tests.postgres.dashboard.conftest import OWN, embed, parts_of
from tests.postgres.tenancy.test_people import found, mailbox, somewhere

from flowyte.api.problem import HANDLERS
from flowyte.dashboard.app import page_routes
from flowyte.dashboard.services import PageServices
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import Unauthenticated
from flowyte.kit.postgres import Cluster
from flowyte.objects.objects import Objects
from flowyte.tenancy.key_text import new_key_text
from flowyte.tenancy.keys import authenticate_key, create_key, revoke_key
from flowyte.tenancy.passwords import Passwords
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.storage import Storage
from flowyte.trust.board import Board
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner

Work = list[str]


class Counted(Passwords):
    """Writes down each verification, with what decides how long it takes."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work

    def _verify(self, stored: str, keyed: bytes) -> bool:
        parameters = stored.rpartition("$")[0].rpartition("$")[0]
        self._work.append(f"verify {parameters}, {len(stored)} characters against {len(keyed)} bytes")
        return super()._verify(stored, keyed)


class Hasty(Counted):
    async def matches(self, peppers: Peppers, stored: str | None, password: str) -> bool:
        return stored is not None and await super().matches(peppers, stored, password)


@pytest.fixture
def work() -> Work:
    """Every statement and every verification, in order."""
    return []


@pytest.fixture
async def watched(cluster: Cluster, work: Work) -> AsyncIterator[Database]:
    """The database by a connection that writes down what it is asked."""

    async def watch(connection: asyncpg.Connection) -> None:
        connection.add_query_logger(lambda asked: work.append(asked.query))

    pool = await asyncpg.create_pool(cluster.app_dsn, min_size=0, max_size=1, init=watch, reset=_leave)
    database = Database(pool)
    yield database
    await database.close()


async def _leave(_connection: asyncpg.Connection) -> None:
    """Nothing is asked between two transactions, as in the product."""


@pytest.fixture
def pages(watched: Database, work: Work, keys: FileKeys, board: Board, tmp_path: Path) -> PageServices:
    clock = SystemClock()
    return PageServices(
        database=watched, peppers=Peppers(keys), clock=clock, sealer=Sealer(keys), data_dir=tmp_path,
        objects=Objects.local(tmp_path), secure=False,
        embed=embed, parts_of=parts_of, storage=Storage((), clock), signer=UrlSigner(keys, clock), address=OWN,
        passwords=Counted(work), board=board,
    )  # fmt: skip


async def refused(pages: PageServices, work: Work, email: str) -> tuple[Work, int, list[tuple[str, str]], bytes]:
    """What trying to sign in took, and the whole answer."""
    app = Litestar([page_routes()], exception_handlers=HANDLERS, openapi_config=None)
    app.state.pages = pages
    transport = httpx.ASGITransport(app=app, client=(somewhere(), 1))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=OWN) as client:
        client.headers.update({"Origin": OWN, "Sec-Fetch-Site": "same-origin"})
        work.clear()
        answer = await client.post("/sign-in", data={"email": email, "password": "wrong wrong wrong"})
        return list(work), answer.status_code, sorted(answer.headers.items()), answer.content


async def test_a_known_and_an_unknown_account_take_the_same_work(
    pages: PageServices, work: Work, organization: Principal
) -> None:
    """The same statements in the same order, one Argon2 verification at the same cost, the same answer byte for byte:
    also for an account that asks for a code, and for one that is a member nowhere any more."""
    plain, second, nowhere = mailbox(), mailbox(), mailbox()
    for email in (plain, second, nowhere):
        await found(pages.door, organization, email)
    async with pages.database.platform() as tx:
        digests = {email: pages.peppers.digest("email", email) for email in (second, nowhere)}
        await tx.execute("UPDATE people SET totp = '\\x00', totp_step = 0 WHERE email = $1", digests[second])
        gone = await tx.fetchval("SELECT id FROM people WHERE email = $1", digests[nowhere])
        await tx.execute("DELETE FROM memberships WHERE person = $1", gone)
    unknown = await refused(pages, work, mailbox())
    assert sum(line.startswith("verify $argon2id$") for line in unknown[0]) == 1
    assert unknown[1] == 401
    assert len(unknown[0]) > 5, "the statements are seen"
    for email in (plain, second, nowhere, mailbox(), "nobody"):
        assert await refused(pages, work, email) == unknown, email


async def test_a_door_that_tells_is_seen(pages: PageServices, work: Work, organization: Principal) -> None:
    """The comparison above can fail: it does, where no password is verified for an account that there is not."""
    email = mailbox()
    await found(pages.door, organization, email)
    hasty = replace(pages, passwords=Hasty(work))
    known, unknown = await refused(hasty, work, email), await refused(hasty, work, mailbox())
    assert known[0] != unknown[0]
    assert known[1:] == unknown[1:], "and it is the work alone that tells"


async def test_a_revoked_key_takes_the_work_of_one_that_never_was(
    pages: PageServices, work: Work, organization: Principal
) -> None:
    """And what is not well formed takes no statement at all."""
    async with pages.database.tenant(organization) as tx:
        status, revoked = await create_key(tx, pages.peppers, name="k", scopes=frozenset(), created_by=organization)
        await revoke_key(tx, status.id)
    stranger = new_key_text("live")
    took = []
    for key in (revoked, stranger, stranger[:-1] + ("0" if stranger[-1] != "0" else "1")):
        work.clear()
        with pytest.raises(Unauthenticated):
            await authenticate_key(pages.database, pages.peppers, key)
        took.append(list(work))
    assert took[0] == took[1] != []
    assert took[2] == []
