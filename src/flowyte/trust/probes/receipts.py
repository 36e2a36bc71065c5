"""Receipts: that the newest conversations are in their log, and that an outsider's verifier finds them whole."""

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from flowyte.kit.errors import FlowyteError
from flowyte.observe.receipt import receipt_file, standing
from flowyte.observe.store import kept
from flowyte.receipts.advance import MERGE_DELAY_S
from flowyte.receipts.verify_receipt import verify
from flowyte.tenancy.organizations import system_principal
from flowyte.trust import store
from flowyte.trust.board import Probe
from flowyte.trust.house import House
from flowyte.trust.model import Seen, bad, good, nothing

NEWEST = 5  # conversations of each organization: a receipt is made and verified in some milliseconds
LATE = timedelta(seconds=2 * MERGE_DELAY_S)  # a worker that was restarted has the second minute to catch up


async def receipts_hold(house: House) -> Seen:
    """Receipts as they are handed out, verified as an outsider does; nothing waits for its place longer than is said.

    Nothing is given a place here: a conversation that waits for its own is only looked at for how long it waits.
    """
    held = 0
    for org in await store.some_organizations(house.database):
        async with house.database.tenant(system_principal(org)) as tx:
            for conversation, ended_at in await store.newest_ended(tx, limit=NEWEST):
                state = (await standing(tx, conversation, await kept(tx, house.sealer, conversation))).state
                if state == "pending" and house.clock.now() - ended_at > LATE:
                    return bad("A conversation that ended minutes ago has no place in its log: does the worker run?")
                if state != "logged":
                    continue
                try:
                    receipt = await receipt_file(tx, house.sealer, house.clock, conversation)
                except FlowyteError as error:
                    return bad(f"A receipt could not be made ({type(error).__name__}).")
                verdict = verify(msgspec.json.encode(receipt), held=receipt["checkpoint"].encode())
                if verdict.state != "holds":
                    return bad("A receipt does not hold: an event or the log was changed.")
                held += 1
    if not held:
        return nothing("No conversation is in a log here yet.")
    return good(f"The {held} newest receipts hold, verified as an outsider does.")


PROBES: Mapping[str, Probe] = {"receipts_hold": receipts_hold}
