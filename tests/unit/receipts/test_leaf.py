"""What goes into a leaf, and that the page about it says the same."""

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.receipts.made import evidence

from flowyte.proof.forging import leaf_of_event
from flowyte.receipts.leaf import CLEAR, OTHERS, fields_of, head_of, leaf_of, new_leaf, preamble
from flowyte.receipts.verify_receipt import NAME, commitment, leaf_hash

PAGE = Path(__file__).parents[3] / "docs/explanation/receipts.md"
SALT = bytes(32)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_the_page_shows_a_true_example() -> None:
    """Body, commitment and leaf are those of the second event of the call that the tests are made of."""
    text = PAGE.read_text()
    found = re.search(r"<!-- a test computes this example -->\n```\n(.*?)```", text, re.DOTALL)
    assert found is not None
    receipt = evidence().receipt
    event = receipt["events"][1]
    announced = event["fields"][0]
    assert leaf_hash(found[1].encode()) == leaf_of_event(receipt, event)
    assert f"`{leaf_hash(found[1].encode()).hex()}`" in text
    assert f"`{announced['key']}`" in text
    assert commitment(bytes.fromhex(announced["key"]), announced["json"].encode()).hex() in found[1]
    assert receipt["checkpoint"] in text


@given(st.dictionaries(st.text(max_size=12), st.text() | st.floats() | st.none() | st.lists(st.integers()), max_size=8))
def test_every_event_has_a_leaf_that_its_fields_lead_to(data: dict[str, object]) -> None:
    """Whatever its fields are named; nothing of them lies open in a type that the table does not know."""
    raw = msgspec.json.encode(data)
    fields = fields_of(SALT, 7, "unheard_of", raw)
    assert all(NAME.fullmatch(field.name) and field.key is not None for field in fields)
    assert len({field.key for field in fields}) == len(fields) == len({field.name for field in fields})
    kept = {field.name: msgspec.json.decode(field.json) for field in fields}
    kept |= kept.pop(OTHERS, {})
    assert kept == msgspec.json.decode(raw)
    head = head_of(7, "unheard_of", NOW, -5)
    assert head["atMs"] == 0
    leaf = leaf_of("flowyte/x", "cnv", head, fields)
    assert leaf != leaf_of("flowyte/x", "cnv", {**head, "seq": 8}, fields)
    assert leaf == new_leaf(preamble("flowyte/x", "cnv"), SALT, 7, "unheard_of", NOW, -5, raw)
    assert leaf != leaf_of("flowyte/y", "cnv", head, fields)


@given(st.sampled_from(sorted(CLEAR)), st.data())
def test_the_quick_way_gives_the_same_leaf(type: str, data: st.DataObject) -> None:
    """For types with open fields, and values of any length."""
    names = st.sampled_from([*sorted(CLEAR[type]), "text", "from", "odd name"])
    values = st.text(max_size=200) | st.integers() | st.booleans()
    raw = msgspec.json.encode(data.draw(st.dictionaries(names, values)))
    head = head_of(9, type, NOW, 12)
    slow = leaf_of("flowyte/x", "cnv", head, fields_of(SALT, 9, type, raw))
    assert new_leaf(preamble("flowyte/x", "cnv"), SALT, 9, type, NOW, 12, raw) == slow


@pytest.mark.parametrize("name", ["text", "from", "to", "result", "arguments", "display", "value", "query", "detail"])
def test_what_people_say_never_lies_open(name: str) -> None:
    """In no type of event."""
    assert all(name not in open_fields for open_fields in CLEAR.values())


def test_two_conversations_commit_differently_to_the_same() -> None:
    """So that nobody sees that the same number called twice; and so do two events of one."""
    raw = msgspec.json.encode({"from": "+12025550142"})
    made = [fields_of(salt, seq, "call_started", raw)[0].key for salt in (SALT, b"\1" * 32) for seq in (1, 2)]
    assert len(set(made)) == 4
