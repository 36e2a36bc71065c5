"""How often somebody may try to prove that an account is theirs: counted by account, before anything is compared.

One statement counts and decides, so a hundred calls at once have no more tries between them than one. An account that
nobody has is counted alike: being locked says nothing about being there.
"""

from datetime import datetime, timedelta

from flowyte.kit.db import TenantTx
from flowyte.vault.digest import Peppers

WINDOW = timedelta(hours=24)  # five tries a day at a four-digit PIN take three years for an even chance
CODES_WINDOW = timedelta(hours=1)
MOST_CODES = 3  # letters to one account in an hour: more is somebody filling a mailbox


def of_account(peppers: Peppers, org: object, account: str) -> bytes:
    return peppers.digest("verification", f"{org}\0{account}")


def of_codes(peppers: Peppers, org: object, account: str) -> bytes:
    return peppers.digest("verification-code", f"{org}\0{account}")


async def take(tx: TenantTx, account: bytes, *, most: int, now: datetime, window: timedelta = WINDOW) -> bool:
    """Take one try of `most` in `window`; False when none is left, and then nothing is counted."""
    row = await tx.fetchrow(
        "INSERT INTO verification_attempts AS a (org_id, account, began, count) VALUES ($1, $2, $3, 1) "
        "ON CONFLICT (org_id, account) DO UPDATE SET "
        "count = CASE WHEN a.began <= $4 THEN 1 ELSE a.count + 1 END, "
        "began = CASE WHEN a.began <= $4 THEN $3 ELSE a.began END "
        "WHERE a.began <= $4 OR a.count < $5 RETURNING count",
        tx.org, account, now, now - window, most,
    )  # fmt: skip
    return row is not None


async def forgive(tx: TenantTx, account: bytes) -> None:
    """It was proven: earlier slips are forgotten."""
    await tx.execute("DELETE FROM verification_attempts WHERE org_id = $1 AND account = $2", tx.org, account)
