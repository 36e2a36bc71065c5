"""Ending keys that have leaked, and which credentials have ended.

A request is checked against the database each time, so it is refused from the moment of the commit. What goes on
without requests, such as a call, is asked after every second in every process.
"""

from collections.abc import Collection

from flowyte.kit.db import Database
from flowyte.tenancy import attempts, publishable
from flowyte.tenancy.audit import note
from flowyte.tenancy.key_text import well_formed
from flowyte.tenancy.keys import revoke_key
from flowyte.tenancy.people import Door
from flowyte.tenancy.principal import Principal


async def ended(database: Database, digests: Collection[bytes]) -> set[bytes]:
    """Those of `digests` that open nothing any more: one query for all calls of a process."""
    if not digests:
        return set()
    async with database.platform() as tx:
        rows = await tx.fetch(
            "SELECT asked.digest FROM unnest($1::bytea[]) AS asked (digest) "
            "WHERE NOT EXISTS (SELECT FROM directory d WHERE d.digest = asked.digest)",
            list(digests),
        )
    return {bytes(row["digest"]) for row in rows}


async def revoke_leaked(door: Door, text: str, *, address: str) -> None:
    """Revoke whatever key this is. Who holds a key may end it, and learns nothing else: every text is answered alike.

    TooMany for who tries many; 178 random bits are not found by trying, but the counting costs nothing.
    """
    await attempts.count(door.database, door.peppers, door.clock, address, "leaked")
    key = text.strip()
    for kind, form in (("key", "sk"), ("pubkey", "pk")):
        if not well_formed(key, form):  # type: ignore[arg-type]
            continue
        digest = door.peppers.digest(kind, key)
        async with door.database.platform() as tx:
            org = await tx.fetchval("SELECT org_id FROM directory WHERE kind = $1 AND digest = $2", kind, digest)
        if org is None:
            return
        finder = Principal(org=org, kind="system", id="leaked-key-form", scopes=frozenset(), address=address)
        table = "api_keys" if kind == "key" else "publishable_keys"
        async with door.database.tenant(finder) as tenant:
            row = await tenant.fetchrow(f"SELECT * FROM {table} WHERE org_id = $1 AND digest = $2", org, digest)
            if row is None:
                return
            await note(tenant, f"{table}.leaked", row["id"])
            if kind == "key":
                await revoke_key(tenant, row["id"])
            else:
                await publishable.revoke(tenant, row["agent_id"], row["id"])
