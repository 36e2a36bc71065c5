"""The swap matrix: every sealed column of the database against every other place, made from the catalogue.

A `bytea` column is sealed unless it stands in NOT_SEALED with the reason, so a column that is added tomorrow is tried
without a word here.
"""

import itertools

import pytest

from flowyte.kit.db import Database
from flowyte.tenancy.principal import Principal
from flowyte.vault import rotate
from flowyte.vault.keyring import FileKeys, KeyPlace, SealBroken
from flowyte.vault.seal import Sealer, version_of

NOT_SEALED = {
    "digest": "one-way",
    "org_keys.wrapped": "wrapped by a key-encryption key; its moves are tried below",
    "idempotency.request": "one-way",
    "idempotency.body": "an answer as it was given; never holds a secret",
    "timeline.sealed": "sealed by its conversation's key, which is sealed here; its moves are tried below",
}


async def sealed_columns(database: Database) -> list[tuple[str, str]]:
    async with database.platform() as tx:
        rows = await tx.fetch(
            "SELECT c.relname AS t, a.attname AS c FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
            "JOIN pg_attribute o ON o.attrelid = c.oid AND o.attname = 'org_id' AND o.attnotnull "
            "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace "
            "AND a.atttypid = 'bytea'::regtype AND NOT a.attisdropped ORDER BY 1, 2"
        )
    return [(row["t"], row["c"]) for row in rows if not {row["c"], f"{row['t']}.{row['c']}"} & set(NOT_SEALED)]


async def test_every_move_of_a_sealed_value_fails_closed(
    database: Database, organization: Principal, other_organization: Principal, keys: FileKeys
) -> None:
    """Over all sealed columns × 2 rows × 2 organizations × 2 versions: it opens where it was sealed and nowhere else,
    nor with its version's number changed to the other's."""
    columns = await sealed_columns(database)
    assert ("messages", "body") in columns
    assert ("conversation_keys", "wrapped") in columns
    sealer, owners = Sealer(keys), (organization, other_organization)
    places = [(who, *column, row) for who in owners for column in columns for row in ("a_1", "a_2")]
    sealed = []
    for version in (1, 2):
        for who, table, column, row in places:
            async with database.tenant(who) as tx:
                value = await sealer.seal(tx, table, column, row, b"canary-plaintext")
                assert version_of(value) == version
                sealed.append(((who, table, column, row), value))
        for who in owners:
            async with database.tenant(who) as tx:
                await rotate.rotate_organization_key(tx, sealer)
    moves = 0
    for who in owners:
        async with database.tenant(who) as tx:
            for (home, value), place in itertools.product(sealed, [place for place in places if place[0] is who]):
                if home == place:
                    assert await sealer.open(tx, *place[1:], value) == b"canary-plaintext"
                else:
                    with pytest.raises(SealBroken):
                        await sealer.open(tx, *place[1:], value)
                    moves += 1
                renumbered = value[:2] + (3 - version_of(value)).to_bytes(4, "big") + value[6:]
                with pytest.raises(SealBroken):
                    await sealer.open(tx, *place[1:], renumbered)
    assert moves == len(places) * 2 * (len(places) - 1)


async def test_every_move_of_a_wrapped_key_fails_closed(
    database: Database, organization: Principal, other_organization: Principal, keys: FileKeys
) -> None:
    """A row of org_keys put in place of another's, of the same or another organization, makes nothing readable."""
    sealer, rows = Sealer(keys), {}
    for who in (organization, other_organization):
        for version in (1, 2):
            async with database.tenant(who) as tx:
                await rotate.rotate_organization_key(tx, sealer)
                found = await tx.fetchrow(
                    "SELECT kek_id, wrapped FROM org_keys WHERE org_id = $1 AND version = $2", tx.org, version
                )
                assert found is not None
                rows[KeyPlace(org=tx.org, version=version)] = (found["kek_id"], found["wrapped"])
    for (home, row), place in itertools.product(rows.items(), rows):
        if home == place:
            assert len(await keys.unwrap(*row, place)) == 32
        else:
            with pytest.raises(SealBroken):
                await keys.unwrap(*row, place)
