"""A timeline as a person reads it: what was taken out is marked, and what was silenced is placed where it was."""

from datetime import UTC, datetime

import pytest

from flowyte.dashboard.story import Silence, lines_of, pieces_of, silences_of
from flowyte.observe.model import Event

pytestmark = pytest.mark.unit
NOON = datetime(2027, 1, 5, 12, tzinfo=UTC)


def event(seq: int, at_ms: int, type: str, **data: object) -> Event:
    return Event(seq=seq, at_ms=at_ms, at=NOON, type=type, data=data)


def test_a_mark_reads_as_what_it_stands_for_and_other_brackets_stay() -> None:
    assert pieces_of("Use [card], or [card 2] born [date of birth] [sic].") == [
        ("Use ", False), ("card number", True), (", or ", False), ("card number", True), (" born ", False),
        ("date of birth", True), (" [sic].", False),
    ]  # fmt: skip


def test_a_silence_stands_where_it_began_and_is_in_the_recordings_own_time() -> None:
    events = [
        event(1, 9_000, "user_utterance", text="[card]", redacted=["card"]),
        event(2, 20_000, "agent_message", text="Thank you.", kind="answer", cut=False),
        event(3, 14_000, "silenced", fromMs=8_600, toMs=13_600, track="both"),
        event(4, 30_000, "silenced", fromMs=22_000, toMs=30_000, track="caller"),
    ]
    assert silences_of(events, 6_000) == [
        Silence(from_ms=2_600, to_ms=7_600, caller_only=False), Silence(from_ms=16_000, to_ms=24_000, caller_only=True),
    ]  # fmt: skip
    lines = lines_of(events, 6_000)
    assert [line.who for line in lines] == ["note", "user", "agent", "note"]
    assert lines[0].text == "5.0 s of the recording were silenced before it was stored"
    assert "caller's side" in lines[3].text
    assert [line.redacted for line in lines] == [False, True, False, False]
