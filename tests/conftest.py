"""Every test belongs to the ring of its folder."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

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
