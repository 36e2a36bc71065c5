"""The operator's verbs on keys: look, add a key-encryption key, wrap anew, rotate an organization's key, bring one.

They run beside an installation that serves; each organization is a transaction of its own, so a verb that is stopped
half way is simply run again.
"""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from flowyte.kit import log, postgres
from flowyte.kit.errors import FlowyteError, SetupError
from flowyte.kit.settings import Settings
from flowyte.tenancy.organizations import all_organizations, system_principal
from flowyte.vault import rotate
from flowyte.vault.keyring import FileKeys
from flowyte.wiring.foundation import Foundation, foundation

logger = log.get(__name__)


async def status(settings: Settings) -> dict[str, object]:
    """Which key wraps, and each organization's versions by what wraps them."""
    async with beside(settings) as base:
        found = {}
        for org in await _organizations(base):
            async with base.database.tenant(system_principal(org)) as tx:
                keys = await rotate.key_status(tx)
            found[str(org)] = {"version": keys.version, "ownKey": keys.own_key, "wrappedBy": keys.wrapped_by}
        return {"newest": base.keys.newest, "organizations": found}


async def add_key(settings: Settings) -> dict[str, object]:
    """Make the next key file and wrap every organization's keys by it."""
    async with beside(settings) as base:
        if not isinstance(base.keys.main, FileKeys):
            raise SetupError(
                "Keys are not files here. Add FLOWYTE_KEK_2, or name another key in the setting keys; start "
                "again, then run: flowyte vault rewrap"
            )
        made = base.keys.main.add()
        return {"key": made, **await rewrap_all(base)}


async def rewrap(settings: Settings) -> dict[str, object]:
    """Wrap every organization's keys by what should wrap them now."""
    async with beside(settings) as base:
        return await rewrap_all(base)


async def rewrap_all(base: Foundation) -> dict[str, object]:
    """Also for the worker, from time to time. One organization's withheld key does not keep the others waiting."""
    done, failed = 0, {}
    for org in await _organizations(base):
        try:
            async with base.database.tenant(system_principal(org)) as tx:
                done += await rotate.rewrap(tx, base.keys)
        except FlowyteError as error:
            failed[str(org)] = error.code
            logger.warning("keys.not_rewrapped", org=str(org), code=error.code)
    return {"rewrapped": done, "failed": failed}


async def rotate_organization(settings: Settings, org: uuid.UUID) -> dict[str, object]:
    """A new version of an organization's key, and its conversations' keys sealed under it."""
    async with beside(settings) as base:
        async with base.database.tenant(system_principal(org)) as tx:
            version = await rotate.rotate_organization_key(tx, base.sealer)
        return {"version": version, "resealed": await _reseal(base, org)}


async def bring_key(settings: Settings, org: uuid.UUID, arn: str) -> dict[str, object]:
    """Let an organization's keys open only with its own key in KMS from now on."""
    async with beside(settings) as base:
        async with base.database.tenant(system_principal(org)) as tx:
            await rotate.bring_key(tx, base.keys, base.sealer, arn)
        return {"ownKey": arn, "resealed": await _reseal(base, org)}


async def leave_own_key(settings: Settings, org: uuid.UUID) -> dict[str, object]:
    """Back to the installation's key; needs the own key to open once more."""
    async with beside(settings) as base:
        async with base.database.tenant(system_principal(org)) as tx:
            await rotate.leave_own_key(tx, base.keys, base.sealer)
        return {"ownKey": None}


async def _reseal(base: Foundation, org: uuid.UUID) -> int:
    done, after = 0, ""
    while True:
        async with base.database.tenant(system_principal(org)) as tx:
            changed, following = await rotate.reseal_conversation_keys(tx, base.sealer, after=after)
        done += changed
        if following is None:
            return done
        after = following


async def _organizations(base: Foundation) -> list[uuid.UUID]:
    async with base.database.platform() as tx:
        return await all_organizations(tx)


@asynccontextmanager
async def beside(settings: Settings) -> AsyncIterator[Foundation]:
    """On DATABASE_URL, else on the embedded database of an installation that runs."""
    if not settings.database_url:
        cluster = postgres.running(settings.data_dir / "postgres")
        if cluster is None:
            raise SetupError(f"No database runs on {settings.data_dir}. Start `flowyte up`, or set DATABASE_URL.")
        settings = replace(settings, database_url=cluster.app_dsn)
    async with foundation(settings) as base:
        yield base
