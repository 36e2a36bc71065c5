"""Verdicts as data: how strict, by which policy, for what reason, and in which words for the caller."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["allow", "confirm", "verify", "escalate", "deny"]
STRICTNESS: dict[Outcome, int] = {"allow": 0, "confirm": 1, "verify": 2, "escalate": 3, "deny": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one policy has to say. `reason` is a code; `words` are for the caller and hold nothing of the act."""

    policy: str
    outcome: Outcome
    reason: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    outcome: Outcome
    findings: tuple[Finding, ...]
    """All of them, the strictest first, so that a receipt says everything that stood against an act."""

    @property
    def words(self) -> str:
        return next((finding.words for finding in self.findings if finding.words), "")


def combined(findings: Sequence[Finding]) -> Verdict:
    """The strictest; the order in which policies were asked does not matter."""
    ordered = sorted(findings, key=lambda finding: (-STRICTNESS[finding.outcome], finding.policy, finding.reason))
    return Verdict(outcome=ordered[0].outcome if ordered else "allow", findings=tuple(ordered))
