"""How many requests in a minute: a bucket for each credential and each organization, in the memory of a process.

A bucket holds ten seconds' worth and fills evenly, so that a burst of one does not become everybody's wait. Each
process counts by itself: with two web processes an organization has twice the limit, which protects and is no bill.
"""

from dataclasses import dataclass

from flowyte.kit.errors import TooMany

BURST_S = 10
SMALLEST_BURST = 30  # some visitors at once, also where a key has one request a second
MOST_BUCKETS = 50_000  # ten megabytes; what was not heard of for a minute is forgotten first, for it is full


@dataclass(slots=True)
class _Bucket:
    left: float
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """As the RateLimit header fields tell it (draft-ietf-httpapi-ratelimit-headers)."""

    most: int
    window_s: int
    left: int
    full_in_s: int


class Rates:
    def __init__(self) -> None:
        self._buckets: dict[bytes, _Bucket] = {}
        self._refused_until: dict[bytes, int] = {}

    def take(self, whose: bytes, per_minute: int, now_ms: int) -> Taken:
        """One request of `whose`; TooMany says when there is one again."""
        most = burst_of(per_minute)
        bucket = self._buckets.get(whose)
        if bucket is None:
            if len(self._buckets) >= MOST_BUCKETS:
                self._forget(now_ms)
            bucket = self._buckets[whose] = _Bucket(left=most, at_ms=now_ms)
        bucket.left = min(most, bucket.left + (now_ms - bucket.at_ms) * per_minute / 60_000)
        bucket.at_ms = now_ms
        if bucket.left < 1:
            raise TooMany(
                f"More than {per_minute} requests in a minute.",
                retry_after_s=max(1, round((1 - bucket.left) * 60 / per_minute)),
            )
        bucket.left -= 1
        return Taken(
            most=most,
            window_s=max(1, round(most * 60 / per_minute)),
            left=int(bucket.left),
            full_in_s=round((most - bucket.left) * 60 / per_minute),
        )

    def refuse_again(self, presented: bytes, now_ms: int) -> None:
        """TooMany for what was refused a moment ago, before anything is looked up for it."""
        until = self._refused_until.get(presented, 0)
        if until > now_ms:
            raise TooMany(retry_after_s=max(1, round((until - now_ms) / 1000)))

    def remember_refusal(self, presented: bytes, refused: TooMany, now_ms: int) -> None:
        if len(self._refused_until) >= MOST_BUCKETS:
            self._refused_until = {key: until for key, until in self._refused_until.items() if until > now_ms}
        self._refused_until[presented] = now_ms + min(refused.retry_after_s, 1) * 1000

    def _forget(self, now_ms: int) -> None:
        old = [whose for whose, bucket in self._buckets.items() if now_ms - bucket.at_ms >= 60_000]
        for whose in old or list(self._buckets)[: MOST_BUCKETS // 10]:
            del self._buckets[whose]


def burst_of(per_minute: int) -> int:
    """How many may come at once."""
    return min(per_minute, max(SMALLEST_BURST, per_minute * BURST_S // 60))
