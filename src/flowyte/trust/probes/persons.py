"""How long things are kept, that every store is declared, and that persons are answered in time."""

from collections.abc import Mapping

from flowyte.compliance import requests, retention
from flowyte.compliance.stores import STORES
from flowyte.kit.errors import Elsewhere
from flowyte.objects import store as places
from flowyte.objects.remove import OVERDUE
from flowyte.tenancy.organizations import system_principal
from flowyte.tenancy.region import elsewhere, region_of, region_of_organization
from flowyte.trust import store
from flowyte.trust.board import Probe
from flowyte.trust.house import House
from flowyte.trust.model import Seen, bad, good

NO_STORE_OF_ORGANIZATIONS = frozenset(each.table for each in STORES)


async def windows_are_kept_to(house: House) -> Seen:
    """No conversation is past its window by more than the published lag, but for what a hold keeps."""
    now, late = house.clock.now(), 0
    for org in await store.some_organizations(house.database):
        async with house.database.tenant(system_principal(org)) as tenant:
            late += await retention.overdue(tenant, now)
    if late:
        return bad(f"Conversations past their window and still there: {late}. Does the worker run?")
    return good(f"Nothing is past its window by more than {2 * retention.EVERY_S // 3600} hours.")


async def regions_are_kept_to(house: House) -> Seen:
    """This process is of the database's region, no object lies elsewhere, and who is pinned elsewhere is not opened."""
    here = await region_of(house.database)
    if here != house.objects.region:
        return bad(f"This process is of the region {house.objects.region}, and its database of {here}.")
    for org in await store.some_organizations(house.database):
        async with house.database.tenant(system_principal(org)) as tenant:
            if await region_of_organization(tenant) != here or await places.strays(tenant, here):
                return bad("Something of an organization that is kept here lies in another region.")
    async with house.database.platform() as platform:
        away = await elsewhere(platform)
    for org, _ in away[: store.MOST_ORGANIZATIONS]:
        try:
            async with house.database.tenant(system_principal(org)):
                return bad("An organization that is pinned to another region was opened here.")
        except Elsewhere:
            continue
    refused = f"; refused just now, because they are of others: {len(away)}" if away else ""
    return good(f"Database, process and objects are of the region {here}{refused}.")


async def every_table_is_declared(house: House) -> Seen:
    """Each table of this database says whose data it holds and how they leave it."""
    unknown = sorted(set(await house.tables()) - NO_STORE_OF_ORGANIZATIONS)
    if unknown:
        return bad(f"The table {unknown[0]} does not say whose data it holds.")
    callers = sum(each.of == "caller" for each in STORES)
    return good(f"All {len(STORES)} tables say whose data they hold; the {callers} with callers' data go with a call.")


async def buckets_lose_what_was_deleted(house: House) -> Seen:
    """Nothing that was deleted is still to go from the bucket by more than the published lag."""
    now, late = house.clock.now(), 0
    for org in await store.some_organizations(house.database):
        async with house.database.tenant(system_principal(org)) as tenant:
            late += await places.overdue_removals(tenant, now - OVERDUE)
    if late:
        return bad(f"Deleted, and not proven to be gone from the bucket: {late}. The log says what it answers.")
    return good("Nothing that was deleted is left in a bucket.")


async def requests_are_answered_in_time(house: House) -> Seen:
    """No request of a person is open past its date."""
    now, late = house.clock.now(), 0
    for org in await store.some_organizations(house.database):
        async with house.database.tenant(system_principal(org)) as tenant:
            late += await requests.overdue(tenant, now)
    if late:
        return bad(f"Requests of persons that are open past their date: {late}.")
    return good("No request of a person is open past its date.")


PROBES: Mapping[str, Probe] = {
    "windows_are_kept_to": windows_are_kept_to,
    "regions_are_kept_to": regions_are_kept_to,
    "every_table_is_declared": every_table_is_declared,
    "buckets_lose_what_was_deleted": buckets_lose_what_was_deleted,
    "requests_are_answered_in_time": requests_are_answered_in_time,
}
