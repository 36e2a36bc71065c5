"""How much an organization may keep: knowledge and recordings together.

Over it nothing more is begun by program: no source, no chat, no call from a browser. Telephone calls are still answered
and recorded, for a caller must not pay for a full disk; retention and deletion make room.
"""

import uuid
from collections.abc import Awaitable, Callable, Sequence

from flowyte.kit.clock import Clock
from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Conflict

Measure = Callable[[TenantTx], Awaitable[int]]
"""Bytes that one room keeps for the transaction's organization."""
REMEMBERED_MS = 60_000  # summing a call centre's recordings takes some milliseconds, and a minute adds little


class StorageFull(Conflict):
    """This organization keeps as much as it may."""

    code = "storage_full"


class Storage:
    def __init__(self, measures: Sequence[Measure], clock: Clock, *, most_mb: int = 20_480) -> None:
        self._measures = measures
        self._clock = clock
        self._most_mb = most_mb
        self._known: dict[uuid.UUID, tuple[int, int]] = {}

    async def used(self, tx: TenantTx) -> int:
        """Bytes, at most a minute old."""
        now = self._clock.monotonic_ms()
        known = self._known.get(tx.org)
        if known is None or now - known[1] >= REMEMBERED_MS:
            known = (sum([await measure(tx) for measure in self._measures]), now)
            self._known[tx.org] = known
        return known[0]

    async def check(self, tx: TenantTx) -> None:
        """Before something is begun; StorageFull says how much there is."""
        used = await self.used(tx)
        if used >= self._most_mb * 1_000_000:
            raise StorageFull(
                f"This organization keeps {used / 1e6:.0f} MB, and {self._most_mb} MB is its limit. Delete knowledge "
                "or conversations, or ask whoever runs this installation for more."
            )
