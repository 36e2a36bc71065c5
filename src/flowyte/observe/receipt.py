"""A conversation's receipt as one file: what took place, what opens its commitments, and the proof that it was logged.

What the file has to be is said by `receipts.verify_receipt`, which reads it without any of this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from flowyte.kit.clock import Clock
from flowyte.kit.db import TenantTx
from flowyte.kit.errors import NotFound
from flowyte.observe import store
from flowyte.observe.model import Event
from flowyte.observe.recording import Sound
from flowyte.observe.transcript import consent, outcome
from flowyte.receipts import keys, proofs
from flowyte.receipts import store as log
from flowyte.receipts.advance import advance
from flowyte.receipts.leaf import fields_of, head_of, origin_of, salt_of
from flowyte.receipts.note import SignedHead
from flowyte.receipts.proofs import Proved
from flowyte.receipts.verify_receipt import AWAITS, CLOSED, FORMAT
from flowyte.vault.seal import Sealer

State = Literal["logged", "pending", "before-log", "over"]
ALGORITHMS = {"hash": "sha256", "commitment": "hmac-sha256", "signature": "ed25519"}


class ReceiptOver(NotFound):
    """The window for receipts has ended for this conversation: what took place is gone. A receipt that was given out
    before still verifies, and the leaves' places are at /receipts/conversations/ID/proof."""

    code = "receipt_over"


def closing(events: Sequence[Event], cause: str, now: datetime, sound: Sound | None) -> store.Row:
    """The last event of a conversation, for its receipt alone: it counts all events and binds the recording."""
    seq, at_ms = (events[-1].seq + 1, events[-1].at_ms) if events else (1, 0)
    return seq, at_ms, now, CLOSED, _closed(events, cause, seq) | (sound.fields() if sound else {})


def closing_again(before: Mapping[str, object], events: Sequence[Event], cause: str, now: datetime) -> store.Row:
    """Behind what came late: it binds the recording as `before`, the closing event that it follows, has bound it."""
    seq, at_ms = events[-1].seq + 1, events[-1].at_ms
    sound = {name: value for name, value in before.items() if name.startswith("recording")}
    return seq, at_ms, now, CLOSED, _closed(events, cause, seq) | sound


def _closed(events: Sequence[Event], cause: str, seq: int) -> dict[str, object]:
    """`awaits`: a carrier may still tell what became of a transfer, and what it tells is added behind this."""
    decided = outcome(cause, events)
    closed: dict[str, object] = {"events": seq, "cause": cause, "outcome": decided, "consent": consent(events)}
    return closed | ({AWAITS: 1} if decided == "transferred" else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a conversation stands in the log: `first` and `last` place, and the newest head, of the logged only."""

    state: State
    closed: bool = False
    head: SignedHead | None = None
    first: int = 0
    last: int = 0

    @property
    def witnessed(self) -> bool:
        return self.head is not None and self.head.note.count("\n— ") > 1


async def standing(tx: TenantTx, conversation_id: str, events: Sequence[store.Kept]) -> Standing:
    """Of a conversation with these events. Nothing is waited for and nothing is changed."""
    if not events and await store.receipt_is_over(tx, conversation_id):
        return Standing(state="over", closed=True)
    places = await log.entries_of(tx, conversation_id)
    waits = await log.has_new(tx, conversation_id)
    closed = bool(events) and events[-1].type == CLOSED
    logged = sum(len(entry.leaves) // log.LEAF for entry in places)
    if not waits and (not places or places[0].first_seq != 1 or logged != len(events)):
        return Standing(state="before-log", closed=closed)
    head = await proofs.newest_head(tx)
    if waits or head is None:
        return Standing(state="pending", closed=closed)
    last = places[-1].first + len(places[-1].leaves) // log.LEAF - 1
    return Standing(state="logged", closed=closed, head=head, first=places[0].first, last=last)


async def receipt_file(
    tx: TenantTx, sealer: Sealer, clock: Clock, conversation_id: str, *, since: int | None = None
) -> dict[str, Any]:
    """The file as JSON values. Gives what waits in the log its place first, so that the file has its proof.

    `since` is the size of a checkpoint that the reader holds: the file then proves that its own one continues it.
    ReceiptOver when its window has ended. LogIsShorter and NotFound when that size was never signed here; NotFound for
    a conversation that is not here.
    """
    events = await store.kept(tx, sealer, conversation_id)
    if not events and await store.receipt_is_over(tx, conversation_id):
        raise ReceiptOver
    while await log.has_new(tx, conversation_id) and await advance(tx, sealer, clock):
        pass
    proof = await standing(tx, conversation_id, events)
    leaves = await proofs.inclusion_of(tx, conversation_id, proof.head.size) if proof.head else []
    salt = salt_of(await sealer.conversation_key(tx, conversation_id))
    places = {leaf.seq: leaf for leaf in leaves}
    return {
        "format": FORMAT,
        **ALGORITHMS,
        "log": origin_of(tx.org),
        "conversation": conversation_id,
        "state": proof.state,
        "checkpoint": proof.head.note if proof.head else None,
        "keys": [keys.shown(key) for key in await log.keys(tx)],
        "consistency": await _consistency(tx, proof.head, since),
        "events": [_event(event, salt, places.get(event.seq)) for event in events],
    }


def _event(event: store.Kept, salt: bytes, place: Proved | None) -> dict[str, Any]:
    fields = []
    for field in fields_of(salt, event.seq, event.type, event.raw):
        opened = {"name": field.name, "json": field.json.decode()}
        fields.append(opened | ({"key": field.key.hex()} if field.key else {}))
    return {
        **head_of(event.seq, event.type, event.at, event.at_ms),
        "fields": fields,
        "index": place.index if place else None,
        "path": [step.hex() for step in place.path] if place else [],
    }


async def _consistency(tx: TenantTx, head: SignedHead | None, since: int | None) -> list[dict[str, Any]]:
    if since is None:
        return []
    await proofs.newest_head(tx, since=since)
    if head is None or since == head.size:
        return []
    path = await proofs.consistency_between(tx, since, head.size)
    return [{"from": since, "to": head.size, "path": [step.hex() for step in path]}]
