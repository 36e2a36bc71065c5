"""Tries at an account: counted before anything is compared, by account, over every process."""

import asyncio
from datetime import UTC, datetime, timedelta

from flowyte.kit.db import Database
from flowyte.skills import attempts
from flowyte.tenancy.principal import Principal
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def tried(database: Database, who: Principal, account: bytes, now: datetime = NOW) -> bool:
    async with database.tenant(who) as tx:
        return await attempts.take(tx, account, most=5, now=now)


async def test_many_at_once_have_no_more_tries_than_one(
    database: Database, organization: Principal, keys: FileKeys
) -> None:
    """Sixty calls guess at the same moment: five are compared."""
    account = attempts.of_account(Peppers(keys), organization.org, "700123")
    found = await asyncio.gather(*(tried(database, organization, account) for _ in range(60)))
    assert sum(found) == 5


async def test_the_day_ends_and_the_right_proof_forgives(
    database: Database, organization: Principal, keys: FileKeys
) -> None:
    account = attempts.of_account(Peppers(keys), organization.org, "700124")
    assert [await tried(database, organization, account) for _ in range(6)] == [True] * 5 + [False]
    assert not await tried(database, organization, account, NOW + timedelta(hours=23, minutes=59))
    assert await tried(database, organization, account, NOW + attempts.WINDOW)
    for _ in range(5):
        await tried(database, organization, account, NOW + attempts.WINDOW)
    async with database.tenant(organization) as tx:
        await attempts.forgive(tx, account)
    assert await tried(database, organization, account, NOW + attempts.WINDOW)


async def test_one_organizations_tries_are_not_anothers(
    database: Database, organization: Principal, other_organization: Principal, keys: FileKeys
) -> None:
    """The same account number at two businesses is two accounts, and locking one tells nothing of the other."""
    peppers = Peppers(keys)
    mine = attempts.of_account(peppers, organization.org, "700125")
    theirs = attempts.of_account(peppers, other_organization.org, "700125")
    assert mine != theirs
    for _ in range(6):
        await tried(database, organization, mine)
    assert await tried(database, other_organization, theirs)
    assert await tried(database, other_organization, mine), "nor by the very same digest"
