"""Organization keys that this process has opened, for a bounded time.

The bound is a promise: whoever disables the key that an organization brought makes everything under it unreadable
within KEY_TTL_MS, in every process. 300 s because a shorter one is paid for at the key service: an organization in
use costs 12 requests an hour and process, 10,000 of them 33 a second, far from a region's shared quota of several
thousand; a longer one would not be worth disabling a key for. Keys in use are opened again in the background before
they run out, so no request waits for a key service after the first.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from flowyte.kit.clock import Clock
from flowyte.kit.errors import Unavailable
from flowyte.vault.keyring import KeyPlace, KeyProvider, KeyServiceAway, KeyWithheld, SealBroken

KEY_TTL_MS = 300_000
REFRESH_AFTER_MS = 120_000  # leaves three minutes of a key service's absence unnoticed
REFUSAL_MS = 10_000  # how long a refusal is believed: a disabled key must not keep connections waiting for its service
ABSENCE_MS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """A row of org_keys. `settled`: its transaction has committed, so that it may be remembered."""

    kek_id: str
    wrapped: bytes
    settled: bool


@dataclass(slots=True)
class _Opened:
    key: bytes = field(repr=False)
    opened_ms: int
    used: bool = True


class OpenedKeys:
    """Opens keys and remembers them; one opening at a time for each key."""

    def __init__(self, keys: KeyProvider, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._opened: dict[KeyPlace, _Opened] = {}
        self._refused: dict[KeyPlace, tuple[type[KeyWithheld | KeyServiceAway], int]] = {}
        self._opening: dict[KeyPlace, asyncio.Lock] = {}

    async def key(self, place: KeyPlace, read: Callable[[], Awaitable[Wrapped]]) -> bytes:
        """The key of `place`; `read` gives its row when it is not known here."""
        known = self._fresh(place)
        if known is not None:
            return known
        lock = self._opening.setdefault(place, asyncio.Lock())
        async with lock:
            known = self._fresh(place)
            if known is not None:
                return known
            self._refuse_again(place)
            began = self._clock.monotonic_ms()  # before the row is read: the bound counts from what the row said
            row = await read()
            key = await self._open(place, row)
            if row.settled:
                self._opened[place] = _Opened(key=key, opened_ms=began)
            return key

    def forget(self, org: uuid.UUID) -> None:
        """Read this organization's keys anew from here on."""
        for place in [place for place in self._opened if place.org == org]:
            del self._opened[place]
        self._refused = {place: refusal for place, refusal in self._refused.items() if place.org != org}

    async def refresh(self, read: Callable[[KeyPlace], Awaitable[Wrapped]]) -> None:
        """Open again what is in use and getting old; drop what is not in use. Call it every half minute or so."""
        for place, opened in list(self._opened.items()):
            began = self._clock.monotonic_ms()
            if began - opened.opened_ms < REFRESH_AFTER_MS:
                continue
            if not opened.used:
                self._opened.pop(place, None)
                continue
            try:
                key = await self._open(place, await read(place))
            except Unavailable:
                continue  # the database's or the key service's absence: what is open stays open to the end of its time
            except (KeyWithheld, SealBroken):
                self._opened.pop(place, None)
                continue
            if self._opened.get(place) is opened:
                self._opened[place] = _Opened(key=key, opened_ms=began, used=False)

    def _fresh(self, place: KeyPlace) -> bytes | None:
        opened = self._opened.get(place)
        if opened is None:
            return None
        if self._clock.monotonic_ms() - opened.opened_ms >= KEY_TTL_MS:
            self._opened.pop(place, None)
            return None
        opened.used = True
        return opened.key

    def _refuse_again(self, place: KeyPlace) -> None:
        kind, until = self._refused.get(place, (None, 0))
        if kind is not None and self._clock.monotonic_ms() < until:
            raise kind
        self._refused.pop(place, None)

    async def _open(self, place: KeyPlace, row: Wrapped) -> bytes:
        try:
            return await self._keys.unwrap(row.kek_id, row.wrapped, place)
        except (KeyWithheld, KeyServiceAway) as refusal:
            lasts = REFUSAL_MS if isinstance(refusal, KeyWithheld) else ABSENCE_MS
            self._refused[place] = (type(refusal), self._clock.monotonic_ms() + lasts)
            raise

    def __repr__(self) -> str:
        return f"OpenedKeys({len(self._opened)})"
