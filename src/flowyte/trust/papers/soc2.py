"""SOC 2, in progress: each control with the evidence that there is today, and a guard on what may be said of it.

Nobody has examined anything. The state of a control is read from claims and tests as they stand, and no state means
that an examiner would be content.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flowyte.kit.errors import FlowyteError
from flowyte.trust.model import Judged, Seen
from flowyte.trust.papers.controls import Control
from flowyte.trust.results import Results

State = Literal["evidence", "failing", "open"]
SAYS_TOO_MUCH = re.compile(
    r"\b(compl(?:y|ies|iant|iance)\w*|certified|certification\w*|attest\w*|accredit\w*|conform\w*|"
    r"soc\s*2\s+(?:type|ready|report is)\w*|audited|passed (?:the|an|our) (?:audit|examination))\b",
    re.IGNORECASE,
)
TAG = re.compile(r"<[^>]*>")


class Overclaims(FlowyteError):
    """A page about SOC 2 said more than that it is in progress."""

    code = "overclaims"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    name: str
    """A claim's id or a file of tests."""
    words: str
    good: bool | None
    """None: there is nothing to see."""
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    control: Control
    state: State
    evidence: tuple[Evidence, ...]


def soc2(controls: Sequence[Control], claims: Sequence[Judged], results: Results | None) -> list[Shown]:
    """Every control with what bears on it. One bad piece of evidence makes it fail; without a good one it is open."""
    known = {each.claim.id: each for each in claims}
    return [_shown(control, known, results) for control in controls]


def only_in_progress(text: str) -> str:
    """The text itself; Overclaims when any word of it, marks aside, says that somebody has found us in order."""
    if found := SAYS_TOO_MUCH.search(TAG.sub(" ", text)):
        raise Overclaims(f"The page about SOC 2 cannot say {found[0]!r}: it is in progress.")
    return text


def _shown(control: Control, known: dict[str, Judged], results: Results | None) -> Shown:
    evidence = [_of_claim(known[each]) for each in control.claims if each in known]
    evidence += [_of_tests(path, results) for path in control.tests]
    good = [each.good for each in evidence]
    state: State = "failing" if False in good else "evidence" if True in good else "open"
    return Shown(control=control, state=state, evidence=tuple(evidence))


def _of_claim(judged: Judged) -> Evidence:
    good = {"kept": True, "broken": False, "in_progress": None, "not_applicable": None}[judged.status]
    words = judged.claim.title if judged.status == "kept" else judged.reason
    return Evidence(name=judged.claim.id, words=words, good=good, at=judged.checked_at)


def _of_tests(path: str, results: Results | None) -> Evidence:
    seen = results.of(path) if results else Seen(verdict="none", words="This build carries no results of its tests.")
    good = {"good": True, "bad": False, "none": None}[seen.verdict]
    return Evidence(name=path, words=seen.words, good=good, at=results.at if results else None)
