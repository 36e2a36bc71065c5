"""The key with which this machine's command line reaches the product that runs here."""

from pathlib import Path
from uuid import UUID

from flowyte.kit.errors import SetupError, Unauthenticated
from flowyte.tenancy.keys import authenticate_key, create_key, list_keys, revoke_key
from flowyte.tenancy.organizations import system_principal
from flowyte.tenancy.scopes import SECRET_KEY_SCOPES
from flowyte.wiring.foundation import Foundation
from flowyte.wiring.lock import read_local

NAME = "This machine's command line"


async def local_key(base: Foundation, org: UUID, data_dir: Path) -> str:
    """The last start's key while it still opens this organization; else a new one, and older ones are revoked."""
    owner = system_principal(org)
    try:
        key = read_local(data_dir).key
        if (await authenticate_key(base.database, base.peppers, key)).org == org:
            return key
    except (SetupError, Unauthenticated):
        pass  # there was no start before, or its key was revoked
    async with base.database.tenant(owner) as tx:
        for old in await list_keys(tx):
            if old.name == NAME and old.revoked_at is None:
                await revoke_key(tx, old.id)
        _, key = await create_key(tx, base.peppers, name=NAME, scopes=SECRET_KEY_SCOPES, created_by=owner)
    return key
