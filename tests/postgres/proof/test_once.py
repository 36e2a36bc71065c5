"""The proof that no effect takes place twice, and that it notices a ledger that forgets."""

import itertools
from typing import Any

import pytest

from flowyte.proof import once
from flowyte.skills import ledger


def quiet(_: str) -> None:
    pass


async def test_nothing_takes_place_twice_and_nothing_is_lost() -> None:
    """With interruptions, repetitions and deaths at any step; some of each did occur."""
    found = await once.prove(quiet, seed=3, runs=400)
    assert found.findings == []
    assert (found.twice, found.lost) == (0, 0)
    assert min(found.happened, found.in_doubt, found.killed, found.interrupted) > 40


async def test_a_ledger_that_forgets_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every claim is granted, effects take place twice and the proof says so."""
    numbers = itertools.count()
    claim = ledger.claim

    async def granted(tx: Any, sealer: Any, intent: ledger.Intent, **more: Any) -> Any:
        fields = {name: getattr(intent, name) for name in intent.__slots__}
        return await claim(tx, sealer, ledger.Intent(**{**fields, "key": f"k{next(numbers)}"}), **more)

    monkeypatch.setattr(ledger, "claim", granted)
    found = await once.prove(quiet, seed=3, runs=60)
    assert found.twice > 20
    assert found.findings
