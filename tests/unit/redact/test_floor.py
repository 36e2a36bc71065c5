"""The benchmark in small, every time: recall and what is lost may not fall below what was reached, less the noise of
fewer samples. The figures of docs/explanation/redaction.md come from `python -m bench.redaction`."""

import pytest
from bench.redaction import is_found, lost, ours, recognised
from bench.redaction_set.samples import ENTITIES, negatives, positives

pytestmark = pytest.mark.unit

COUNT = 60
LEAST = {"card": 0.98, "ssn": 0.98, "account": 0.95, "phone": 0.95, "email": 0.93, "address": 0.95, "birth": 0.95,
         "name": 0.90}  # fmt: skip


@pytest.mark.parametrize("entity", ENTITIES)
def test_nothing_is_left_of_what_was_said(entity: str) -> None:
    found = sum(is_found(sample, ours)[0] for sample in positives("reported", entity, COUNT))
    assert found / COUNT >= LEAST[entity]


def test_ordinary_talk_loses_less_than_one_word_in_a_hundred() -> None:
    taken, count, which = lost(negatives("reported", 200), ours)
    assert taken / count < 0.01, which.most_common(5)


def test_cards_are_found_as_the_recognizer_writes_them() -> None:
    heard = recognised("held", ours)
    assert min(heard[entity]["recall"] for entity in ("card", "ssn", "account", "phone")) >= 0.97
