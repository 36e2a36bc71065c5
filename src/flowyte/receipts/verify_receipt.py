"""Verifies a Flowyte receipt: offline, without an account, without Flowyte. Needs Python 3.11 and `cryptography`.

    python verify_receipt.py receipt.json --checkpoint held.txt --keys keys.json --recording call.wav

What it computes stands in docs/explanation/receipts.md, byte by byte. Exit 0: it holds; 1: it does not, or nothing is
proved; 2: the file cannot be read as a receipt. `flowyte verify` and the page /verify run the same checks.
"""

import argparse
import base64
import hashlib
import hmac
import json
import re
import struct
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "flowyte-receipt/1"
CLOSED = "closed"  # the type of a conversation's last event; its field `events` counts them all
AWAITS = "awaits"  # its field, 1 when something may still be told of the conversation: then another one ends it
MAX_BYTES = 16 << 20  # 5,000 events, the most that a conversation has, in a log of a billion, are 14 MB
MAX_PARTS = 1_000_000  # brackets and commas: what a file may cost in memory, some 100 MB
MAX_NUMBER = 2**53 - 1  # the largest that a browser counts exactly
MAX_PATH = 63  # hashes of a proof: a log of 2**63 entries
WAV_HEADER = 44


class Refused(Exception):
    """This cannot be read as what it should be."""


# ---- reading. Every key of every object is known and every value has its one shape; anything else is refused

BASE64 = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
NUMBER = r"0|[1-9][0-9]{0,15}"
SIZE = re.compile(NUMBER)
ANY = re.compile(r"(?s:.*)")
ONE_LINE = re.compile(r"[^\n]*")
WORD = re.compile(r"[\x21-\x7e]{1,200}")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
HASH = re.compile(r"[0-9a-f]{64}")
BYTES_32, BYTES_64 = re.compile(r"[A-Za-z0-9+/]{43}="), re.compile(r"[A-Za-z0-9+/]{86}==")
NOTE = re.compile(
    rf"([\x21-\x7e]{{1,200}})\n({NUMBER})\n([A-Za-z0-9+/]{{43}}=)\n\n((?:— [\x21-\x7e]{{1,200}} {BASE64}\n)+)"
)

# A pattern is a text that it matches, int a whole number from 0, [x] a list of x, a tuple one of several.
FIELD = (
    {"name": NAME, "json": ONE_LINE},
    {"name": NAME, "json": ONE_LINE, "key": HASH},
    {"name": NAME, "commitment": HASH},
)
EVENT = {
    "seq": int, "type": NAME, "at": TIME, "atMs": int, "fields": [FIELD], "index": (int, None), "path": [HASH],
}  # fmt: skip
KEY = {"public": BYTES_32, "since": TIME, "endorsement": (BYTES_64, None)}
PROOF = {"from": int, "to": int, "path": [HASH]}
KEY_LIST = {"log": WORD, "keys": [KEY]}
RECEIPT = {
    "format": re.compile(FORMAT), "hash": re.compile("sha256"), "commitment": re.compile("hmac-sha256"),
    "signature": re.compile("ed25519"), "log": WORD, "conversation": WORD,
    "state": re.compile("logged|pending|before-log"), "events": [EVENT], "checkpoint": (ANY, None), "keys": [KEY],
    "consistency": [PROOF],
}  # fmt: skip


def read(raw: bytes, shape: Any, what: str) -> Any:
    if len(raw) > MAX_BYTES or sum(raw.count(mark) for mark in (b"[", b"{", b",")) > MAX_PARTS:
        raise Refused(f"The {what} is larger than {MAX_BYTES >> 20} MB or has more than {MAX_PARTS} parts.")
    try:
        found = json.loads(raw.decode(), object_pairs_hook=_once, parse_int=_number, parse_float=_never,
                           parse_constant=_never)  # fmt: skip
    except (ValueError, RecursionError) as error:
        raise Refused(f"The {what} is not JSON as it should be ({type(error).__name__}).") from None
    if shape is RECEIPT and isinstance(found, dict) and found.get("format") != FORMAT:
        raise Refused(f"Its format is not {FORMAT}: it is no receipt, or one for a newer version of this program.")
    shaped(found, shape, what)
    return found


def shaped(value: Any, shape: Any, where: str) -> None:
    if isinstance(shape, tuple):
        shape = next((one for one in shape if _resembles(value, one)), shape[0])
    if not _resembles(value, shape):
        raise Refused(f"{where} does not have the shape that it should have.")
    if isinstance(shape, dict):
        for name, one in shape.items():
            shaped(value[name], one, f"{where}.{name}")
    elif isinstance(shape, list):
        for entry in value:
            shaped(entry, shape[0], where)


def _resembles(value: Any, shape: Any) -> bool:
    match shape:
        case None:
            return value is None
        case dict():
            return isinstance(value, dict) and value.keys() == shape.keys()
        case list():
            return isinstance(value, list)
        case re.Pattern():
            whole = isinstance(value, str) and not any("\ud800" <= mark <= "\udfff" for mark in value)
            return whole and shape.fullmatch(value) is not None
        case _:
            return type(value) is int


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise Refused("A key stands twice in the same object.")
    return dict(pairs)


def _number(text: str) -> int:
    if not SIZE.fullmatch(text) or int(text) > MAX_NUMBER:
        raise Refused("A number is negative, or larger than any that a receipt has.")
    return int(text)


def _never(_text: str) -> Any:
    raise Refused("It has a number with a fraction, which no receipt has: take the file of …/receipt/file.")


def _hashes(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


# ---- what is computed


def event_body(log: str, conversation: str, event: Mapping[str, Any], fields: list[tuple[str, str, str]]) -> bytes:
    """The bytes whose hash is the leaf; `fields` are (name, "=" or "#", JSON text or commitment in hex)."""
    head = f"flowyte/event/1\n{log}\n{conversation}\n{event['seq']}\n{event['type']}\n{event['at']}\n{event['atMs']}\n"
    return (head + "".join([f"{name} {mark} {value}\n" for name, mark, value in sorted(fields)])).encode()


def commitment(key: bytes, value: bytes) -> bytes:
    return hmac.digest(key, value, "sha256")


def leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\0" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def root_from_inclusion(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """RFC 9162, 2.1.3.2. None when the path does not fit the place."""
    place, last, root = index, size - 1, leaf
    if place > last:
        return None
    for sibling in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = node_hash(sibling, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


def is_continued(old: int, old_root: bytes, size: int, root: bytes, path: list[bytes]) -> bool:
    """RFC 9162, 2.1.4.2: the tree of `size` begins with the whole tree of `old`."""
    if not 0 < old < size or not path:
        return old == size > 0 and not path and old_root == root
    rest = [old_root, *path] if old & (old - 1) == 0 else path
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = rest[0]
    for sibling in rest[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == root


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_id(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def endorsement_body(log: str, public: str, since: str) -> bytes:
    """What a log's key signs about the key that follows it."""
    return f"flowyte/key/1\n{log}\n{public}\n{since}\n".encode()


@dataclass(frozen=True)
class Checkpoint:
    """A signed note (c2sp.org/signed-note) that is a checkpoint (c2sp.org/tlog-checkpoint)."""

    origin: str
    size: int
    root: bytes
    body: bytes
    lines: list[tuple[str, bytes]]
    """Of each signature line the name, and the four bytes of the key's id with the signature."""

    def is_by(self, public: bytes) -> bool:
        """Signed by the log with this key."""
        expected = key_id(self.origin, 1, public)
        return any(
            name == self.origin and raw[:4] == expected and is_signed(public, raw[4:], self.body)
            for name, raw in self.lines
        )

    def witnessed_at(self, name: str, public: bytes) -> int | None:
        """When this witness saw it, in seconds since 1970 (c2sp.org/tlog-cosignature); None when it did not."""
        for signer, raw in self.lines:
            if signer == name and raw[:4] == key_id(name, 4, public) and len(raw) == 76:
                seconds = struct.unpack(">Q", raw[4:12])[0]
                if is_signed(public, raw[12:], f"cosignature/v1\ntime {seconds}\n".encode() + self.body):
                    return int(seconds)
        return None


def read_checkpoint(text: str) -> Checkpoint:
    found = NOTE.fullmatch(text) if len(text) <= 20_000 else None
    if found is None:
        raise Refused("A checkpoint is not origin, size and root, an empty line, and signatures.")
    origin, size, root, signatures = found.groups()
    lines = [line.split(" ")[1:] for line in signatures[:-1].split("\n")]
    body = f"{origin}\n{size}\n{root}\n".encode()
    return Checkpoint(origin, _number(size), base64.b64decode(root), body,
                      [(name, base64.b64decode(raw)) for name, raw in lines])  # fmt: skip


def read_vkey(text: str) -> tuple[str, bytes]:
    """A cosigner's key as c2sp.org/signed-note writes it: name+id+base64 of 4 and the key."""
    name, _, rest = text.partition("+")
    number, _, encoded = rest.partition("+")
    raw = base64.b64decode(encoded) if re.fullmatch(BASE64, encoded) else b""
    if len(raw) != 33 or raw[0] != 4 or not WORD.fullmatch(name) or key_id(name, 4, raw[1:]).hex() != number:
        raise Refused("The witness's key is not that of a cosigner.")
    return name, raw[1:]


def public_keys(log: str, keys: list[dict[str, Any]]) -> list[bytes] | None:
    """In their order; None when one is not endorsed by the one before it."""
    found: list[bytes] = []
    for key in keys:
        given = base64.b64decode(key["endorsement"] or "")
        if found and not is_signed(found[-1], given, endorsement_body(log, key["public"], key["since"])):
            return None
        found.append(base64.b64decode(key["public"]))
    return found


def clear_value(event: dict[str, Any], name: str, shape: Any = int) -> Any:
    """The value of a field that lies open in the leaf; None when there is none, or it has another shape."""
    text = next((one["json"] for one in event["fields"] if one["name"] == name and len(one) == 2 and "json" in one), "")
    try:
        return read(text.encode(), shape, name)
    except Refused:
        return None


# ---- the checks


@dataclass
class Verdict:
    """`state` is holds, fails, unproved or refused. `anchored`: against something that the reader held before."""

    state: str = "holds"
    anchored: bool = False
    checks: list[tuple[str, str, str]] = field(default_factory=list)
    """Of each check its name, `ok`, `bad` or `open`, and words."""

    def say(self, name: str, good: bool | None, words: str) -> None:
        self.checks.append((name, {True: "ok", False: "bad", None: "open"}[good], words))
        if good is False:
            self.state = "fails"

    @property
    def exit_code(self) -> int:
        return {"holds": 0, "refused": 2}.get(self.state, 1)


def verify(
    raw: bytes, *, held: bytes | None = None, keys: bytes | None = None, proof: bytes | None = None,
    recording: BinaryIO | None = None, witness: str | None = None,
) -> Verdict:  # fmt: skip
    """Never raises for what is in the files; `recording` is a WAV file."""
    verdict = Verdict()
    try:
        receipt = read(raw, RECEIPT, "receipt")
        known = read(keys, KEY_LIST, "list of keys") if keys is not None else None
        if proof is not None:
            receipt["consistency"].append(read(proof, PROOF, "consistency proof"))
        before = read_checkpoint(held.decode("utf-8", "replace")) if held is not None else None
        _check(receipt, verdict, before, known, witness)
        _check_recording(receipt, verdict, recording)
    except Refused as refusal:
        verdict.state = "refused"
        verdict.checks.append(("Format", "bad", str(refusal)))
    verdict.anchored = verdict.anchored and verdict.state == "holds"
    return verdict


def _check(receipt: dict[str, Any], verdict: Verdict, held: Checkpoint | None, known: Any, witness: str | None) -> None:
    events, log = receipt["events"], receipt["log"]
    verdict.say("Format", True, f"{FORMAT}, conversation {receipt['conversation']}, {len(events)} events")
    if receipt["state"] != "logged":
        waits = receipt["state"] == "pending"
        verdict.state = "unproved"
        verdict.say("Log", None, "The events are not in the log yet; they are within a minute. Fetch the file again."
                    if waits else "No proof: from before the log.")  # fmt: skip
        return
    if receipt["checkpoint"] is None or any(event["index"] is None for event in events):
        raise Refused("It says that it has a proof and has none.")
    point, keys = read_checkpoint(receipt["checkpoint"]), public_keys(log, receipt["keys"])
    _check_events(events, verdict)
    _check_tree(receipt, point, verdict)
    signer = next((n for n, key in enumerate(keys or []) if point.is_by(key)), None)
    if keys is None:
        verdict.say("Signature", False, "A key of the file is not endorsed by the one before it.")
    elif point.origin != log or signer is None:
        verdict.say("Signature", False, f"No key of {log} has signed the checkpoint, which is of {point.origin}.")
    else:
        verdict.say("Signature", True, f"Ed25519, key {keys[signer].hex()[:16]}")
    if known is not None:
        _check_keys(log, (keys or [])[signer] if signer is not None else b"", known, verdict)
    if held is not None:
        _check_held(receipt, point, keys or [], signer, held, verdict)
    if held is None and known is None:
        verdict.say("Anchor", None, "The file vouches for its own key: give a checkpoint or the keys that you hold.")
    if witness is not None:
        _check_witness(point, witness, verdict)


def _check_events(events: list[dict[str, Any]], verdict: Verdict) -> None:
    if [event["seq"] for event in events] != list(range(1, len(events) + 1)):
        verdict.say("Events", False, "They are not numbered one after the other: some are missing, added or moved.")
        return
    closings = [event for event in events if event["type"] == CLOSED]
    if not closings or events[-1] is not closings[-1] or any(clear_value(one, AWAITS) != 1 for one in closings[:-1]):
        verdict.say("Events", False, "The last one is not that which closes a conversation: later ones may be missing.")
    elif any(clear_value(one, "events") != one["seq"] for one in closings):
        verdict.say("Events", False, "The closing event counts another number of events.")
    elif clear_value(closings[-1], AWAITS) == 1:
        verdict.say("Events", None, f"1 to {len(events)}, none missing so far; what became of a transfer may be told "
                    "later, and then stands in a later file.")  # fmt: skip
    else:
        verdict.say("Events", True, f"1 to {len(events)}, none missing, closed")


def _check_tree(receipt: dict[str, Any], point: Checkpoint, verdict: Verdict) -> None:
    wrong, last, opened, withheld = [], -1, 0, 0
    for event in receipt["events"]:
        fields, path = [], _hashes(event["path"][: MAX_PATH + 1])
        for one in event["fields"]:
            digest = one.get("commitment")
            if "key" in one:
                digest = commitment(bytes.fromhex(one["key"]), one["json"].encode()).hex()
            fields.append((one["name"], "#", digest) if digest else (one["name"], "=", one["json"]))
            opened, withheld = opened + ("key" in one), withheld + ("commitment" in one)
        leaf = leaf_hash(event_body(receipt["log"], receipt["conversation"], event, fields))
        if len({name for name, _, _ in fields}) != len(fields):
            raise Refused("A field stands twice in the same event.")
        if event["index"] <= last or root_from_inclusion(leaf, event["index"], point.size, path) != point.root:
            wrong.append(str(event["seq"]))
        last = event["index"]
    if wrong:
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        verdict.say("Tree", False, f"Not in the signed tree as they stand here: event {', '.join(wrong[:5])}{more}.")
    else:
        verdict.say("Tree", True, f"all events lie in {receipt['log']} at size {point.size}; "
                    f"fields opened: {opened}, withheld: {withheld}")  # fmt: skip


def _check_keys(log: str, signer: bytes, known: Any, verdict: Verdict) -> None:
    mine = public_keys(known["log"], known["keys"])
    if known["log"] != log or signer not in (mine or []):
        verdict.say("Anchor", False, "The keys that you hold are not those that signed: another log, or a forged key.")
    else:
        _anchor(verdict, "signed by a key that you hold")


def _check_held(
    receipt: dict[str, Any], point: Checkpoint, keys: list[bytes], signer: int | None, held: Checkpoint,
    verdict: Verdict,
) -> None:  # fmt: skip
    """Whether the tree of the file and the tree that was signed earlier, or later, are one history."""
    by = next((n for n, key in enumerate(keys) if held.is_by(key)), None)
    small, large = (held, point) if held.size < point.size else (point, held)
    sizes = (small.size, large.size)
    path = next((one["path"] for one in receipt["consistency"] if (one["from"], one["to"]) == sizes), None)
    if held.origin != receipt["log"] or by is None:
        verdict.say("Anchor", False, "No key of this file has signed your checkpoint: another log, or a forged key.")
    elif held.size == point.size and held.root == point.root and signer == by:
        _anchor(verdict, f"the very checkpoint that you hold, size {held.size}")
    elif held.size == point.size:
        verdict.say("Anchor", False, f"Fork: size {held.size} was signed twice, with two trees or by two keys.")
    elif path is None:
        older = "older than yours: an old state, or a shorter log" if large is held else "newer than yours"
        verdict.say("Anchor", False, f"The checkpoint of the file is {older}, and the file does not prove that one "
                    f"continues the other. Fetch it again with ?since={held.size}.")  # fmt: skip
    elif not is_continued(small.size, small.root, large.size, large.root, _hashes(path[: MAX_PATH + 1])):
        verdict.say("Anchor", False, "Fork: the tree of the file and the tree that you hold are not one history.")
    elif large is point and (signer is None or signer < by):
        verdict.say("Anchor", False, "An older key than that of your checkpoint signed a newer tree.")
    else:
        _anchor(verdict, f"one history with the checkpoint of size {held.size} that you hold")


def _anchor(verdict: Verdict, words: str) -> None:
    verdict.say("Anchor", True, words)
    verdict.anchored = True


def _check_witness(point: Checkpoint, vkey: str, verdict: Verdict) -> None:
    name, public = read_vkey(vkey)
    seconds = point.witnessed_at(name, public)
    seen = seconds is not None
    verdict.say("Witness", seen, f"{name} signed at {seconds}" if seen else f"{name} has not signed this checkpoint.")


def _check_recording(receipt: dict[str, Any], verdict: Verdict, file: BinaryIO | None) -> None:
    closing = receipt["events"][-1] if receipt["events"] else {"type": "", "fields": []}
    pieces = clear_value(closing, "recordingPieces", [HASH]) if closing["type"] == CLOSED else None
    if receipt["state"] != "logged" or (pieces is None and file is None):
        return
    size, rate, step = (clear_value(closing, f"recording{name}") for name in ("Bytes", "Rate", "PieceBytes"))
    if pieces is None:
        verdict.say("Recording", False, "No recording of this conversation was logged.")
    elif not (size and rate and step) or len(pieces) != -(-size // step):
        verdict.say("Recording", False, "What was logged of the recording does not fit together.")
    elif file is None:
        verdict.say("Recording", None, f"{size} bytes of sound are bound; give the sound file to compare it.")
    else:
        wrong = _wrong_sound(file, step, _hashes(pieces), size, rate)
        verdict.say("Recording", not wrong, wrong or f"{size} bytes of sound, every piece as it was logged")


def _wrong_sound(file: BinaryIO, step: int, pieces: list[bytes], size: int, rate: int) -> str:
    """What is wrong with a WAV file; nothing when it is the recording."""
    head = file.read(WAV_HEADER)
    if len(head) < WAV_HEADER or (head[:4], head[8:16], head[36:40]) != (b"RIFF", b"WAVEfmt ", b"data"):
        return "The sound file is not a WAV file as it was downloaded."
    kind, channels, its_rate, _, _, bits = struct.unpack("<HHIIHH", head[20:36])
    if (kind, channels, bits, its_rate) != (1, 2, 16, rate):
        return "The sound file has another format than the recording."
    for number, expected in enumerate(pieces):
        if leaf_hash(file.read(min(step, size - number * step))) != expected:
            return f"The sound differs from the recording, first {number * step // (rate * 4)} s after it begins."
    return "The sound file is longer than the recording." if file.read(1) else ""


# ---- the command


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify a Flowyte receipt, offline.")
    parser.add_argument("file", type=Path, help="the receipt")
    parser.add_argument("--checkpoint", type=Path, help="a checkpoint of the same log that you kept")
    parser.add_argument("--keys", type=Path, help="the log's keys that you kept")
    parser.add_argument("--proof", type=Path, help="a consistency proof between the two checkpoints")
    parser.add_argument("--recording", type=Path, help="the sound, a WAV file")
    parser.add_argument("--witness", help="a witness's key (name+id+key), which must have signed too")
    parser.add_argument("--json", action="store_true", help="the verdict as JSON")
    given = parser.parse_args(arguments)
    try:
        verdict = verify_files(given.file, given.checkpoint, given.keys, given.proof, given.recording, given.witness)
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}\n")
        return 2
    sys.stdout.write(told(verdict, as_json=given.json))
    return verdict.exit_code


def verify_files(
    file: Path, checkpoint: Path | None = None, keys: Path | None = None, proof: Path | None = None,
    recording: Path | None = None, witness: str | None = None,
) -> Verdict:  # fmt: skip
    """As `verify`, with paths. OSError when one cannot be read."""
    raw, held, known, proved = (_content(path) for path in (file, checkpoint, keys, proof))
    with recording.open("rb") if recording else nullcontext() as sound:
        return verify(raw or b"", held=held, keys=known, proof=proved, recording=sound, witness=witness)


def _content(path: Path | None) -> bytes | None:
    if path is None:
        return None
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def told(verdict: Verdict, *, as_json: bool) -> str:
    if as_json:
        checks = [{"check": name, "result": result, "words": words} for name, result, words in verdict.checks]
        return json.dumps({"verdict": verdict.state, "anchored": verdict.anchored, "checks": checks}) + "\n"
    words = {"holds": "HOLDS", "fails": "DOES NOT HOLD", "unproved": "NOTHING IS PROVED", "refused": "NOT A RECEIPT"}
    tail = " (only in itself: see Anchor)" if verdict.state == "holds" and not verdict.anchored else ""
    lines = [f"{result:5}{name:10} {text}\n" for name, result, text in verdict.checks]
    return "".join(lines) + words[verdict.state] + tail + "\n"


if __name__ == "__main__":
    sys.exit(main())
