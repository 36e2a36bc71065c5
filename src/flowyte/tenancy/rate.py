"""How many requests in a minute: a bucket for each credential and each organization, in the memory of a process.

A bucket fills evenly up to its minute's worth, so a burst is taken as long as the minute is kept. Each process counts
by itself: with two web processes an organization has twice the limit, which is a protection of theirs and no bill.
"""

from dataclasses import dataclass

from flowyte.kit.errors import TooMany

MOST_BUCKETS = 50_000  # ten megabytes; full buckets are forgotten first, for they say nothing


@dataclass(slots=True)
class _Bucket:
    left: float
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """As the RateLimit header fields tell it (draft-ietf-httpapi-ratelimit-headers)."""

    per_minute: int
    left: int
    full_in_s: int


class Rates:
    def __init__(self) -> None:
        self._buckets: dict[bytes | str, _Bucket] = {}

    def take(self, whose: bytes | str, per_minute: int, now_ms: int) -> Taken:
        """One request of `whose`; TooMany says when there is one again."""
        bucket = self._buckets.get(whose)
        if bucket is None:
            if len(self._buckets) >= MOST_BUCKETS:
                self._forget_full(now_ms)
            bucket = self._buckets[whose] = _Bucket(left=per_minute, at_ms=now_ms)
        bucket.left = min(per_minute, bucket.left + (now_ms - bucket.at_ms) * per_minute / 60_000)
        bucket.at_ms = now_ms
        if bucket.left < 1:
            raise TooMany(
                f"More than {per_minute} requests in a minute.",
                retry_after_s=max(1, round((1 - bucket.left) * 60 / per_minute)),
            )
        bucket.left -= 1
        full_in_s = round((per_minute - bucket.left) * 60 / per_minute)
        return Taken(per_minute=per_minute, left=int(bucket.left), full_in_s=full_in_s)

    def _forget_full(self, now_ms: int) -> None:
        """Whoever was not heard of for a minute has a full bucket."""
        old = [whose for whose, bucket in self._buckets.items() if now_ms - bucket.at_ms >= 60_000]
        for whose in old or list(self._buckets)[: MOST_BUCKETS // 10]:
            del self._buckets[whose]
