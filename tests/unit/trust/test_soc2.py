"""SOC 2 is in progress: what bears on a control is read as it stands, and no word says more."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from flowyte.trust.claims import CLAIMS
from flowyte.trust.model import Judged, Status
from flowyte.trust.papers.controls import CONTROLS, Control
from flowyte.trust.papers.soc2 import Overclaims, only_in_progress, soc2
from flowyte.trust.results import Results

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def judged(status: Status) -> list[Judged]:
    return [Judged(claim=each, status=status, reason="It stands so.", checks=(), checked_at=NOW) for each in CLAIMS]


def results(**tests: tuple[int, int, int]) -> Results:
    return Results(at=NOW, machine="here", signed_by="", tests={"tests/a.py": (0, 0, 0), **tests})


BOTH = Control(id="CC0.1", title="Both", claims=("T1",), tests=("tests/a.py",))


@pytest.mark.parametrize(("status", "test", "state"), [
    ("kept", (3, 0, 0), "evidence"), ("kept", (0, 0, 0), "evidence"), ("in_progress", (3, 0, 0), "evidence"),
    ("in_progress", (0, 0, 0), "open"), ("not_applicable", (0, 0, 2), "open"), ("kept", (3, 1, 0), "failing"),
    ("broken", (3, 0, 0), "failing"),
])  # fmt: skip
def test_a_control_is_what_its_evidence_is(status: Status, test: tuple[int, int, int], state: str) -> None:
    """One thing that fails is enough; what is not seen is no evidence."""
    (shown,) = soc2([BOTH], judged(status), results(**{"tests/a.py": test}))
    assert shown.state == state
    assert [each.at for each in shown.evidence] == [NOW, NOW]


def test_without_anything_to_look_at_every_control_is_open() -> None:
    """No results and no claim that is kept."""
    assert {each.state for each in soc2(CONTROLS, judged("in_progress"), None)} == {"open"}


def test_the_common_criteria_are_all_listed_once() -> None:
    """CC1 to CC9 with their 33 points, availability and confidentiality, each with the day on which it was listed."""
    ids = [each.id for each in CONTROLS]
    assert len(ids) == len(set(ids))
    counts = {f"CC{n}": sum(each.startswith(f"CC{n}.") for each in ids) for n in range(1, 10)}
    assert counts == {"CC1": 5, "CC2": 3, "CC3": 4, "CC4": 2, "CC5": 3, "CC6": 8, "CC7": 5, "CC8": 1, "CC9": 2}
    assert all(date.fromisoformat(each.since) >= date(2026, 11, 25) for each in CONTROLS)


@pytest.mark.parametrize("control", CONTROLS, ids=lambda each: each.id)
def test_a_controls_evidence_is_there(control: Control) -> None:
    """Claims of the registry and files of tests; where there is neither, it says what is left."""
    assert set(control.claims) <= {each.id for each in CLAIMS}
    assert [path for path in control.tests if not (ROOT / path).is_file()] == []
    assert control.claims or control.tests or control.left


@pytest.mark.parametrize("words", [
    "We are SOC 2 compliant.", "in compliance with SOC 2", "It complies.", "<b>Certified</b> by nobody", "attestation",
    "Our SOC 2 Type II report", "an audited product", "accredited", "It conforms to the criteria.", "SOC 2 ready",
])  # fmt: skip
def test_no_page_can_say_that_somebody_found_us_in_order(words: str) -> None:
    """Whatever a control, a claim or a template says, the page is refused as a whole."""
    with pytest.raises(Overclaims):
        only_in_progress(f"<p>SOC 2 is in progress. {words}</p>")


def test_what_the_claims_say_can_be_shown() -> None:
    """No sentence of today's takes the page down."""
    for claim in CLAIMS:
        only_in_progress(f"{claim.title} {claim.sentence} {claim.missing}")
