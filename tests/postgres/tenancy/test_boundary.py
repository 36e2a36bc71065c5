"""Two organizations in one database: neither can read, change or plant rows of the other."""

import asyncpg
import pytest

from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database, TransactionOver
from flowyte.kit.errors import Invalid, NotFound, Unauthenticated
from flowyte.tenancy import keys as api_keys
from flowyte.tenancy import sessions
from flowyte.tenancy.principal import Principal
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys, SealBroken
from flowyte.vault.seal import Sealer

SCOPES = frozenset({"agents:read"})


async def make_key(database: Database, keys: FileKeys, owner: Principal) -> tuple[api_keys.KeyStatus, str]:
    async with database.tenant(owner) as tx:
        return await api_keys.create_key(tx, Peppers(keys), name="Website", scopes=SCOPES, created_by=owner)


async def test_a_key_resolves_to_its_organization_until_it_is_revoked(
    database: Database, keys: FileKeys, organization: Principal
) -> None:
    """A made key signs in with its scopes; revoked, it is refused at once."""
    status, text = await make_key(database, keys, organization)
    principal = await api_keys.authenticate_key(database, Peppers(keys), text)
    assert (principal.org, principal.id, principal.scopes) == (organization.org, status.id, SCOPES)
    async with database.tenant(organization) as tx:
        await api_keys.revoke_key(tx, status.id)
    with pytest.raises(Unauthenticated):
        await api_keys.authenticate_key(database, Peppers(keys), text)


async def test_a_foreign_id_is_as_unknown_as_a_random_one(
    database: Database, keys: FileKeys, organization: Principal, other_organization: Principal
) -> None:
    """The other organization's key id gets the same answer as one that never was, and the key still works."""
    status, text = await make_key(database, keys, organization)
    messages = []
    for key_id in (status.id, "key_0000000000000000000000"):
        async with database.tenant(other_organization) as tx:
            with pytest.raises(NotFound) as error:
                await api_keys.revoke_key(tx, key_id)
            messages.append(str(error.value))
    assert messages[0] == messages[1]
    assert (await api_keys.authenticate_key(database, Peppers(keys), text)).id == status.id


async def test_a_row_cannot_be_planted_in_another_organization(
    database: Database, organization: Principal, other_organization: Principal
) -> None:
    """Writing somebody else's organization into a row is refused by the database itself."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.tenant(organization) as tx:
            await tx.execute("INSERT INTO organizations (org_id, name) VALUES ($1, 'planted')", other_organization.org)


async def test_without_an_organization_there_are_no_rows(database: Database, organization: Principal) -> None:
    """The platform transaction sees global tables and nothing of any tenant."""
    async with database.platform() as tx:
        assert await tx.fetchval("SELECT count(*) FROM organizations") == 0
        assert await tx.fetchval("SELECT count(*) FROM directory WHERE kind = 'organization'") >= 1


async def test_a_transaction_cannot_be_used_after_its_end(database: Database, organization: Principal) -> None:
    """A leaked transaction handle is dead, so that it cannot run on somebody else's connection."""
    async with database.tenant(organization) as tx:
        pass
    with pytest.raises(TransactionOver):
        await tx.fetchval("SELECT 1")


async def test_a_key_cannot_hold_more_than_who_makes_it(
    database: Database, keys: FileKeys, organization: Principal
) -> None:
    """Scopes do not grow by making keys."""
    weak = Principal(org=organization.org, kind="key", id="key_x", scopes=SCOPES)
    async with database.tenant(organization) as tx:
        with pytest.raises(Invalid, match="agents:write"):
            await api_keys.create_key(
                tx, Peppers(keys), name="More", scopes=frozenset({"agents:write"}), created_by=weak
            )


async def test_a_sign_in_link_works_once(database: Database, keys: FileKeys, organization: Principal) -> None:
    """Of two who follow the same link only the first gets in."""
    clock, peppers = SystemClock(), Peppers(keys)
    async with database.tenant(organization) as tx:
        link = await sessions.create_link(tx, peppers, clock)
    token = await sessions.redeem_link(database, peppers, clock, link)
    principal = await sessions.authenticate_session(database, peppers, clock, token)
    assert (principal.org, principal.role) == (organization.org, "owner")
    with pytest.raises(Unauthenticated):
        await sessions.redeem_link(database, peppers, clock, link)
    async with database.tenant(principal) as tx:
        await sessions.end_session(tx, principal.id)
    with pytest.raises(Unauthenticated):
        await sessions.authenticate_session(database, peppers, clock, token)


async def test_a_sealed_value_opens_only_where_it_was_sealed(
    database: Database, keys: FileKeys, organization: Principal, other_organization: Principal
) -> None:
    """R6: moved to another table, column, row or organization, or altered in any byte, it does not open."""
    sealer = Sealer(keys)
    async with database.tenant(other_organization) as tx:
        await sealer.seal(tx, "messages", "body", "msg_1", b"warm up the other organization's key")
    async with database.tenant(organization) as tx:
        sealed = await sealer.seal(tx, "messages", "body", "msg_1", b"call me back")
        assert await sealer.open(tx, "messages", "body", "msg_1", sealed) == b"call me back"
        for place in (("notes", "body", "msg_1"), ("messages", "name", "msg_1"), ("messages", "body", "msg_2")):
            with pytest.raises(SealBroken):
                await sealer.open(tx, *place, sealed)
        for position in range(len(sealed)):
            altered = bytes([*sealed[:position], sealed[position] ^ 1, *sealed[position + 1 :]])
            with pytest.raises(SealBroken):
                await sealer.open(tx, "messages", "body", "msg_1", altered)
    async with database.tenant(other_organization) as tx:
        with pytest.raises(SealBroken):
            await sealer.open(tx, "messages", "body", "msg_1", sealed)


async def test_a_shredded_conversation_key_is_gone(database: Database, keys: FileKeys, organization: Principal) -> None:
    """Deleting the wrapped key makes what it sealed unreadable."""
    sealer = Sealer(keys)
    async with database.tenant(organization) as tx:
        key = await sealer.new_conversation_key(tx, "cnv_1")
    async with database.tenant(organization) as tx:
        assert await sealer.conversation_key(tx, "cnv_1") == key
        await tx.execute("DELETE FROM conversation_keys WHERE org_id = $1", tx.org)
        with pytest.raises(SealBroken):
            await sealer.conversation_key(tx, "cnv_1")
