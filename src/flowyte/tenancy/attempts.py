"""How often somebody may guess: by network address, and by account from one address.

There is no count of an account from everywhere, because that would let a stranger lock its owner out. Counting is one
statement, before the guess is looked at, so that many guesses at once are all counted.
"""

from datetime import timedelta

from flowyte.kit.clock import Clock
from flowyte.kit.db import Database
from flowyte.kit.errors import TooMany
from flowyte.vault.digest import Peppers

WINDOW = timedelta(minutes=15)
MOST_OF_ADDRESS = 50  # an office behind one address signs in in the morning
MOST_OF_ACCOUNT = 10


async def count(database: Database, peppers: Peppers, clock: Clock, address: str, email: str) -> None:
    """TooMany over either limit, alike for accounts that exist and that do not."""
    async with database.platform() as tx:
        for digest, most in (
            (peppers.digest("attempt", address), MOST_OF_ADDRESS),
            (_pair(peppers, address, email), MOST_OF_ACCOUNT),
        ):
            row = await tx.fetchrow(
                "INSERT INTO attempts AS a (digest, began, count) VALUES ($1, $2, 1) ON CONFLICT (digest) DO UPDATE "
                "SET count = CASE WHEN a.began <= $3 THEN 1 ELSE a.count + 1 END, "
                "began = CASE WHEN a.began <= $3 THEN $2 ELSE a.began END RETURNING began, count",
                digest, clock.now(), clock.now() - WINDOW,
            )  # fmt: skip
            assert row is not None
            if row["count"] > most:
                left = row["began"] + WINDOW - clock.now()
                refused = TooMany(retry_after_s=max(1, int(left.total_seconds())))
                break
        else:
            return
    raise refused  # after the commit: a refused guess counts too


async def forgive(database: Database, peppers: Peppers, address: str, email: str) -> None:
    """The right password was given: its earlier slips are forgotten. The address's count stays."""
    async with database.platform() as tx:
        await tx.execute("DELETE FROM attempts WHERE digest = $1", _pair(peppers, address, email))


async def sweep(database: Database, clock: Clock) -> None:
    async with database.platform() as tx:
        await tx.execute("DELETE FROM attempts WHERE began <= $1", clock.now() - WINDOW)


def _pair(peppers: Peppers, address: str, email: str) -> bytes:
    return peppers.digest("attempt", f"{address}\0{email}")
