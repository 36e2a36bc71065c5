"""A receipt without a database: one call in a log with others, and what its holder and its operator have."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flowyte.observe.model import Event
from flowyte.observe.receipt import ALGORITHMS, closing
from flowyte.observe.recording import Digest, Sound, wav_header
from flowyte.proof.forging import Tree, key_entry, leaf_of_event, note_of
from flowyte.proof.tampering import Evidence
from flowyte.receipts.leaf import fields_of, head_of, salt_of

BEGAN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
RATE = 8_000
SOUND = b"".join(sha256(bytes([n % 256, n // 256])).digest() for n in range(6_000))  # 192,000 bytes: six seconds
SAID: list[tuple[str, dict[str, object]]] = [
    ("call_started", {"recording": True, "agentId": "agt_1", "version": 3, "from": "+12025550142"}),
    ("consent", {"outcome": "granted", "recording": True, "announced": "This call is recorded."}),
    ("user_utterance", {"text": "Is there a cleaning on Friday? \U0001f600", "confidence": 0.93}),
    ("tool_call", {"phase": "called", "callId": "c1", "name": "book", "arguments": {"day": "Friday"}}),
    ("agent_message", {"text": "Yes, at half past nine.", "kind": "answer", "cut": False}),
    ("call_ended", {"cause": "caller_hung_up", "turns": 1}),
]


def key_of(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())


def public_of(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def events_of(salt: bytes) -> list[dict[str, Any]]:
    known = [
        Event(seq=n + 1, at_ms=n * 900, at=BEGAN + timedelta(milliseconds=n * 900), type=type, data=data)
        for n, (type, data) in enumerate(SAID)
    ]
    sound = Sound(digest=Digest([SOUND]), rate=RATE, complete=True)
    rows = [(one.seq, one.at_ms, one.at, one.type, one.data) for one in known]
    rows.append(closing(known, "caller_hung_up", known[-1].at, sound))
    made = []
    for seq, at_ms, at, type, data in rows:
        fields = fields_of(salt, seq, type, json.dumps(data, separators=(",", ":")).encode())
        opened = [
            {"name": one.name, "json": one.json.decode()} | ({"key": one.key.hex()} if one.key else {})
            for one in fields
        ]
        made.append({**head_of(seq, type, at, at_ms), "fields": opened, "index": 0, "path": []})
    return made


def receipt_in(log: str, key: Ed25519PrivateKey, before: int, after: int) -> tuple[dict[str, Any], list[bytes]]:
    """The receipt and all leaves of its log: `before` and `after` others, and one between each two events."""
    receipt: dict[str, Any] = {
        "format": "flowyte-receipt/1", **ALGORITHMS, "log": log, "conversation": "cnv_1", "state": "logged",
        "checkpoint": None, "keys": [key_entry(public_of(key), "2026-01-01T00:00:00.000000Z")], "consistency": [],
        "events": events_of(salt_of(log.encode())),
    }  # fmt: skip
    leaves = [sha256(f"{log} {n}".encode()).digest() for n in range(before)]
    for event in receipt["events"]:
        event["index"] = len(leaves)
        leaves += [leaf_of_event(receipt, event), sha256(f"between {len(leaves)}".encode()).digest()]
    leaves += [sha256(f"after {n}".encode()).digest() for n in range(after)]
    tree = Tree(leaves)
    for event in receipt["events"]:
        event["path"] = tree.path(event["index"])
    receipt["checkpoint"] = note_of(log, tree, public_of(key), key.sign)
    return receipt, leaves


@cache
def evidence(held_size: int | None = None) -> Evidence:
    """With a checkpoint of `held_size`, or the very one of the file."""
    key = key_of("mine")
    receipt, leaves = receipt_in("flowyte/org_mine", key, 300, 40)
    held = Tree(leaves[: held_size or len(leaves)])
    if held.size < len(leaves):
        path = Tree(leaves).proof(held.size)
        receipt["consistency"] = [{"from": held.size, "to": len(leaves), "path": path}]
    other, _ = receipt_in("flowyte/org_other", key_of("other"), 10, 5)
    return Evidence(
        receipt=receipt, held=note_of(receipt["log"], held, public_of(key), key.sign),
        recording=wav_header(len(SOUND), RATE) + SOUND, leaves=leaves, public=public_of(key), sign=key.sign,
        other=other,
    )  # fmt: skip
