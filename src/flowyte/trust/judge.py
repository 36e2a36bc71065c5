"""From checks to a claim's state. Pure, and it errs on the side of saying less.

One bad check breaks a claim, whatever the others say. A claim with nothing green is never kept. What is in progress
says so even when all that is there already works.
"""

from collections.abc import Sequence
from datetime import datetime

from flowyte.trust.model import Check, Claim, Judged, Status

UNSHOWN = "Its checks are tests of the build, and this build carries no results of them."


def judged(claim: Claim, checks: Sequence[Check], now: datetime) -> Judged:
    status, reason = _state(claim, checks)
    return Judged(claim=claim, status=status, reason=reason, checks=tuple(checks), checked_at=now)


def _state(claim: Claim, checks: Sequence[Check]) -> tuple[Status, str]:
    failed = [check for check in checks if check.seen.verdict == "bad"]
    if failed:
        return "broken", failed[0].seen.words
    if claim.missing:
        return "in_progress", claim.missing
    probes = [check for check in checks if check.kind == "probe"]
    green = [check for check in checks if check.seen.verdict == "good"]
    if probes and all(check.seen.verdict == "none" for check in probes):
        return "not_applicable", probes[0].seen.words
    if not green:
        return "in_progress", UNSHOWN
    return "kept", next((check.seen.words for check in green if check.kind == "probe"), green[0].seen.words)
