"""An event becomes a leaf: what may be personal goes in as a commitment, the rest as it is.

A commitment is an HMAC under a key of that field alone, which comes from the conversation's own key. When that key is
deleted, nobody can tell any more what a commitment was made of, not even by trying every telephone number.
"""

import hashlib
import hmac
import uuid
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from flowyte.kit.ids import organization_text
from flowyte.receipts.verify_receipt import AWAITS, CLOSED, NAME, commitment, event_body, leaf_hash

# Fields that lie open in a leaf, by the type of event: ids, digests, counts and words from closed lists, never what
# somebody said. Every other field is committed, and so is all of a type that is not here.
CLEAR: Mapping[str, frozenset[str]] = {
    "call_started": frozenset({"agentId", "version", "versionId", "definition", "recording"}),
    "consent": frozenset({"outcome", "recording", "mode", "asked", "stayed", "samples", "rate", "playedToMs", "then"}),
    "recording": frozenset({"phase", "by"}),
    "tool_call": frozenset({"phase", "callId", "name"}),
    "call_ended": frozenset({"cause", "turns"}),
    CLOSED: frozenset({
        "events", "cause", "outcome", "consent", AWAITS,
        "recordingBytes", "recordingRate", "recordingComplete", "recordingPieceBytes", "recordingPieces",
    }),
}  # fmt: skip
NOTHING: frozenset[str] = frozenset()
OTHERS = "otherFields"  # holds the fields whose names are none that a leaf can have
KNOWN: set[str] = set()  # names of fields that were looked at before; they come from the code, so they are few
MOST_KNOWN = 1_000
# RFC 2104: the key, padded to a block of 64 bytes, with one byte over each of its own.
INNER, OUTER = bytes(byte ^ 0x36 for byte in range(256)), bytes(byte ^ 0x5C for byte in range(256))
INNER_REST, OUTER_REST = b"\x36" * 32, b"\x5c" * 32
PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Field(NamedTuple):
    """`key` is None for a field that lies open."""

    name: str
    json: bytes
    key: bytes | None


@lru_cache(maxsize=4_096)
def origin_of(org: uuid.UUID) -> str:
    """The name of an organization's log, on its checkpoints and in every leaf."""
    return f"flowyte/{organization_text(org)}"


def salt_of(conversation_key: bytes) -> bytes:
    return hmac.digest(conversation_key, b"flowyte/receipt/1", "sha256")


def fields_of(salt: bytes, seq: int, type: str, data: bytes) -> list[Field]:
    """In the order of a leaf. `data` is the event's JSON object; its own bytes are committed to, so that nothing
    depends on how JSON is written."""
    parts: dict[str, Any] = PARTS.decode(data)
    if not parts.keys() <= KNOWN:
        _learn(parts)
    clear = CLEAR.get(type, NOTHING)
    keys = hashlib.shake_256(salt + seq.to_bytes(8, "big")).digest(32 * len(parts))  # one call for all of an event
    return [
        Field(name, bytes(parts[name]), None if name in clear else keys[at * 32 : at * 32 + 32])
        for at, name in enumerate(sorted(parts))
    ]


def leaf_of(log: str, conversation: str, head: Mapping[str, Any], fields: list[Field]) -> bytes:
    lines = [
        (field.name, "=", field.json.decode()) if field.key is None
        else (field.name, "#", commitment(field.key, field.json).hex())
        for field in fields
    ]  # fmt: skip
    return leaf_hash(event_body(log, conversation, head, lines))


def preamble(log: str, conversation: str) -> str:
    """What the bodies of all events of a conversation begin with."""
    return f"flowyte/event/1\n{log}\n{conversation}\n"


def new_leaf(preamble: str, salt: bytes, seq: int, type: str, at: datetime, at_ms: int, data: bytes) -> bytes:
    """The same as leaf_of, head_of and fields_of together, in 8 microseconds instead of 13: every event of every call
    goes through here. HMAC is written out, for setting one up costs more than its two hashes."""
    parts: dict[str, Any] = PARTS.decode(data)
    if not parts.keys() <= KNOWN:
        _learn(parts)
    clear = CLEAR.get(type, NOTHING)
    keys = hashlib.shake_256(salt + seq.to_bytes(8, "big")).digest(32 * len(parts))
    inner, outer, begin = keys.translate(INNER), keys.translate(OUTER), 0
    time = at.isoformat(timespec="microseconds")[:26]
    lines = [f"{preamble}{seq}\n{type}\n{time}Z\n{max(0, at_ms)}\n".encode()]
    for name in sorted(parts):
        end = begin + 32
        if name in clear:
            lines.append(b"%b = %b\n" % (name.encode(), parts[name]))
        else:
            within = sha256(inner[begin:end] + INNER_REST + bytes(parts[name])).digest()
            lines.append(f"{name} # {sha256(outer[begin:end] + OUTER_REST + within).hexdigest()}\n".encode())
        begin = end
    return leaf_hash(b"".join(lines))


def _learn(parts: dict[str, Any]) -> None:
    """Remember good names, and put the fields of others together under one name."""
    odd = {name: parts.pop(name) for name in list(parts) if not NAME.fullmatch(name) or name == OTHERS}
    if odd:
        parts[OTHERS] = msgspec.json.encode(odd)
    elif len(KNOWN) < MOST_KNOWN:
        KNOWN.update(parts)


def head_of(seq: int, type: str, at: datetime, at_ms: int) -> dict[str, Any]:
    """The part of an event that always lies open, as leaf and receipt have it."""
    return {"seq": seq, "type": type, "at": at.isoformat(timespec="microseconds")[:26] + "Z", "atMs": max(0, at_ms)}
