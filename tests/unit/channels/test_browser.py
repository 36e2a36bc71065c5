"""The browser's wire and its leg, message by message."""

import json
from typing import Any

import numpy as np
import pytest

from flowyte.channels.browser.leg import BrowserLeg
from flowyte.channels.line import WireError
from flowyte.live.ports import Note

LOUD = np.full(320, 20_000, np.int16).tobytes()


@pytest.fixture
def leg(line: Any) -> BrowserLeg:
    leg = BrowserLeg(line, "t0")
    say(leg, type="hello")
    return leg


def say(leg: BrowserLeg, **message: object) -> None:
    leg.read_text(memoryview(json.dumps(message).encode()))


def test_hello_begins_the_call_with_the_token_of_the_address(leg: BrowserLeg, line: Any) -> None:
    """The page says hello when it can play sound, and the call begins then."""
    assert [(each.channel, each.token) for each in line.arrivals] == [("browser", "t0")]


def test_frames_are_heard_unless_muted(leg: BrowserLeg, line: Any) -> None:
    """A muted page may go on sending; nothing of it is heard."""
    leg.read_binary(memoryview(LOUD))
    say(leg, type="mute", on=True)
    leg.read_binary(memoryview(LOUD))
    say(leg, type="mute", on=False)
    leg.read_binary(memoryview(LOUD))
    assert line.heard == [LOUD, LOUD]


def test_levels_come_five_times_a_second(leg: BrowserLeg, line: Any) -> None:
    """After ten frames the page learns how loud both sides are."""
    leg.play(LOUD)
    for _ in range(10):
        leg.read_binary(memoryview(bytes(640)))
    assert line.sent[0] == LOUD
    level = json.loads(line.sent[1])
    assert (level["type"], level["user"]) == ("level", 0)
    assert level["agent"] > 90


def test_notes_are_shown(leg: BrowserLeg, line: Any) -> None:
    """States, captions, the cut and the end are messages of the documented shape."""
    leg.show(Note(kind="state", text="listening"))
    leg.show(Note(kind="caption", text="Hello.", role="agent", id="a1", final=False))
    leg.clear()
    leg.show(Note(kind="ended", text="agent_ended"))
    leg.close("agent_ended")
    assert [json.loads(message) for message in line.sent] == [
        {"type": "state", "state": "listening"},
        {"type": "caption", "id": "a1", "who": "agent", "text": "Hello.", "final": False},
        {"type": "cut"},
        {"type": "ended", "cause": "agent_ended", "conversationId": "conv_test"},
    ]
    assert line.hung_up == ["agent_ended"]


def test_keys_and_the_end(leg: BrowserLeg, line: Any) -> None:
    """The page's keypad and its hang-up button."""
    say(leg, type="key", digit="#")
    say(leg, type="end")
    assert (line.keys, line.causes) == (["#"], ["caller_hung_up"])


@pytest.mark.parametrize("message", [{"type": "key", "digit": "12"}, {"type": "dance"}, {}, {"type": "mute", "on": 1}])
def test_other_messages_are_refused(leg: BrowserLeg, message: dict[str, object]) -> None:
    """What the wire does not have is a WireError."""
    with pytest.raises(WireError):
        say(leg, **message)


def test_nothing_comes_before_hello(line: Any) -> None:
    """Sound or a key before hello is refused."""
    leg = BrowserLeg(line, "t0")
    with pytest.raises(WireError):
        leg.read_binary(memoryview(LOUD))
    with pytest.raises(WireError):
        say(leg, type="key", digit="1")


def test_half_a_frame_is_refused(leg: BrowserLeg) -> None:
    """Frames have 640 bytes."""
    with pytest.raises(WireError):
        leg.read_binary(memoryview(LOUD[:320]))
