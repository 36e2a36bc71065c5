"""The messages of Twilio Media Streams (twilio.com/docs/voice/media-streams/websocket-messages). Pure.

Base64 is undone while the JSON is decoded, so a media message costs one pass. An event that is not known here is
ignored, since a vendor adds some; a known one that is malformed is a WireError.
"""

from binascii import b2a_base64

import msgspec

from flowyte.channels.line import WireError

SAMPLE_RATE = 8000
FRAME_CODES = 160  # 20 ms of µ-law


class Connected(msgspec.Struct, frozen=True, tag_field="event", tag="connected"):
    pass


class MediaFormat(msgspec.Struct, frozen=True, rename="camel"):
    encoding: str
    sample_rate: int
    channels: int


class StartInfo(msgspec.Struct, frozen=True, rename="camel"):
    media_format: MediaFormat
    call_sid: str = ""
    custom_parameters: dict[str, str] = {}


class Start(msgspec.Struct, frozen=True, rename="camel", tag_field="event", tag="start"):
    stream_sid: str
    start: StartInfo


class Sound(msgspec.Struct, frozen=True):
    payload: bytes
    track: str = "inbound"


class Media(msgspec.Struct, frozen=True, tag_field="event", tag="media"):
    media: Sound


class Pressed(msgspec.Struct, frozen=True):
    digit: str


class Dtmf(msgspec.Struct, frozen=True, tag_field="event", tag="dtmf"):
    dtmf: Pressed


class Name(msgspec.Struct, frozen=True):
    name: str


class Mark(msgspec.Struct, frozen=True, tag_field="event", tag="mark"):
    mark: Name


class Stop(msgspec.Struct, frozen=True, tag_field="event", tag="stop"):
    pass


class _Unknown(msgspec.Struct, frozen=True):
    event: str


Message = Connected | Start | Media | Dtmf | Mark | Stop
_KNOWN = frozenset({"connected", "start", "media", "dtmf", "mark", "stop"})
_decoder: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Connected | Start | Media | Dtmf | Mark | Stop)
_unknown = msgspec.json.Decoder(_Unknown)


def decode(message: memoryview | bytes) -> Message | None:
    """One text message, or None for an event that is not known; WireError when it is malformed."""
    try:
        return _decoder.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        try:
            if _unknown.decode(message).event not in _KNOWN:
                return None
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
        raise WireError("This is not a message of Twilio Media Streams.") from error


class Encoder:
    """Messages of one stream: all but the changing part is made once."""

    __slots__ = ("_mark", "_media", "clear")

    def __init__(self, stream_sid: str) -> None:
        sid = msgspec.json.encode(stream_sid)
        self._media = b'{"event":"media","streamSid":%b,"media":{"payload":"' % sid
        self._mark = b'{"event":"mark","streamSid":%b,"mark":{"name":"' % sid
        self.clear = b'{"event":"clear","streamSid":%b}' % sid

    def media(self, codes: bytes) -> bytes:
        return self._media + b2a_base64(codes, newline=False) + b'"}}'

    def mark(self, number: int) -> bytes:
        return self._mark + b'%d"}}' % number
