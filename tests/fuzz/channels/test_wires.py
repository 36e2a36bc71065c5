"""The two parsers that face the network.

Invariant: whatever bytes come, in whatever order, a channel either takes a message or raises WireError; it hears only
whole frames, begins at most one call, and tells only digits as keys.
"""

import json

from hypothesis import given
from hypothesis import strategies as st

from flowyte.channels.browser.leg import BrowserLeg
from flowyte.channels.line import Arrival, WireError
from flowyte.channels.twilio.leg import TwilioLeg

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FORMAT = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
START = {"mediaFormat": FORMAT, "customParameters": {"token": "t"}}
VALID_TWILIO = [
    {"event": "connected"},
    {"event": "start", "streamSid": "MZ", "start": START},
    {"event": "media", "media": {"payload": "//8A"}},
    {"event": "dtmf", "dtmf": {"digit": "1"}},
    {"event": "mark", "mark": {"name": "7"}},
]
VALID_BROWSER = [{"type": "hello"}, {"type": "key", "digit": "1"}, {"type": "mute", "on": True}]


def messages(valid: list[dict[str, object]], tag: str) -> st.SearchStrategy[list[bytes]]:
    """Valid messages, valid ones with a part replaced, any JSON with a known tag, and any bytes."""
    names = st.sampled_from([each[tag] for each in valid])
    fields = st.sampled_from(["start", "media", "dtmf", "mark", "streamSid", "digit", "on"])
    near = st.builds(lambda base, name, value: base | {name: value}, st.sampled_from(valid), fields, JSON)
    far = st.builds(lambda name, value: {tag: name, "media": value, "start": value, "digit": value}, names, JSON)
    encoded = (st.sampled_from(valid) | near | far | JSON).map(lambda body: json.dumps(body).encode())
    return st.lists(encoded | st.binary(max_size=64), max_size=12)


class Line:
    """Holds the invariant."""

    conversation_id = ""

    def __init__(self, frame_bytes: int) -> None:
        self.frame_bytes = frame_bytes
        self.begun = 0

    def send_text(self, message: bytes) -> None:
        json.loads(message)

    def send_binary(self, message: bytes) -> None:
        raise AssertionError("nothing was played")

    def begin(self, arrival: Arrival) -> None:
        self.begun += 1
        if self.begun > 1:
            raise WireError("A call begins once.")

    def hear(self, pcm: bytes) -> None:
        assert self.begun
        assert len(pcm) == self.frame_bytes

    def key(self, digit: str) -> None:
        assert len(digit) == 1
        assert digit in "0123456789*#"

    def lost(self, cause: str) -> None:
        assert cause == "caller_hung_up"

    def hang_up(self, cause: str) -> None:
        raise AssertionError("a wire does not hang up")


@given(messages(VALID_TWILIO, "event"), st.booleans())
def test_twilio(stream: list[bytes], proper: bool) -> None:
    """The Twilio wire keeps the invariant, also after a proper beginning."""
    leg = TwilioLeg(Line(320))
    opening = [json.dumps(each).encode() for each in VALID_TWILIO[:2]] if proper else []
    for message in opening + stream:
        try:
            leg.read_text(memoryview(message))
        except WireError:
            continue
    leg.play(bytes(320))
    leg.clear()


@given(messages(VALID_BROWSER, "type"), st.lists(st.binary(max_size=700), max_size=4))
def test_browser(stream: list[bytes], frames: list[bytes]) -> None:
    """The browser's wire keeps the invariant."""
    leg = BrowserLeg(Line(640), "t")
    for message in stream:
        try:
            leg.read_text(memoryview(message))
        except WireError:
            continue
    for frame in frames:
        try:
            leg.read_binary(memoryview(frame))
        except WireError:
            continue
