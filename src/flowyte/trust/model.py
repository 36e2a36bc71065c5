"""The nouns: a claim, what was seen by one of its checks, and what that makes of the claim."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Status = Literal["kept", "in_progress", "broken", "not_applicable"]
Verdict = Literal["good", "bad", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """`missing` says what is still being built; while it says anything, the claim cannot be shown as kept."""

    id: str
    title: str
    sentence: str
    probes: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    """Files of tests, from the root of the project."""
    code: str
    document: str
    asvs: tuple[str, ...] = ()
    """Rows of OWASP ASVS 5.0."""
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`none`: there is nothing here that this check could look at, and `words` say why."""

    verdict: Verdict
    words: str


def good(words: str) -> Seen:
    return Seen(verdict="good", words=words)


def bad(words: str) -> Seen:
    return Seen(verdict="bad", words=words)


def nothing(words: str) -> Seen:
    return Seen(verdict="none", words=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check as it came out. A test's time is that of the run that it was part of."""

    name: str
    kind: Literal["probe", "test"]
    seen: Seen
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A claim with its state and the reason for it in one sentence."""

    claim: Claim
    status: Status
    reason: str
    checks: tuple[Check, ...]
    checked_at: datetime
