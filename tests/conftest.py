"""Every test belongs to the ring of its folder."""

import os
import platform
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

import flowyte
from flowyte.trust.results import Written, read_results, source_digest, write_results

# `make test` tries the same generated cases everywhere, so that a red run means that the code has changed for the
# worse. `make explore` looks for new ones: what it finds becomes a test with a name.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=3_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        ring = item.path.relative_to(TESTS).parts[0]
        item.add_marker(getattr(pytest.mark, ring))


# What the trust page shows of the tests: for each file how many passed, failed and were skipped. `make test` keeps it.
_COUNTS: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])


def _of_rings_before(kept: Path, source: str) -> dict[str, tuple[int, int, int]]:
    found = read_results(kept)
    return dict(found.tests) if found is not None and found.source == source else {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.outcome != "passed":
        _COUNTS[report.nodeid.partition("::")[0]][("passed", "failed", "skipped").index(report.outcome)] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The rings run one after the other, each adding its files to what the ones before it found of the same code."""
    kept = os.environ.get("FLOWYTE_TEST_RESULTS")
    is_worker = hasattr(session.config, "workerinput")
    if kept and not session.config.option.collectonly and not is_worker:
        package = Path(flowyte.__file__).parent
        tests = {path: (passed, failed, skipped) for path, (passed, failed, skipped) in _COUNTS.items()}
        tests = dict(sorted({**_of_rings_before(Path(kept), source_digest(package)), **tests}.items()))
        write_results(
            Path(kept),
            Written(
                version=flowyte.__version__, source=source_digest(package), at=datetime.now(UTC),
                machine=f"{os.cpu_count()} cores, {platform.machine()}", tests=tests,
            ),
        )  # fmt: skip
