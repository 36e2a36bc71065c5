"""How long a silence must be before it ends a turn, and when voice begins and pauses."""

import pytest

from flowyte.providers.builtin.endpoint import Endpointing, is_dangling
from flowyte.providers.builtin.gate import Began, Gate, Silent

WAITS = Endpointing(min_silence_ms=256, max_silence_ms=1600)


def test_who_sounds_finished_is_answered_soon_and_who_does_not_is_waited_for() -> None:
    """The judge decides between the shortest and the longest wait."""
    assert WAITS.wait_ms(expect="anything", finished=0.9, text="At three.") == 256
    assert WAITS.wait_ms(expect="anything", finished=0.1, text="At three.") == 1600


def test_a_sentence_that_wants_another_word_is_waited_for() -> None:
    """However finished it sounds."""
    assert WAITS.wait_ms(expect="anything", finished=0.9, text="My number is") == 1600


def test_dictated_digits_get_time_between_their_groups() -> None:
    """Each group of a number sounds finished."""
    assert WAITS.wait_ms(expect="digits", finished=1.0, text="555") >= 1200


def test_yes_and_no_need_no_judge() -> None:
    """A short answer to a short question is not waited for."""
    assert WAITS.wait_ms(expect="yes_no", finished=0.0, text="Yes") == 256


def test_without_semantics_silence_alone_decides() -> None:
    """The judge has no say."""
    assert Endpointing(semantic=False).wait_ms(expect="anything", finished=0.0, text="and") == 256


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ({}, Endpointing()),
        (
            {"endpointing": {"minSilenceMs": 400, "maxSilenceMs": 2000, "semantic": False}},
            Endpointing(min_silence_ms=400, max_silence_ms=2000, semantic=False),
        ),
        ({"endpointing": {"minSilenceMs": 5000}}, Endpointing(min_silence_ms=5000, max_silence_ms=5000)),
        ({"endpointing": {"minSilenceMs": "soon", "maxSilenceMs": -1}}, Endpointing()),
        ({"endpointing": None}, Endpointing()),
    ],
)
def test_an_agents_settings_are_read_or_the_default_is_taken(agent: dict[str, object], expected: Endpointing) -> None:
    """Nonsense in a snapshot never stops a call."""
    assert Endpointing.from_agent(agent) == expected


def test_a_question_is_never_dangling() -> None:
    """ "What is that for?" is complete."""
    assert not is_dangling("What is that for?")
    assert is_dangling("I would like to book an appointment for")


def test_a_click_is_not_speech() -> None:
    """One loud window does not open the gate; two do, and the beginning is that of the first."""
    gate = Gate()
    assert [gate.window(p) for p in (0.1, 0.9, 0.1)] == [None, None, None]
    assert not gate.open
    assert gate.window(0.9) is None
    assert gate.window(0.9) == Began(at_ms=96)


def test_silence_is_counted_from_the_last_voiced_window() -> None:
    """A dip between the thresholds is still voice."""
    gate = Gate()
    for p in (0.9, 0.9, 0.4):
        gate.window(p)
    assert gate.window(0.1) == Silent(since_ms=96, for_ms=32)
    assert gate.window(0.1) == Silent(since_ms=96, for_ms=64)


def test_after_a_told_pause_speech_begins_anew() -> None:
    """It needs two windows again, and the turn stays open meanwhile."""
    gate = Gate()
    for p in (0.9, 0.9, 0.0):
        gate.window(p)
    gate.pause()
    assert gate.window(0.9) is None
    assert gate.window(0.9) == Began(at_ms=96)
    assert gate.open


def test_at_rest_silence_says_nothing() -> None:
    """Only inside a turn is a silence worth telling."""
    gate = Gate()
    for p in (0.9, 0.9):
        gate.window(p)
    gate.rest()
    assert gate.window(0.0) is None
