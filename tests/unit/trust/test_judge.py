"""From checks to a claim's state: it errs on the side of saying less."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.trust.claims import CLAIMS
from flowyte.trust.judge import judged
from flowyte.trust.model import Check, Claim, Seen, Verdict
from flowyte.trust.probes import PROBES

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 25, tzinfo=UTC)
VERDICTS = st.sampled_from(("good", "bad", "none"))


def claim(missing: str = "") -> Claim:
    return Claim(id="T0", title="A", sentence="B.", code="src", document="docs", missing=missing)


def check(kind: str, verdict: Verdict) -> Check:
    return Check(name="x", kind=kind, seen=Seen(verdict=verdict, words=f"{kind} {verdict}"), at=NOW)  # type: ignore[arg-type]


CHECKS = st.lists(st.builds(check, st.sampled_from(("probe", "test")), VERDICTS), max_size=6)


@given(CHECKS, st.sampled_from(("", "Being built.")))
def test_one_bad_check_breaks_a_claim_whatever_the_others_say(checks: list[Check], missing: str) -> None:
    """Also one that is in progress: what is there already must not be broken."""
    broken = judged(claim(missing), [*checks, check("test", "bad")], NOW)
    assert broken.status == "broken"


@given(CHECKS)
def test_nothing_is_kept_without_something_green(checks: list[Check]) -> None:
    """And nothing that is in progress is kept, however green."""
    state = judged(claim(), checks, NOW).status
    assert state != "kept" or any(each.seen.verdict == "good" for each in checks)
    assert judged(claim("Being built."), checks, NOW).status in ("in_progress", "broken")


@given(CHECKS, CHECKS)
def test_a_check_more_that_is_not_green_never_makes_a_claim_kept(checks: list[Check], more: list[Check]) -> None:
    """Evidence is only added by what was seen to hold."""
    dull = [each for each in more if each.seen.verdict != "good"]
    if judged(claim(), checks, NOW).status != "kept":
        assert judged(claim(), [*checks, *dull], NOW).status != "kept"


def test_where_every_probe_has_nothing_to_look_at_the_claim_does_not_apply() -> None:
    """Green tests of the build do not make a claim hold for an installation where it has no meaning."""
    state = judged(claim(), [check("probe", "none"), check("test", "good")], NOW)
    assert (state.status, state.reason) == ("not_applicable", "probe none")


def test_all_24_claims_stand_in_the_registry() -> None:
    """In order, each once; those whose machinery comes later are in progress."""
    assert [each.id for each in CLAIMS] == [f"T{number}" for number in range(1, 25)]
    assert {each.id for each in CLAIMS if each.missing} >= {"T17", "T19", "T20", "T22"}


@pytest.mark.parametrize("each", CLAIMS, ids=lambda each: each.id)
def test_what_a_claim_points_at_is_there(each: Claim) -> None:
    """Its probes, its tests, its code and the document that explains it; and what is not in progress is checked."""
    assert set(each.probes) <= PROBES.keys()
    for path in (*each.tests, each.code, each.document):
        assert (ROOT / path).exists(), path
    assert each.missing or each.probes, "a claim without a probe rests on the word of the build alone"
    assert "compliant" not in f"{each.title} {each.sentence} {each.missing}".lower()


def test_every_probe_is_needed() -> None:
    """A probe that no claim names shows nothing to anybody."""
    assert PROBES.keys() == {name for each in CLAIMS for name in each.probes}
