"""The messages of a browser's line: decoding what comes up, encoding what goes down. Pure."""

from typing import Literal

import msgspec

from flowyte.channels.line import WireError
from flowyte.live.ports import Note

FRAME_BYTES = 640  # 20 ms at 16,000 Hz
CUT = b'{"type":"cut"}'

Digit = Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"]


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    pass


class End(msgspec.Struct, frozen=True, tag="end"):
    pass


class Key(msgspec.Struct, frozen=True, tag="key"):
    digit: Digit


class Mute(msgspec.Struct, frozen=True, tag="mute"):
    on: bool


Message = Hello | End | Key | Mute
_decoder: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Hello | End | Key | Mute)


def decode(message: memoryview | bytes) -> Message:
    """One text message; WireError when it is none of the four."""
    try:
        return _decoder.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireError("This is not a message of the browser's wire.") from error


def encode(note: Note, conversation_id: str) -> bytes:
    match note.kind:
        case "state":
            body: dict[str, object] = {"type": "state", "state": note.text}
        case "caption":
            body = {"type": "caption", "id": note.id, "who": note.role, "text": note.text, "final": note.final}
        case "ended":
            body = {"type": "ended", "cause": note.text, "conversationId": conversation_id}
    return msgspec.json.encode(body)


def encode_level(*, agent: int, user: int) -> bytes:
    return b'{"type":"level","agent":%d,"user":%d}' % (agent, user)
