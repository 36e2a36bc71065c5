"""Deleting from the bucket, until it is proven. What is to go was written down with what deleted it, in one commit."""

from datetime import timedelta

from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database
from flowyte.kit.ids import ALPHABET
from flowyte.objects import store
from flowyte.objects.model import KINDS, StoreAway, StoreRefuses
from flowyte.objects.objects import Objects
from flowyte.tenancy.principal import Principal

logger = log.get(__name__)
A_ROUND = 100  # requests to the bucket, two or three each: some seconds
AGAIN = timedelta(minutes=1)  # what failed is not tried more often
A_PAGE = 500
OVERDUE = timedelta(hours=2)  # as published for windows


async def carry_out(database: Database, clock: Clock, objects: Objects, owner: Principal) -> int:
    """Remove what this organization's bucket has to lose: how many are proven gone now. What fails is kept for the
    next time, with the reason; nothing is raised."""
    home = objects.home
    if home is None:
        return 0
    gone = 0
    while True:
        async with database.tenant(owner) as tx:
            todo = await store.removals(tx, bucket=home.name, limit=A_ROUND, before=clock.now() - AGAIN)
        for removal in todo:
            try:
                await home.remove(removal.key)
            except (StoreAway, StoreRefuses) as error:
                logger.warning("objects.not_removed", bucket=home.name, tries=removal.tries + 1, problem=error.message)
                async with database.tenant(owner) as tx:
                    await store.failed(tx, removal, error.message, clock.now())
                return gone
            async with database.tenant(owner) as tx:
                await store.removed(tx, removal)
            gone += 1
        if len(todo) < A_ROUND:
            return gone


async def sweep_bucket(database: Database, clock: Clock, objects: Objects, owner: Principal) -> int:
    """Ask for the removal of what lies in the bucket and nobody should find any more: an upload that ended when its
    conversation had just been deleted, or a restored database's. How many. StoreAway and StoreRefuses."""
    home = objects.home
    if home is None:
        return 0
    asked, page = 0, dict[str, str]()
    async for key in home.keys(f"{owner.org}/"):
        conversation_id, kind = key.removeprefix(f"{owner.org}/").partition("/")[::2]
        if kind in KINDS and _is_id(conversation_id):
            page[conversation_id] = key
        if len(page) >= A_PAGE:
            asked += await _ask(database, objects, owner, page, home.name)
            page = {}
    return asked + await _ask(database, objects, owner, page, home.name)


async def _ask(database: Database, objects: Objects, owner: Principal, page: dict[str, str], bucket: str) -> int:
    async with database.tenant(owner) as tx:
        lost = page.keys() - await store.kept_of(tx, list(page))
        for conversation_id in sorted(lost):
            await store.ask_removal(
                tx, bucket=bucket, region=objects.region, key=page[conversation_id], conversation_id=conversation_id
            )
    return len(lost)


def _is_id(name: str) -> bool:
    return name.startswith("cnv_") and set(name[4:]) <= set(ALPHABET)
