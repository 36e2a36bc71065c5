"""A person goes through every channel of the real product, is deleted, and is looked for in every byte it wrote."""

from pathlib import Path

import pytest
from tests.acceptance.ear import words_of

from flowyte.kit.settings import load
from flowyte.proof import canary
from flowyte.providers.store.fetch import list_models


def test_nothing_is_left_of_a_person_who_was_deleted(tmp_path: Path) -> None:
    """Every way in spoke of them before; the search bites; another caller is whole."""
    settings, _ = load()
    missing = [status.model.name for status in list_models(settings.models_dir) if not status.present]
    if missing:
        pytest.skip(f"the built-in models are not here ({', '.join(missing)}); `flowyte models --fetch` brings them")
    erased = canary.prove(tmp_path, lambda _line: None, words_of)
    assert erased.findings == []
    assert erased.hits == 0
    assert erased.met == 5
    assert erased.files > 100
    assert erased.looked_for > 50
