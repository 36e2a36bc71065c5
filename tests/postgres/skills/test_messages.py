"""Messages and skills on a real database with real sealing."""

import asyncio

import pytest

from flowyte.kit.db import Database
from flowyte.kit.errors import Invalid, NotFound
from flowyte.skills.messages import Message, count_new, file_message, get_message, list_messages, mark_read
from flowyte.skills.store import NameTaken, create_skill, delete_skill, get_skill, list_skills, patch_skill
from flowyte.tenancy.principal import Principal
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer

TAKE = {
    "name": "take_message",
    "description": "The caller wants to leave a message.",
    "skillType": "builtin",
    "executionConfig": {"action": "take_message"},
}


async def file(database: Database, who: Principal, sealer: Sealer, intent: str, body: str = "Call me.") -> Message:
    async with database.tenant(who) as tx:
        return await file_message(
            tx, sealer, agent_id="agt_1", conversation_id="cnv_1", intent_key=intent, name="Patient",
            phone="+12025550142", body=body,
        )  # fmt: skip


async def test_a_message_is_filed_once_for_its_intent(
    database: Database, organization: Principal, keys: FileKeys
) -> None:
    """Retries, also at the same moment, give the same message back and store one."""
    sealer = Sealer(keys)
    first = await file(database, organization, sealer, "1")
    again = await asyncio.gather(*(file(database, organization, sealer, "1", "Other.") for _ in range(3)))
    assert {message.id for message in again} == {first.id}
    assert again[0].body == "Call me."
    await file(database, organization, sealer, "2")
    async with database.tenant(organization) as tx:
        assert await count_new(tx) == 2


async def test_the_database_holds_nothing_personal_to_read(
    database: Database, organization: Principal, keys: FileKeys
) -> None:
    """Name, number and text are sealed; the verbs open them."""
    sealer = Sealer(keys)
    message = await file(database, organization, sealer, "1", "My tooth broke.")
    async with database.tenant(organization) as tx:
        row = await tx.fetchrow("SELECT name, phone_e164, body FROM messages WHERE org_id = $1", tx.org)
        opened = await get_message(tx, sealer, message.id)
    assert row is not None
    stored = b"".join(row.values())
    assert not any(part in stored for part in (b"Patient", b"5550142", b"tooth"))
    assert (opened.name, opened.phone, opened.body) == ("Patient", "+12025550142", "My tooth broke.")


async def test_messages_are_listed_newest_first_in_pages(
    database: Database, organization: Principal, keys: FileKeys
) -> None:
    """Every message comes exactly once over the pages."""
    sealer = Sealer(keys)
    made = [(await file(database, organization, sealer, str(n))).id for n in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    async with database.tenant(organization) as tx:
        while True:
            page, cursor = await list_messages(tx, sealer, limit=2, cursor=cursor)
            seen += [message.id for message in page]
            if cursor is None:
                break
        assert (await mark_read(tx, sealer, made[0])).status == "read"
        assert await count_new(tx) == 4
    assert seen == made[::-1]


async def test_foreign_messages_and_skills_do_not_exist(
    database: Database, organization: Principal, other_organization: Principal, keys: FileKeys
) -> None:
    """Another organization gets the answer of a random id."""
    sealer = Sealer(keys)
    message = await file(database, organization, sealer, "1")
    async with database.tenant(organization) as tx:
        skill = await create_skill(tx, agent_id="agt_1", fields=TAKE)
    async with database.tenant(other_organization) as tx:
        for attempt in (get_message(tx, sealer, message.id), mark_read(tx, sealer, message.id),
                        get_skill(tx, "agt_1", skill.id), delete_skill(tx, "agt_1", skill.id)):  # fmt: skip
            with pytest.raises(NotFound):
                await attempt
        assert await list_messages(tx, sealer) == ((), None)
        assert await list_skills(tx, "agt_1") == ()


async def test_skills_are_made_changed_and_deleted(database: Database, organization: Principal) -> None:
    """A change is checked like a new skill; a name is taken once an agent."""
    async with database.tenant(organization) as tx:
        made = await create_skill(tx, agent_id="agt_1", fields=TAKE)
        with pytest.raises(NameTaken):
            await create_skill(tx, agent_id="agt_1", fields=TAKE)
        other = await create_skill(tx, agent_id="agt_1", fields={**TAKE, "name": "other"})
        with pytest.raises(NameTaken):
            await patch_skill(tx, "agt_1", other.id, {"name": "take_message"})
        with pytest.raises(Invalid):
            await patch_skill(tx, "agt_1", made.id, {"skillType": "telepathy"})
        changed = await patch_skill(tx, "agt_1", made.id, {"isEnabled": False})
        assert changed.skill.is_enabled is False
        await delete_skill(tx, "agt_1", made.id)
        assert [stored.id for stored in await list_skills(tx, "agt_1")] == [other.id]
        with pytest.raises(NotFound):
            await get_skill(tx, "agt_1", made.id)


@pytest.mark.parametrize(("name", "body"), [("", "x"), ("x", " "), ("x" * 201, "y"), ("x", "y" * 5001)])
async def test_an_empty_or_endless_message_is_refused(
    database: Database, organization: Principal, keys: FileKeys, name: str, body: str
) -> None:
    """Nobody can be called back by nothing."""
    async with database.tenant(organization) as tx:
        with pytest.raises(Invalid):
            await file_message(
                tx, Sealer(keys), agent_id="a", conversation_id="c", intent_key="1", name=name, phone="", body=body
            )
