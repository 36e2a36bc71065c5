"""A log in memory for who would cheat: any leaves, any key, and receipts of it that hold in themselves."""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flowyte.receipts.note import LOG, head_body, signature_line, text_of
from flowyte.receipts.tree import TILE, Place, Stretch, consistency, hash_of, inclusion, merkle_root
from flowyte.receipts.verify_receipt import commitment, endorsement_body, event_body, leaf_hash

Sign = Callable[[bytes], bytes]


class Tree:
    """Of leaves that are at hand."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = list(leaves)
        self._tiles: dict[Place, list[bytes]] = {}
        level, hashes = 0, self.leaves
        while hashes:
            for at in range(0, len(hashes), TILE):
                self._tiles[level, at // TILE] = hashes[at : at + TILE]
            whole = range(len(hashes) // TILE)
            level, hashes = level + 1, [merkle_root(hashes[n * TILE : (n + 1) * TILE]) for n in whole]

    @property
    def size(self) -> int:
        return len(self.leaves)

    @property
    def root(self) -> bytes:
        return hash_of((0, self.size), self._tiles)

    def path(self, index: int) -> list[str]:
        return self._hashes(inclusion(index, self.size))

    def proof(self, old: int) -> list[str]:
        return self._hashes(consistency(old, self.size))

    def _hashes(self, stretches: list[Stretch]) -> list[str]:
        return [hash_of(stretch, self._tiles).hex() for stretch in stretches]


def leaf_of_event(receipt: dict[str, Any], event: dict[str, Any]) -> bytes:
    """What an event of a file hashes to, as it stands there."""
    fields = []
    for one in event["fields"]:
        if "key" in one:
            fields.append((one["name"], "#", commitment(bytes.fromhex(one["key"]), one["json"].encode()).hex()))
        elif "json" in one:
            fields.append((one["name"], "=", one["json"]))
        else:
            fields.append((one["name"], "#", one["commitment"]))
    return leaf_hash(event_body(receipt["log"], receipt["conversation"], event, fields))


def note_of(origin: str, tree: Tree, public: bytes, sign: Sign) -> str:
    body = head_body(origin, tree.size, tree.root)
    return body + "\n" + signature_line(origin, LOG, public, sign(body.encode()))


def forged(
    receipt: dict[str, Any], others: Sequence[bytes], public: bytes, sign: Sign, *, since: int | None = None
) -> dict[str, Any]:
    """The receipt as a log would give it that has its events as they now stand, and `others` everywhere else.

    `others` are the leaves of the true log; those in the events' places are replaced, and missing ones are added.
    """
    made = deepcopy(receipt)
    leaves = list(others)
    for event in made["events"]:
        leaf = leaf_of_event(made, event)
        if event["index"] < len(leaves):
            leaves[event["index"]] = leaf
        else:
            event["index"] = len(leaves)
            leaves.append(leaf)
    tree = Tree(leaves)
    for event in made["events"]:
        event["path"] = tree.path(event["index"])
    made["checkpoint"] = note_of(made["log"], tree, public, sign)
    fits = since is not None and since < tree.size
    made["consistency"] = [{"from": since, "to": tree.size, "path": tree.proof(since)}] if fits and since else []
    return made


def key_entry(public: bytes, since: str, endorsement: bytes | None = None) -> dict[str, Any]:
    return {
        "public": text_of(public), "since": since, "endorsement": text_of(endorsement) if endorsement else None,
    }  # fmt: skip


def endorsed(by: Ed25519PrivateKey, log: str, public: bytes, since: str) -> dict[str, Any]:
    return key_entry(public, since, by.sign(endorsement_body(log, text_of(public), since)))


def written(receipt: dict[str, Any]) -> bytes:
    return json.dumps(receipt, ensure_ascii=False, separators=(",", ":")).encode()
