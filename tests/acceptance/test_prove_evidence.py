"""A person goes through the real product, is deleted, and is looked for in every byte that it wrote."""

from pathlib import Path

import pytest

from flowyte.kit.settings import load
from flowyte.proof import canary
from flowyte.providers.store.fetch import list_models


def test_nothing_is_left_of_a_person_who_was_deleted(tmp_path: Path) -> None:
    """Every written way in spoke of them before; the search bites; another caller is whole. `flowyte prove evidence`
    speaks, too."""
    settings, _ = load()
    missing = [status.model.name for status in list_models(settings.models_dir) if not status.present]
    if missing:
        pytest.skip(f"the built-in models are not here ({', '.join(missing)}); `flowyte models --fetch` brings them")
    erased = canary.prove(tmp_path, lambda _line: None, None)
    assert erased.findings == []
    assert erased.hits == 0
    assert erased.met == 4
    assert erased.files > 100
    assert erased.looked_for > 30
