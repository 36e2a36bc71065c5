"""Deleting a conversation everywhere: row, timeline, key, messages, skill runs, sound, and remembered answers.

The key goes in the same transaction as the rows, so from the commit on its sound is unreadable in every copy, also in
one that is never found again. The file itself is removed right after; should the process die between the two, the
hourly sweep of files removes it. What lies in a bucket is asked for in that transaction too, and stays asked for until
the bucket shows nothing of it.
"""

from collections.abc import Sequence
from shutil import rmtree

from flowyte.compliance.holds import Held, refuse_held
from flowyte.jobs.queue import defer
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import NotFound
from flowyte.kit.ids import ALPHABET
from flowyte.objects import store as places
from flowyte.objects.model import RECORDING, key_of
from flowyte.objects.objects import Objects
from flowyte.observe import store
from flowyte.tenancy.principal import Principal

REMOVE = "remove_objects"  # the task's name in the queue


async def erase_conversation(tx: TenantTx, conversation_id: str) -> None:
    """The rows; `remove_sound` after the commit. NotFound, or Held while a legal hold stands."""
    await store.get_conversation(tx, conversation_id)
    await refuse_held(tx, conversation_id)
    await store.delete_conversation(tx, conversation_id)
    if await places.left_of(tx, [conversation_id]):
        await defer(tx, REMOVE, conversation_id)
    # That a request was carried out stays known, so that no retry does it again; what it was answered may quote this.
    await tx.execute("UPDATE idempotency SET body = NULL WHERE org_id = $1 AND quotes", tx.org)


async def erased(database: Database, owner: Principal, conversation_id: str) -> bool:
    """In a transaction of its own, so that a hold that is placed meanwhile stops the next one. Whether it was there and
    not held."""
    try:
        async with database.tenant(owner) as tx:
            await erase_conversation(tx, conversation_id)
    except (NotFound, Held):
        return False
    return True


def remove_sound(objects: Objects, owner: Principal, conversations: Sequence[str]) -> int:
    """What lies on this machine: how many recordings there were."""
    removed = 0
    for conversation_id in conversations:
        path = objects.spool.path(key_of(owner.org, conversation_id, RECORDING))
        if path.parent.is_dir():
            removed += path.exists()
            rmtree(path.parent)
    return removed


async def sweep_files(database: Database, owner: Principal, objects: Objects) -> int:
    """Remove sound that nobody should find any more: its conversation is gone, or its window is over. How many folders
    there were."""
    root = objects.root / str(owner.org)
    found = [path.name for path in root.iterdir() if path.name.startswith("cnv_")] if root.is_dir() else []
    found = [name for name in found if set(name.removeprefix("cnv_")) <= set(ALPHABET)]
    if not found:
        return 0
    async with database.tenant(owner) as tx:
        rows = await tx.fetch(
            "SELECT id FROM conversations WHERE org_id = $1 AND id = ANY ($2) "
            "AND recording_state NOT IN ('expired', 'erased')",
            tx.org, found,
        )  # fmt: skip
    gone = set(found) - {row["id"] for row in rows}
    for name in gone:
        rmtree(root / name, ignore_errors=True)
    return len(gone)
