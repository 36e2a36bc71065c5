"""How often somebody may guess: by network address, and by account from one address.

There is no count of an account from everywhere, because that would let a stranger lock its owner out. Counting is one
statement, before the guess is looked at, so that many guesses at once are all counted.
"""

from datetime import timedelta

from flowyte.kit.clock import Clock
from flowyte.kit.db import Database
from flowyte.kit.errors import TooMany, Unauthenticated
from flowyte.vault.digest import Peppers

WINDOW = timedelta(minutes=15)
MOST_OF_ADDRESS = 50  # an office behind one address signs in in the morning
MOST_OF_ACCOUNT = 10
MOST_OF_CODES = 10  # of an account from everywhere: only who has its password comes so far


async def count(database: Database, peppers: Peppers, clock: Clock, address: str, email: str) -> None:
    """TooMany over either limit, alike for accounts that exist and that do not."""
    of_address, of_account = peppers.digest("attempt", address), _pair(peppers, address, email)
    await _count(database, clock, ((of_address, MOST_OF_ADDRESS), (of_account, MOST_OF_ACCOUNT)))


async def count_codes(database: Database, peppers: Peppers, clock: Clock, person: str) -> None:
    """Before a code is looked at: six digits could be guessed from many addresses at once."""
    await _count(database, clock, ((peppers.digest("code-attempt", person), MOST_OF_CODES),))


async def _count(database: Database, clock: Clock, limits: tuple[tuple[bytes, int], ...]) -> None:
    async with database.platform() as tx:
        for digest, most in limits:
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


async def spend(database: Database, peppers: Peppers, clock: Clock, token: str, *, life: timedelta) -> None:
    """Take a token that is good once; Unauthenticated when it was taken before. `life` is how long it could be used."""
    async with database.platform() as tx:
        first = await tx.fetchval(
            "INSERT INTO spent (digest, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true",
            peppers.digest("spent", token), clock.now() + life,
        )  # fmt: skip
    if not first:
        raise Unauthenticated


async def sweep(database: Database, clock: Clock) -> None:
    """What is older than it matters."""
    async with database.platform() as tx:
        await tx.execute("DELETE FROM attempts WHERE began <= $1", clock.now() - WINDOW)
        await tx.execute("DELETE FROM spent WHERE expires_at <= $1", clock.now())


def _pair(peppers: Peppers, address: str, email: str) -> bytes:
    return peppers.digest("attempt", f"{address}\0{email}")
