"""Carrying an organization's objects to the bucket of another region, before the organization itself is moved there.

Each is copied, read back and compared before the row says that it lies there; then the old one is asked for, until
this region's bucket shows nothing of it. Cut off anywhere, it is taken up again.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

from flowyte.kit.clock import Clock
from flowyte.kit.db import Database
from flowyte.kit.errors import Conflict, SetupError
from flowyte.objects import store
from flowyte.objects.model import RECORDING, ObjectStore, Stored
from flowyte.objects.move import Damaged
from flowyte.objects.objects import Objects
from flowyte.objects.remove import carry_out
from flowyte.tenancy.principal import Principal

PIECE_BYTES = 4 << 20
A_ROUND = 100


async def carry(database: Database, clock: Clock, objects: Objects, owner: Principal, region: str) -> int:
    """How many were carried. Conflict while sound of it waits here, or the old bucket is not proven empty."""
    if next(objects.root.glob(f"{owner.org}/*/{RECORDING}"), None) is not None:
        raise Conflict("Recordings of this organization are on this machine still: they go to the bucket first.")
    carried = 0
    while True:
        async with database.tenant(owner) as tx:
            found = await store.stored_in(tx, objects.region, limit=A_ROUND)
        if not found:
            break
        there = objects.buckets.get(region)
        if there is None:
            raise SetupError(f"The setting buckets names no bucket of the region {region} for the recordings.")
        for stored in found:
            await _carry_one(database, objects, owner, stored, there, region)
            carried += 1
    await carry_out(database, clock, objects, owner)
    async with database.tenant(owner) as tx:
        if await store.overdue_removals(tx, clock.now()):
            raise Conflict("The bucket of this region does not show yet that everything is gone. Run this again.")
    shutil.rmtree(objects.root / str(owner.org), ignore_errors=True)  # other formats that were made of it
    return carried


async def _carry_one(
    database: Database, objects: Objects, owner: Principal, stored: Stored, there: ObjectStore, region: str
) -> None:
    with tempfile.TemporaryDirectory(prefix=".carry-", dir=objects.root) as folder:
        path = Path(folder) / "sealed"
        source = objects.bucket(stored.region, stored.bucket).source(stored.key, stored.size)
        with path.open("wb") as file:
            for offset in range(0, stored.size, PIECE_BYTES):
                file.write(await asyncio.to_thread(source.read, offset, PIECE_BYTES))
        await there.put(stored.key, path)
    if await there.digest(stored.key) != (stored.size, stored.sha256):
        raise Damaged
    async with database.tenant(owner) as tx:
        await store.ask_removal(
            tx, bucket=stored.bucket, region=stored.region, key=stored.key, conversation_id=stored.conversation_id
        )
        await store.lies_in(tx, stored, region=region, bucket=there.name)
