"""An event becomes a leaf: what may be personal goes in as a commitment, the rest as it is.

A commitment is an HMAC under a key of that field alone, which comes from the conversation's own key. When that key is
deleted, nobody can tell any more what a commitment was made of, not even by trying every telephone number.
"""

import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from flowyte.kit.ids import organization_text
from flowyte.receipts.verify_receipt import CLOSED, NAME, commitment, event_body, leaf_hash

# Fields that lie open in a leaf, by the type of event: ids, digests, counts and words from closed lists, never what
# somebody said. Every other field is committed, and so is all of a type that is not here.
CLEAR: Mapping[str, frozenset[str]] = {
    "call_started": frozenset({"agentId", "version", "versionId", "definition", "recording"}),
    "consent": frozenset({"outcome", "recording"}),
    "tool_call": frozenset({"phase", "callId", "name"}),
    "call_ended": frozenset({"cause", "turns"}),
    CLOSED: frozenset({
        "events", "cause", "outcome", "consent",
        "recordingBytes", "recordingRate", "recordingComplete", "recordingPieceBytes", "recordingPieces",
    }),
}  # fmt: skip
NOTHING: frozenset[str] = frozenset()
OTHERS = "otherFields"  # holds the fields whose names are none that a leaf can have
PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    name: str
    json: bytes
    key: bytes | None
    """None for a field that lies open."""

    @property
    def line(self) -> tuple[str, str, str]:
        if self.key is None:
            return self.name, "=", self.json.decode()
        return self.name, "#", commitment(self.key, self.json).hex()


def origin_of(org: uuid.UUID) -> str:
    """The name of an organization's log, on its checkpoints and in every leaf."""
    return f"flowyte/{organization_text(org)}"


def salt_of(conversation_key: bytes) -> bytes:
    return hmac.digest(conversation_key, b"flowyte/receipt/1", "sha256")


def fields_of(salt: bytes, seq: int, type: str, data: bytes) -> list[Field]:
    """`data` is the event's JSON object. Its own bytes are committed to: nothing depends on how JSON is written."""
    parts: dict[str, Any] = PARTS.decode(data)
    odd = {name: parts.pop(name) for name in list(parts) if not NAME.fullmatch(name) or name == OTHERS}
    if odd:
        parts[OTHERS] = msgspec.json.encode(odd)
    clear = CLEAR.get(type, NOTHING)
    return [
        Field(name=name, json=bytes(raw), key=None if name in clear else _key(salt, seq, name))
        for name, raw in parts.items()
    ]


def head_of(seq: int, type: str, at: datetime, at_ms: int) -> dict[str, Any]:
    """The part of an event that always lies open, as leaf and receipt have it."""
    return {"seq": seq, "type": type, "at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "atMs": max(0, at_ms)}


def leaf_of(log: str, conversation: str, head: Mapping[str, Any], fields: list[Field]) -> bytes:
    return leaf_hash(event_body(log, conversation, dict(head), [field.line for field in fields]))


def _key(salt: bytes, seq: int, name: str) -> bytes:
    return hmac.digest(salt, f"{seq}\0{name}".encode(), "sha256")
