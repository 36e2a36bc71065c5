"""Everything that somebody might do to a receipt, done to a real one: none may be taken for true.

An outsider changes the file or the sound. The operator can do more: with the log's own key another history is signed
that holds in itself. That is found by who holds an earlier checkpoint, which is why it should be held elsewhere.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flowyte.proof.forging import Sign, Tree, endorsed, forged, key_entry, note_of, written
from flowyte.receipts.verify_receipt import MAX_BYTES, WAV_HEADER, commitment, read_checkpoint

Receipt = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a verifier is given. `untouched` marks what has to hold."""

    name: str
    receipt: bytes
    held: bytes | None = None
    recording: bytes | None = None
    untouched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A real receipt of a call, what its holder kept, and what only the operator has: all leaves and the key."""

    receipt: Receipt
    held: str
    """A checkpoint from before: the call lies wholly or partly behind it, or in it."""
    recording: bytes | None
    leaves: Sequence[bytes]
    public: bytes
    sign: Sign
    other: Receipt
    """A receipt of another organization."""

    @property
    def held_size(self) -> int:
        return read_checkpoint(self.held).size


def cases(of: Evidence) -> Iterator[Case]:
    """The untouched ones first."""
    held = of.held.encode()
    yield Case(name="untouched", receipt=written(of.receipt), held=held, recording=of.recording, untouched=True)
    yield Case(name="untouched, nothing held", receipt=written(of.receipt), untouched=True)
    yield Case(name="fields withheld", receipt=written(withheld(of.receipt)), held=held, untouched=True)
    for name, change in CHANGES.items():
        changed = deepcopy(of.receipt)
        change(changed, of)
        if changed != of.receipt:  # what is held may be the very checkpoint of the file
            yield Case(name=name, receipt=written(changed), held=held)
    for name, sound in sounds(of.recording or b""):
        yield Case(name=name, receipt=written(of.receipt), held=held, recording=sound)
    for name, changed in histories(of):
        yield Case(name=name, receipt=written(changed), held=held)
    for name, raw in malformed(written(of.receipt)):
        yield Case(name=name, receipt=raw, held=held)


def withheld(receipt: Receipt) -> Receipt:
    """Every second opened field kept back, as who passes a receipt on may do: the proof still holds."""
    made = deepcopy(receipt)
    for event in made["events"]:
        for at, one in enumerate(event["fields"]):
            if "key" in one and at % 2:
                digest = commitment(bytes.fromhex(one["key"]), one["json"].encode())
                event["fields"][at] = {"name": one["name"], "commitment": digest.hex()}
    return made


# ---- an outsider: the file is changed


def _spoken(receipt: Receipt) -> dict[str, Any]:
    found: dict[str, Any] = next(
        one for event in receipt["events"] for one in event["fields"] if one["name"] == "text" and "key" in one
    )
    return found


def _flip(text: str, at: int = 0) -> str:
    return text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]


def _set(holder: Any, name: Any, value: Any) -> None:
    holder[name] = value


def _renumber(receipt: Receipt, events: list[Any] | None = None) -> None:
    if events is not None:
        receipt["events"] = events
    for at, event in enumerate(receipt["events"]):
        event["seq"] = at + 1


def _close_early(receipt: Receipt) -> None:
    """The middle is taken out and the closing event counts what is left."""
    _renumber(receipt, [*receipt["events"][:2], receipt["events"][-1]])
    count = next(one for one in receipt["events"][-1]["fields"] if one["name"] == "events")
    count["json"] = "3"


def _exchange(receipt: Receipt, *names: str) -> None:
    one, other = receipt["events"][1], receipt["events"][2]
    for name in names:
        one[name], other[name] = other[name], one[name]


def _resign(receipt: Receipt, of: Evidence, keys: Callable[[Ed25519PrivateKey, str, str], list[Any]]) -> None:
    """The same tree under a key of one's own, which the file then names."""
    mine = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    since = receipt["keys"][-1]["since"]
    receipt["checkpoint"] = note_of(receipt["log"], Tree(of.leaves), mine.public_key().public_bytes_raw(), mine.sign)
    receipt["keys"] = keys(mine, receipt["log"], since)


def _forged_after(receipt: Receipt, of: Evidence) -> None:
    true = receipt["keys"][-1]
    _resign(receipt, of, lambda mine, _log, since: [
        true, key_entry(mine.public_key().public_bytes_raw(), since, b"x" * 64),
    ])  # fmt: skip


def _forged_before(receipt: Receipt, of: Evidence) -> None:
    _resign(receipt, of, lambda mine, log, since: [
        key_entry(mine.public_key().public_bytes_raw(), since), endorsed(mine, log, of.public, since),
    ])  # fmt: skip


def _forged_alone(receipt: Receipt, of: Evidence) -> None:
    _resign(receipt, of, lambda mine, _log, since: [key_entry(mine.public_key().public_bytes_raw(), since)])


CHANGES: dict[str, Callable[[Receipt, Evidence], None]] = {
    "flip: a spoken word": lambda r, _: _set(_spoken(r), "json", '"I never said that."'),
    "flip: a commitment's key": lambda r, _: _set(_spoken(r), "key", _flip(_spoken(r)["key"])),
    "flip: a time": lambda r, _: _set(r["events"][1], "at", _flip(r["events"][1]["at"], 25)),
    "flip: milliseconds": lambda r, _: _set(r["events"][1], "atMs", r["events"][1]["atMs"] + 1),
    "flip: a type": lambda r, _: _set(r["events"][1], "type", "error"),
    "flip: a field's name": lambda r, _: _set(_spoken(r), "name", "words"),
    "flip: a place": lambda r, _: _set(r["events"][1], "index", r["events"][1]["index"] + 1),
    "flip: a path": lambda r, _: _set(r["events"][1]["path"], 0, _flip(r["events"][1]["path"][0])),
    "flip: the conversation": lambda r, _: _set(r, "conversation", r["conversation"] + "x"),
    "flip: the root": lambda r, _: _set(r, "checkpoint", _edit_line(r["checkpoint"], 2)),
    "flip: the size": lambda r, _: _set(r, "checkpoint", _edit_line(r["checkpoint"], 1)),
    "flip: the signature": lambda r, _: _set(r, "checkpoint", _edit_line(r["checkpoint"], 4)),
    "flip: an open value": lambda r, _: _set(_clear(r), "json", '"somebody_else"'),
    "flip: an open value now committed": lambda r, _: _clear(r).update(key="0" * 64),
    "flip: a committed value now open": lambda r, _: _spoken(r).pop("key"),
    "delete: the first event": lambda r, _: r["events"].pop(0),
    "delete: an event": lambda r, _: r["events"].pop(2),
    "delete: an event, renumbered": lambda r, _: _renumber(r, r["events"][:2] + r["events"][3:]),
    "delete: the middle, closed early": lambda r, _: _close_early(r),
    "delete: a field": lambda r, _: r["events"][1]["fields"].pop(),
    "insert: an event twice": lambda r, _: r["events"].insert(2, deepcopy(r["events"][1])),
    "insert: an event, renumbered": lambda r, _: _renumber(
        r, [*r["events"][:2], *deepcopy(r["events"][1:])]
    ),
    "insert: a field": lambda r, _: r["events"][1]["fields"].append({"name": "added", "json": "true"}),
    "reorder: two events": lambda r, _: r["events"].insert(1, r["events"].pop(2)),
    "reorder: two events, renumbered": lambda r, _: _renumber(
        r, [r["events"][0], r["events"][2], r["events"][1], *r["events"][3:]]
    ),
    "reorder: what two events say": lambda r, _: _exchange(r, "fields"),
    "reorder: whole leaves": lambda r, _: _exchange(r, "type", "at", "atMs", "fields"),
    "truncate: the last event": lambda r, _: r["events"].pop(),
    "truncate: all but three": lambda r, _: _set(r, "events", r["events"][:3]),
    "truncate: all": lambda r, _: _set(r, "events", []),
    "replay: the checkpoint of before": lambda r, of: _set(r, "checkpoint", of.held),
    "swap: another log's checkpoint": lambda r, of: _set(r, "checkpoint", of.other["checkpoint"]),
    "swap: another log's name": lambda r, of: _set(r, "log", of.other["log"]),
    "swap: another log's name and keys": lambda r, of: r.update(log=of.other["log"], keys=of.other["keys"]),
    "swap: another log's receipt": lambda r, of: r.update(of.other),
    "swap: another's events": lambda r, of: _set(r, "events", of.other["events"]),
    "key: forged": _forged_alone,
    "key: forged, behind the true one": _forged_after,
    "key: forged, before the true one": _forged_before,
    "key: none": lambda r, _: _set(r, "keys", []),
    "state: made pending": lambda r, _: _set(r, "state", "pending"),
    "state: made older than the log": lambda r, _: _set(r, "state", "before-log"),
}  # fmt: skip


def _clear(receipt: Receipt) -> dict[str, Any]:
    found: dict[str, Any] = next(
        one for event in receipt["events"] for one in event["fields"] if "key" not in one and "json" in one
    )
    return found


def _edit_line(note: str, number: int) -> str:
    """A checkpoint with another size (line 1), root (2) or signature (4)."""
    lines = note.split("\n")
    line = lines[number]
    at = {1: 0, 2: 3}.get(number, len(line) - 10)
    lines[number] = line[:at] + ("8" if line[at] == "7" else "7") + line[at + 1 :]
    return "\n".join(lines)


def sounds(recording: bytes) -> Iterator[tuple[str, bytes]]:
    """The recording, changed."""
    if len(recording) < WAV_HEADER + 8:
        return
    middle = WAV_HEADER + (len(recording) - WAV_HEADER) // 2
    yield "sound: one bit", recording[:middle] + bytes([recording[middle] ^ 1]) + recording[middle + 1 :]
    yield "sound: cut off", recording[:-4]
    yield "sound: gone but for the header", recording[:WAV_HEADER]
    yield "sound: longer", recording + recording[-4:]
    yield "sound: faster", recording[:24] + b"\x80\x3e\x00\x01" + recording[28:]
    yield "sound: other halves first", recording[:WAV_HEADER] + recording[middle:] + recording[WAV_HEADER:middle]
    yield "sound: nothing", b""
    yield "sound: no WAV file", b"x" * len(recording)


# ---- the operator: another history, signed with the true key


def histories(of: Evidence) -> Iterator[tuple[str, Receipt]]:
    """Each holds in itself: without a checkpoint from before nobody could tell.

    A checkpoint binds what lies before it, so each changes something there.
    """
    size, first = of.held_size, of.receipt["events"][0]["index"]

    def told(receipt: Receipt, leaves: Sequence[bytes]) -> Receipt:
        return forged(receipt, leaves, of.public, of.sign, since=size)

    rewritten = deepcopy(of.receipt)
    _spoken(rewritten)["json"] = '"I agree to everything."'
    if _place_of_spoken(of.receipt) < size:
        yield "history: a word rewritten", told(rewritten, of.leaves)
        yield "history: a word rewritten, and the log goes on", told(rewritten, [*of.leaves, b"\1" * 32, b"\2" * 32])
    shorter = deepcopy(of.receipt)
    _close_early(shorter)
    if of.receipt["events"][-1]["index"] < size:
        yield "history: the middle taken out", told(shorter, of.leaves)
    yield "history: fork at the first entry", told(of.receipt, [b"\3" * 32, *of.leaves[1:]])
    slipped = [*of.leaves[:first], b"\5" * 32, *of.leaves[first:]]
    if first < size:
        yield "history: an entry slipped in before", told(_moved(of.receipt, 1), slipped)
    if 0 < first < size:
        taken = [*of.leaves[: first - 1], *of.leaves[first:]]
        yield "history: an entry taken out before", told(_moved(of.receipt, -1), taken)
    again = deepcopy(of.receipt)
    for at, event in enumerate(again["events"]):
        event["index"] = at
    yield "history: cut off and begun anew", told(again, [b"\6" * 32 for _ in again["events"]])
    unproved = told(of.receipt, [*of.leaves, b"\7" * 32])
    unproved["consistency"] = []
    yield "history: no proof that it goes on", unproved


def _moved(receipt: Receipt, by: int) -> Receipt:
    moved = deepcopy(receipt)
    for event in moved["events"]:
        event["index"] += by
    return moved


def _place_of_spoken(receipt: Receipt) -> int:
    word = _spoken(receipt)
    return next(int(event["index"]) for event in receipt["events"] if any(one is word for one in event["fields"]))


# ---- what is no receipt


def malformed(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Refused in words, whatever it is."""
    text = raw.decode()
    yield "malformed: nothing", b""
    yield "malformed: cut off", raw[: len(raw) // 2]
    yield "malformed: two in one", raw + raw
    yield "malformed: not text", b"\xff\xfe" + raw
    yield "malformed: a mark before it", b"\xef\xbb\xbf" + raw
    yield "malformed: a list", b"[" + raw + b"]"
    yield "malformed: a word", b'"receipt"'
    yield "malformed: of the future", text.replace("flowyte-receipt/1", "flowyte-receipt/2", 1).encode()
    yield "malformed: other algorithms", text.replace('"sha256"', '"sha1"', 1).encode()
    yield "malformed: nested", b"[" * 100_000 + b"]" * 100_000
    yield (
        "malformed: nested in a receipt",
        text.replace('"events":[', '"events":[' + "[" * 5_000 + "]" * 5_000 + ",", 1).encode(),
    )
    yield "malformed: megabytes", b'{"format":"' + b"x" * MAX_BYTES + b'"}'
    yield "malformed: a million parts", b"[" + b"[]," * 600_000 + b"[]]"
    yield "malformed: a key twice", text.replace('{"format":', '{"format":"flowyte-receipt/1","format":', 1).encode()
    yield "malformed: a key twice, further in", text.replace('{"seq":', '{"seq":1,"seq":', 1).encode()
    yield "malformed: a key more", text.replace('{"format":', '{"more":1,"format":', 1).encode()
    yield "malformed: a huge number", text.replace('"atMs":', '"atMs":1' + "0" * 5_000, 1).encode()
    yield "malformed: a number beyond", text.replace('"seq":1,', '"seq":9007199254740993,', 1).encode()
    yield "malformed: a fraction", text.replace('"seq":1,', '"seq":1.0,', 1).encode()
    yield "malformed: an exponent", text.replace('"seq":1,', '"seq":1e0,', 1).encode()
    yield "malformed: below zero", text.replace('"seq":1,', '"seq":-1,', 1).encode()
    yield "malformed: no number", text.replace('"seq":1,', '"seq":NaN,', 1).encode()
    yield "malformed: true for one", text.replace('"seq":1,', '"seq":true,', 1).encode()
    yield "malformed: text for a number", text.replace('"seq":1,', '"seq":"1",', 1).encode()
    yield "malformed: half a character", text.replace('"type":"', '"type":"\\ud800', 1).encode()
    yield "malformed: half a character, committed", _in_text(raw, '\\ud800"')
    yield "malformed: a zero before", text.replace('"seq":1,', '"seq":01,', 1).encode()
    yield "malformed: a comma more", text.replace('"seq":1,', '"seq":1,,', 1).encode()
    yield "malformed: a raw newline in a text", text.replace('"type":"', '"type":"\n', 1).encode()
    yield "malformed: a line within a value", _in_text(raw, '\\n"')


def _in_text(raw: bytes, ending: str) -> bytes:
    """A spoken word's JSON with something before its end, written as a JSON string may write it."""
    receipt = json.loads(raw)
    _spoken(receipt)["json"] = "MARK"
    return written(receipt).replace(b'"MARK"', ('"\\"a' + ending).encode())
