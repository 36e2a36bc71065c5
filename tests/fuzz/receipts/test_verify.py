"""The verifier of receipts reads what strangers send. Invariant: one of its verdicts, never an exception.

And what was changed is never taken for true, wherever the change is.
"""

import io
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.receipts.made import evidence

from flowyte.proof.forging import written
from flowyte.receipts.verify_receipt import WAV_HEADER, verify

STATES = {"holds", "fails", "unproved", "refused"}
TRUE = written(evidence(330).receipt)
HELD = evidence(330).held.encode()
SOUND = evidence(330).recording or b""
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=400))
def test_any_bytes(raw: bytes) -> None:
    assert verify(raw).state == "refused"
    assert verify(TRUE, held=raw).state in ("refused", "fails")
    assert verify(TRUE, keys=raw).state == "refused"
    assert verify(TRUE, recording=io.BytesIO(raw)).state == "fails"


@given(st.data())
def test_bytes_exchanged_anywhere(data: st.DataObject) -> None:
    """A few bytes of a true receipt: it holds only where it says the same as before."""
    raw = bytearray(TRUE)
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    verdict = verify(bytes(raw), held=HELD)
    assert verdict.state in STATES
    if verdict.state == "holds":
        assert told(json.loads(raw)) == told(json.loads(TRUE))


@given(st.data())
def test_any_value_in_any_place(data: st.DataObject) -> None:
    """Of the JSON: any part is replaced by anything."""
    receipt = json.loads(TRUE)
    holder, name = receipt, data.draw(st.sampled_from(sorted(receipt)))
    while isinstance(holder[name], dict | list) and holder[name] and data.draw(st.booleans()):
        holder = holder[name]
        names: list[Any] = sorted(holder) if isinstance(holder, dict) else list(range(len(holder)))
        name = data.draw(st.sampled_from(names))
    holder[name] = data.draw(VALUES | st.text() | st.integers(0, 400))
    try:
        raw = written(receipt)
    except UnicodeEncodeError:
        return
    verdict = verify(raw, held=HELD)
    assert verdict.state in STATES
    assert verdict.state != "holds" or told(receipt) == told(json.loads(TRUE))


@given(st.integers(0, len(SOUND) - 1), st.integers(1, 255))
def test_any_byte_of_the_sound(at: int, change: int) -> None:
    """A changed sample is always found. The header's sizes are not of the recording, its format is."""
    sound = bytearray(SOUND)
    sound[at] ^= change
    if at >= WAV_HEADER or at in (0, 8, 20, 22, 24, 34, 36):
        assert verify(TRUE, held=HELD, recording=io.BytesIO(bytes(sound))).state == "fails"


def told(receipt: dict[str, Any]) -> Any:
    """What a receipt says: all but the proof that it is so."""
    events = [{**event, "path": None, "index": None} for event in receipt["events"]]
    return receipt["log"], receipt["conversation"], events
