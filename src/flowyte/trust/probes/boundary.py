"""The tenant boundary, as the database that serves has it now."""

import uuid
from collections.abc import Mapping

from flowyte.kit.errors import FlowyteError
from flowyte.tenancy.organizations import system_principal
from flowyte.trust import store
from flowyte.trust.board import Probe
from flowyte.trust.house import House
from flowyte.trust.model import Seen, bad, good, nothing

OF_TABLES = ("org_id is missing or may be null", "without org_id")


async def tables_name_an_organization(house: House) -> Seen:
    """Every table and partition carries `org_id NOT NULL`, and no key or index stands without it."""
    found = [line for line in await house.violations() if any(mark in line for mark in OF_TABLES)]
    if found:
        return bad(f"{found[0]}.")
    return good(f"{len(await house.tables())} tables, each row with its organization.")


async def row_security_is_forced(house: House) -> Seen:
    """The catalogue has nothing against the boundary, and the role that serves can pass no policy."""
    found = await house.violations()
    if found:
        return bad(f"{found[0]}.")
    try:
        await house.database.refuse_unsafe_role()
    except FlowyteError as error:
        return bad(error.message)
    return good(f"One policy for reading and writing on each of {len(await house.tables())} tables, forced.")


async def strangers_see_nothing(house: House) -> Seen:
    """An organization that was made up for this look, and nobody at all, find every table empty."""
    tables = list(await house.tables())
    async with house.database.tenant(system_principal(uuid.uuid4())) as stranger:
        seen = await store.tables_with_rows(stranger, tables)
    async with house.database.platform() as nobody:
        seen += await store.tables_with_rows(nobody, tables)
    if seen:
        return bad(f"{seen[0]} shows rows to an organization that they do not belong to.")
    return good(f"{len(tables)} tables, read as an organization that owns nothing and as nobody: no row.")


async def ids_open_nothing_elsewhere(house: House) -> Seen:
    """The newest agents and conversations of real organizations, asked for by their very ids as somebody else."""
    ids: list[str] = []
    for org in await store.some_organizations(house.database):
        async with house.database.tenant(system_principal(org)) as own:
            ids += await store.newest_ids(own)
    if not ids:
        return nothing("There is no agent and no conversation here yet.")
    async with house.database.tenant(system_principal(uuid.uuid4())) as stranger:
        reached = await store.reached(stranger, ids)
    if reached:
        return bad(f"{reached} of {len(ids)} objects were read from another organization by their id.")
    return good(f"Newest objects, asked for by their ids from another organization: {len(ids)}, and none was found.")


async def every_route_asks_who(house: House) -> Seen:
    """Each address asks for a scope, which only a tenant-scoped identity has, or is on the list of public ones."""
    routes = house.routes()
    if not routes:
        return nothing("Nothing is served by this process.")
    open_ones = [route.path for route in routes if route.scope is None and not route.public]
    if open_ones:
        return bad(f"{open_ones[0]} asks nobody who they are and does not say why.")
    public = sum(route.scope is None for route in routes)
    return good(
        f"{len(routes) - public} operations and pages need an identity; {public} are public, each with a reason."
    )


PROBES: Mapping[str, Probe] = {
    "tables_name_an_organization": tables_name_an_organization,
    "row_security_is_forced": row_security_is_forced,
    "strangers_see_nothing": strangers_see_nothing,
    "ids_open_nothing_elsewhere": ids_open_nothing_elsewhere,
    "every_route_asks_who": every_route_asks_who,
}
