"""Gives new leaves their places, one organization at a time, and signs the head of the longer tree.

A call waits for none of this: it writes its leaves with its events. A leaf has its place within MERGE_DELAY_S after its
event was written, while the worker runs; asking for a receipt does it at once.
"""

import asyncio
from collections.abc import Sequence

from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import FlowyteError
from flowyte.receipts import keys, store
from flowyte.receipts.leaf import origin_of
from flowyte.receipts.note import LOG, SignedHead, head_body, signature_line
from flowyte.receipts.store import Entry
from flowyte.receipts.tree import TILE, Place, hash_of, merkle_root, needed
from flowyte.tenancy.organizations import all_organizations, system_principal
from flowyte.vault import signing
from flowyte.vault.seal import Sealer

logger = log.get(__name__)
MERGE_DELAY_S = 60  # published: what is not in the log by then has been held back
EVERY_S = 15.0  # a round may take three times as long as the pause and the promise is kept
MOST = 10_000  # conversations that get places in one transaction: a second or two


async def advance(tx: TenantTx, sealer: Sealer, clock: Clock) -> SignedHead | None:
    """Place what is new, up to a bound, and sign. None when nothing was."""
    await store.lock(tx)
    new = await store.take_new(tx, MOST)
    if not new:
        return None
    old = size = await store.size(tx)
    entries = []
    for conversation_id, first_seq, leaves in new:
        entries.append(Entry(first=size, conversation_id=conversation_id, first_seq=first_seq, leaves=leaves))
        size += len(leaves) // store.LEAF
    await store.insert_entries(tx, entries)
    tiles = await _grown(tx, old, b"".join(entry.leaves for entry in entries))
    missing = needed([(0, size)]) - tiles.keys()
    tiles |= await store.tiles(tx, missing)
    return await _sign(tx, sealer, clock, size, hash_of((0, size), tiles))


async def _grown(tx: TenantTx, old: int, leaves: bytes) -> dict[Place, list[bytes]]:
    """Store the roots of the subtrees that have become complete; returns the last tile of each level."""
    last: dict[Place, list[bytes]] = {}
    nodes: list[tuple[int, int, bytes]] = []
    level, begin, added = 0, old, store.split(leaves)
    while added:
        number, there = divmod(begin, TILE)
        kept = (await store.tiles(tx, {(level, number)}))[level, number][:there] if there else []
        hashes = [*kept, *added]
        whole = len(hashes) // TILE
        roots = [merkle_root(hashes[at * TILE : (at + 1) * TILE]) for at in range(whole)]
        nodes += [(level + 1, number + at, root) for at, root in enumerate(roots)]
        last[level, number + whole] = hashes[whole * TILE :]
        level, begin, added = level + 1, number, roots
    if nodes:
        await store.insert_nodes(tx, nodes)
    return last


async def _sign(tx: TenantTx, sealer: Sealer, clock: Clock, size: int, root: bytes) -> SignedHead:
    now, origin = clock.now(), origin_of(tx.org)
    key, sealed = await keys.newest(tx, sealer, now)
    body = head_body(origin, size, root)
    signature = await signing.sign(tx, sealer, "log_secrets", str(key.number), sealed, body.encode())
    note = body + "\n" + signature_line(origin, LOG, key.public, signature)
    head = SignedHead(size=size, signed_at=now, key=key.number, note=note)
    await store.insert_head(tx, head)
    return head


async def advance_all(database: Database, sealer: Sealer, clock: Clock) -> Sequence[str]:
    """Every organization's log, to its present end. Returns the logs that grew."""
    async with database.platform() as platform:
        orgs = await all_organizations(platform)
    grown = []
    for org in orgs:
        principal = system_principal(org)
        try:
            async with database.tenant(principal) as tx:
                waits = await store.has_new(tx)
            while waits:
                async with database.tenant(principal) as tx:
                    waits = await advance(tx, sealer, clock) is not None and await store.has_new(tx)
                grown.append(origin_of(org))
        except FlowyteError as error:  # its key may be withheld: the others' logs go on
            logger.warning("log.not_advanced", log=origin_of(org), error=type(error).__name__)
    return grown


async def keep_up(database: Database, sealer: Sealer, clock: Clock) -> None:
    """For the life of the worker."""
    while True:
        try:
            await advance_all(database, sealer, clock)
        except FlowyteError as error:
            logger.warning("log.not_advanced", error=type(error).__name__)
        await asyncio.sleep(EVERY_S)
