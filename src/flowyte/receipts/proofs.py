"""Proofs from the stored tree: that a leaf is in it, and that it continues an earlier one."""

from collections.abc import Sequence
from dataclasses import dataclass

from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Conflict, NotFound
from flowyte.receipts import store
from flowyte.receipts.note import SignedHead
from flowyte.receipts.tree import consistency, hash_of, inclusion, needed


class LogIsShorter(Conflict):
    """The newest checkpoint here is older than the one that was asked about: this log is not the one that signed it."""

    code = "log_is_shorter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A leaf with its place and path."""

    seq: int
    leaf: bytes
    index: int
    path: list[bytes]


async def inclusion_of(tx: TenantTx, conversation_id: str, size: int) -> list[Proved]:
    """Every leaf of a conversation in the tree of `size`, in the order of its events; none for who has none."""
    places = [
        (entry.first_seq + at, entry.first + at, leaf)
        for entry in await store.entries_of(tx, conversation_id)
        for at, leaf in enumerate(store.split(entry.leaves))
    ]
    paths = await _hashes(tx, [inclusion(index, size) for _, index, _ in places if index < size])
    return [
        Proved(seq=seq, leaf=leaf, index=index, path=path)
        for (seq, index, leaf), path in zip(places, paths, strict=False)
    ]


async def consistency_between(tx: TenantTx, old: int, size: int) -> list[bytes]:
    """The proof that the tree of `size` begins with that of `old`. Both must have been signed; NotFound otherwise."""
    for wanted in (old, size):
        if await store.head_of_size(tx, wanted) is None:
            raise NotFound
    return (await _hashes(tx, [consistency(old, size)]))[0] if old < size else []


async def newest_head(tx: TenantTx, *, since: int | None = None) -> SignedHead | None:
    """None for an empty log; LogIsShorter when a head of `since` leaves is said to have been signed and cannot be."""
    found = await store.heads(tx, limit=1)
    if since is not None and (not found or found[0].size < since):
        raise LogIsShorter
    return found[0] if found else None


async def _hashes(tx: TenantTx, paths: Sequence[list[tuple[int, int]]]) -> list[list[bytes]]:
    tiles = await store.tiles(tx, needed(stretch for path in paths for stretch in path))
    known: dict[tuple[int, int], bytes] = {}  # neighbours share nearly all of their paths
    for path in paths:
        for stretch in path:
            if stretch not in known:
                known[stretch] = hash_of(stretch, tiles)
    return [[known[stretch] for stretch in path] for path in paths]
