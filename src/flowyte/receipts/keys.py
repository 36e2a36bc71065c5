"""The keys that sign a log's heads: made when first needed, replaced on request, each endorsed by the one before."""

from datetime import datetime
from typing import Any

from flowyte.kit.db import TenantTx
from flowyte.receipts import store
from flowyte.receipts.leaf import origin_of
from flowyte.receipts.note import text_of
from flowyte.receipts.store import LogKey
from flowyte.receipts.verify_receipt import endorsement_body
from flowyte.vault import signing
from flowyte.vault.seal import Sealer


async def newest(tx: TenantTx, sealer: Sealer, now: datetime) -> tuple[LogKey, bytes]:
    """The key and its sealed private half; makes the first. Under the log's lock."""
    found = await store.signing_key(tx)
    if found is None:
        public, sealed = await signing.new_key(tx, sealer, "log_secrets", "1")
        found = LogKey(number=1, public=public, since=now, endorsement=None), sealed
        await store.insert_key(tx, *found)
    return found


async def rotate(tx: TenantTx, sealer: Sealer, now: datetime) -> LogKey:
    """A new key signs from here on. The old one signs it in, and then its private half is deleted."""
    await store.lock(tx)
    old, sealed = await newest(tx, sealer, now)
    number = old.number + 1
    public, new_sealed = await signing.new_key(tx, sealer, "log_secrets", str(number))
    body = endorsement_body(origin_of(tx.org), text_of(public), time_text(now))
    endorsement = await signing.sign(tx, sealer, "log_secrets", str(old.number), sealed, body)
    key = LogKey(number=number, public=public, since=now, endorsement=endorsement)
    await store.insert_key(tx, key, new_sealed)
    return key


def time_text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def shown(key: LogKey) -> dict[str, Any]:
    """As receipts and the list of keys have it."""
    return {
        "public": text_of(key.public),
        "since": time_text(key.since),
        "endorsement": text_of(key.endorsement) if key.endorsement else None,
    }
