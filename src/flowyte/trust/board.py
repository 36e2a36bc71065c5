"""The claims as they stand: every probe is tried anew each minute, and what it saw is kept until then.

A probe that fails, or takes too long, is a bad check: what cannot be looked at is not claimed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from flowyte.kit import log
from flowyte.trust.house import House
from flowyte.trust.judge import judged
from flowyte.trust.model import Check, Claim, Judged, Seen, bad
from flowyte.trust.processors import Party
from flowyte.trust.results import Results

logger = log.get(__name__)
EVERY_S = 60  # published: how long a broken claim may still read as kept
PROBE_S = 10.0  # all of them together take a tenth of a second on an idle machine

Probe = Callable[[House], Awaitable[Seen]]


class Board:
    def __init__(
        self, house: House, claims: Sequence[Claim], probes: Mapping[str, Probe], results: Results | None
    ) -> None:
        self._house, self._claims, self._probes, self._results = house, tuple(claims), probes, results
        self._lock = asyncio.Lock()
        self._seen: tuple[Judged, ...] = ()
        self._seen_ms: int | None = None

    @property
    def results(self) -> Results | None:
        """Of the build's tests."""
        return self._results

    @property
    def parties(self) -> Sequence[Party]:
        """Whom this installation sends data of organizations to, by its settings."""
        return self._house.parties()

    async def claims(self) -> tuple[Judged, ...]:
        """No older than EVERY_S. Many who ask at once wait for one look."""
        async with self._lock:
            now = self._house.clock.monotonic_ms()
            if self._seen_ms is None or now - self._seen_ms >= EVERY_S * 1000:
                self._seen = await self.look()
                self._seen_ms = now
            return self._seen

    async def look(self) -> tuple[Judged, ...]:
        """Now, whatever is remembered. Each probe is tried once, however many claims stand on it."""
        wanted = sorted({name for claim in self._claims for name in claim.probes})
        seen = {name: await self._tried(name) for name in wanted}
        now = self._house.clock.now()
        return tuple(
            judged(
                claim,
                [
                    *(Check(name=name, kind="probe", seen=seen[name], at=now) for name in claim.probes),
                    *(self._result(path) for path in claim.tests),
                ],
                now,
            )
            for claim in self._claims
        )

    async def keep_fresh(self) -> None:
        """For the life of the process that serves, so that no reader of the page waits for a look."""
        while True:
            await self.claims()
            await asyncio.sleep(EVERY_S)

    async def _tried(self, name: str) -> Seen:
        try:
            async with asyncio.timeout(PROBE_S):
                return await self._probes[name](self._house)
        except Exception as error:  # noqa: BLE001 - whatever went wrong in it, the claim is not shown to hold
            logger.warning("trust.probe_failed", probe=name, error=type(error).__name__)
            return bad(f"The check {name} could not be made ({type(error).__name__}).")

    def _result(self, path: str) -> Check:
        if self._results is None:
            return Check(name=path, kind="test", seen=Seen(verdict="none", words="No results in this build."), at=None)
        return Check(name=path, kind="test", seen=self._results.of(path), at=self._results.at)
