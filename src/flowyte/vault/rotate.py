"""Changing keys while everything serves: of the installation, of an organization, and to one that it brought.

Each verb is one transaction of one organization. Nothing is replaced before the new wrapping was opened once, and
whoever reads in the meantime finds the old row or the new one, both of which open.
"""

from dataclasses import dataclass

from flowyte.kit.db import TenantTx
from flowyte.vault import store
from flowyte.vault.keyring import KeyPlace, KeyProvider
from flowyte.vault.providers import OWN, own_id
from flowyte.vault.seal import Sealer, wrap_checked

PAGE = 500  # conversation keys sealed again in one transaction: under a tenth of a second of locks


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatus:
    """What may be told of an organization's keys: ids and counts, never a key."""

    version: int
    own_key: str | None
    wrapped_by: dict[str, int]


async def key_status(tx: TenantTx) -> KeyStatus:
    newest = await store.newest_version(tx)
    own = await store.own_kek(tx)
    return KeyStatus(
        version=newest[0] if newest else 0,
        own_key=own.removeprefix(OWN) if own else None,
        wrapped_by=await store.versions_by_kek(tx),
    )


async def rewrap(tx: TenantTx, keys: KeyProvider) -> int:
    """Wrap the organization's keys by what should wrap them now; how many were under something else."""
    target = await store.own_kek(tx) or keys.newest
    stale = await store.versions_not_under(tx, target)
    for version in stale:
        await _rewrap_one(tx, keys, version, target)
    return len(stale)


async def rotate_organization_key(tx: TenantTx, sealer: Sealer) -> int:
    """A new version, which seals from now on; `reseal_conversation_keys` brings the old ones along."""
    return await sealer.add_version(tx)


async def reseal_conversation_keys(tx: TenantTx, sealer: Sealer, *, after: str = "") -> tuple[int, str | None]:
    """One page under the organization's newest version: how many changed, and where the next page begins."""
    page = await store.conversation_keys_after(tx, after, PAGE)
    changed = []
    for conversation_id, wrapped in page:
        resealed = await sealer.reseal(tx, "conversation_keys", "wrapped", conversation_id, wrapped)
        if resealed is not None:
            changed.append((conversation_id, resealed))
    await store.replace_conversation_keys(tx, changed)
    return len(changed), page[-1][0] if len(page) == PAGE else None


async def bring_key(tx: TenantTx, keys: KeyProvider, sealer: Sealer, arn: str) -> None:
    """From here on the organization's keys open only with its own key in its KMS.

    Invalid when `arn` is not a key's ARN; KeyWithheld when that key does not let this installation use it.
    """
    own = own_id(arn)
    await store.set_own_kek(tx, own)
    await sealer.add_version(tx, under=own)  # what was wrapped otherwise may lie in a backup
    await rewrap(tx, keys)
    sealer.forget(tx.org)


async def leave_own_key(tx: TenantTx, keys: KeyProvider, sealer: Sealer) -> None:
    """Back to the installation's key. The own key must still open: KeyWithheld otherwise."""
    await store.drop_own_kek(tx)
    await rewrap(tx, keys)
    sealer.forget(tx.org)


async def _rewrap_one(tx: TenantTx, keys: KeyProvider, version: int, target: str) -> None:
    row = await store.org_key(tx, version)
    assert row is not None, "locked by versions_not_under"
    place = KeyPlace(org=tx.org, version=version)
    key = await keys.unwrap(row.kek_id, row.wrapped, place)
    kek_id, wrapped = await wrap_checked(keys, key, place, target)
    await store.replace_wrapping(tx, version, kek_id, wrapped)
