"""The Twilio wire and its leg, message by message."""

import base64
import json
from typing import Any
from xml.etree import ElementTree

import pytest
from twilio.request_validator import RequestValidator

from flowyte.channels.line import WireError
from flowyte.channels.twilio import wire
from flowyte.channels.twilio.leg import TwilioLeg
from flowyte.channels.twilio.webhook import NotFromTwilio, check, connect, dial
from flowyte.kit.secret import SecretText
from flowyte.media.g711 import pcm_to_ulaw, ulaw_to_pcm

FORMAT = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}


def read(leg: TwilioLeg, **message: object) -> None:
    leg.read_text(memoryview(json.dumps(message).encode()))


def start(leg: TwilioLeg, **changes: object) -> None:
    info = {"callSid": "CA1", "mediaFormat": FORMAT, "customParameters": {"token": "t0"}} | changes
    read(leg, event="start", streamSid="MZ1", start=info)


@pytest.fixture
def leg(line: Any) -> TwilioLeg:
    leg = TwilioLeg(line)
    read(leg, event="connected", protocol="Call", version="1.0.0")
    start(leg)
    return leg


def media(leg: TwilioLeg, codes: bytes, track: str = "inbound") -> None:
    read(leg, event="media", media={"track": track, "payload": base64.b64encode(codes).decode()}, streamSid="MZ1")


def test_a_call_begins_with_the_token_of_its_start(leg: TwilioLeg, line: Any) -> None:
    """The token and the carrier's own id of the call arrive with start."""
    assert [(each.channel, each.token, each.carrier_call_id) for each in line.arrivals] == [("twilio", "t0", "CA1")]


def test_media_is_heard_in_frames_however_it_is_cut(leg: TwilioLeg, line: Any) -> None:
    """Three pieces of 100, 160 and 60 codes are two frames of 20 ms."""
    codes = bytes(range(256)) + bytes(64)
    for a, b in ((0, 100), (100, 260), (260, 320)):
        media(leg, codes[a:b])
    assert line.heard == [ulaw_to_pcm(codes[:160]), ulaw_to_pcm(codes[160:])]


def test_the_agents_own_track_is_not_heard(leg: TwilioLeg, line: Any) -> None:
    """A stream that carries both tracks does not let the agent hear itself."""
    media(leg, bytes(160), track="outbound")
    assert line.heard == []


def test_frames_go_out_as_media_with_a_mark_every_second(leg: TwilioLeg, line: Any) -> None:
    """What is played is base64 µ-law of this stream, and marks tell how far the far side has come."""
    pcm = ulaw_to_pcm(bytes(range(160)))
    for _ in range(50):
        leg.play(pcm)
    first, last = json.loads(line.sent[0]), json.loads(line.sent[-1])
    assert first["streamSid"] == "MZ1"
    assert base64.b64decode(first["media"]["payload"]) == pcm_to_ulaw(pcm)
    assert last == {"event": "mark", "streamSid": "MZ1", "mark": {"name": "50"}}
    assert leg.unplayed_frames == 50
    read(leg, event="mark", mark={"name": "50"}, streamSid="MZ1")
    assert leg.unplayed_frames == 0


def test_clear_keys_and_stop(leg: TwilioLeg, line: Any) -> None:
    """Clear goes out, a key comes in, the letter keys of some telephones are ignored, stop is a hang-up."""
    leg.clear()
    read(leg, event="dtmf", dtmf={"track": "inbound_track", "digit": "5"})
    read(leg, event="dtmf", dtmf={"digit": "A"})
    read(leg, event="stop", stop={})
    assert json.loads(line.sent[0]) == {"event": "clear", "streamSid": "MZ1"}
    assert (line.keys, line.causes) == (["5"], ["caller_hung_up"])


def test_an_event_that_is_not_known_is_ignored(leg: TwilioLeg, line: Any) -> None:
    """A vendor may add events."""
    read(leg, event="weather", weather="fine")
    assert line.causes == []


@pytest.mark.parametrize(
    "changes",
    [{"mediaFormat": FORMAT | {"sampleRate": 16000}}, {"mediaFormat": FORMAT | {"encoding": "audio/opus"}}],
)
def test_another_codec_is_refused(line: Any, changes: dict[str, object]) -> None:
    """Only µ-law at 8,000 Hz is understood, and nothing begins with another."""
    leg = TwilioLeg(line)
    read(leg, event="connected")
    with pytest.raises(WireError):
        start(leg, **changes)
    assert line.arrivals == []


def test_order_matters(line: Any) -> None:
    """Start before connected, media before start, and a second start are refused."""
    leg = TwilioLeg(line)
    with pytest.raises(WireError):
        start(leg)
    read(leg, event="connected")
    with pytest.raises(WireError):
        media(leg, bytes(160))
    start(leg)
    with pytest.raises(WireError):
        start(leg)


@pytest.mark.parametrize(
    "message",
    [b"", b"[]", b"{", b'{"event":"media"}', b'{"event":"media","media":{"payload":"***"}}', b'{"event":5}', b"\xff"],
)
def test_malformed_messages_are_refused(message: bytes) -> None:
    """What is not the wire is a WireError and nothing else."""
    with pytest.raises(WireError):
        wire.decode(message)


def test_a_strange_stream_name_cannot_break_out_of_the_json() -> None:
    """The far side's name of the stream is data."""
    sid = 'x","event":"clear'
    assert json.loads(wire.Encoder(sid).media(b"\0"))["streamSid"] == sid
    assert json.loads(wire.Encoder(sid).clear) == {"event": "clear", "streamSid": sid}


URL, AUTH = "https://example.com/v1/telephony/twilio/voice", SecretText("secret-of-example")
FORM = {"From": "+12025550123", "To": "+12025550100", "CallSid": "CA1"}


def test_a_call_is_connected_to_the_stream_and_what_is_next_asked_of_us() -> None:
    """TwiML that Twilio's own builder would have written, whatever is in the token."""
    token = '+12025550100<&"'
    twiml = connect(stream_url="wss://example.com/s", token=token, next_url="https://example.com/n?a=1&b=2")
    (asked,) = ElementTree.fromstring(twiml)
    assert (asked.tag, asked.get("action")) == ("Connect", "https://example.com/n?a=1&b=2")
    (stream,) = asked
    assert stream.get("url") == "wss://example.com/s"
    assert stream[0].attrib == {"name": "token", "value": token}


@pytest.mark.parametrize(
    ("destination", "noun"),
    [("+12025550142", "Number"), ("sip:desk@example.com;transport=tls", "Sip"), ("sips:a&b@example.com", "Sip")],
)
def test_a_person_is_dialled_and_what_became_of_it_asked(destination: str, noun: str) -> None:
    """A number or a SIP address, and nothing that is in it can be another verb."""
    ((found,),) = [ElementTree.fromstring(dial(destination, dialed_url="https://example.com/d?x=1&y=2"))]
    assert (found.tag, found.get("action"), found.get("timeout")) == ("Dial", "https://example.com/d?x=1&y=2", "25")
    assert [(each.tag, each.text) for each in found] == [(noun, destination)]


def test_only_twilio_is_believed() -> None:
    """A form that was changed does not have the signature, nor does another address."""
    signature = RequestValidator(AUTH.reveal()).compute_signature(URL, FORM)
    check(url=URL, form=FORM, signature=signature, auth_token=AUTH)
    for url, form in ((URL, FORM | {"To": "+12025550199"}), (f"{URL}?tries=0", FORM)):
        with pytest.raises(NotFromTwilio):
            check(url=url, form=form, signature=signature, auth_token=AUTH)
