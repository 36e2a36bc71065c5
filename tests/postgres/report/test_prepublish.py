"""The report of a draft in the database, and publishing that refuses what it refuses."""

from typing import Any

import pytest

from flowyte.agents.publish import create, publish
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import Invalid
from flowyte.knowledge.sources import create_source
from flowyte.report.compose import prepublish
from flowyte.report.model import Installation
from flowyte.skills import save
from flowyte.tenancy.principal import Principal
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer
from flowyte.wiring.parts import parts_of

SHOP = "postgresql://reader:canarypassword@db.example.com:6432/shop"


def skills() -> list[dict[str, Any]]:
    text = {"type": "string"}
    return [
        {
            "name": "order_status", "description": "When the caller asks where an order is.",
            "skillType": "http_webhook",
            "executionConfig": {"url": "https://shop.example.com/orders/{order}", "headers": {"X-Key": "canarykey"}},
            "parametersSchema": {"type": "object", "properties": {"order": text, "city": text}},
        },
        {
            "name": "look_up", "description": "When the caller asks for their account.", "skillType": "db_query",
            "executionConfig": {"sql_template": "SELECT id FROM t WHERE name = {name}", "connection": SHOP},
            "parametersSchema": {"type": "object", "properties": {"name": text}},
        },
    ]  # fmt: skip


async def made(database: Database, who: Principal, sealer: Sealer, **agent: Any) -> str:
    async with database.tenant(who) as tx:
        created = await create(tx, who, {"name": "shop", "greeting": "Shop, hello.", **agent})
        for fields in skills():
            await save.create(tx, sealer, who, agent_id=created.id, draft=created.draft, fields=fields)
    return created.id


async def test_the_map_is_of_the_skills_that_are_there(
    database: Database, organization: Principal, keys: FileKeys
) -> None:
    """Destinations, fields and places; a database by its host and name, and no credential anywhere."""
    sealer = Sealer(keys)
    agent_id = await made(database, organization, sealer)
    async with database.tenant(organization) as tx:
        more = await parts_of(tx, agent_id)
        report = await prepublish(tx, sealer, SystemClock(), agent_id, more, Installation())
    found = {flow.skill: flow for flow in report.egress}
    web, shop = found["order_status"], found["look_up"]
    assert web.destination == "https://shop.example.com"
    assert {each.field: each.places for each in web.fields} == {"order": ("path",), "city": ("body",)}
    assert web.credentials == ("x-key", "signature")
    assert shop.destination == "postgresql://db.example.com:6432/shop"
    assert [each.field for each in shop.fields] == ["name"]
    assert "canary" not in repr(report)
    assert report.ready
    assert {each.code for each in report.warnings} == {"no_knowledge"}


async def test_a_word_that_may_not_be_said_is_found_in_the_knowledge(
    database: Database, organization: Principal, keys: FileKeys
) -> None:
    """In a text and in an answer; a question may have it, since callers do."""
    sealer = Sealer(keys)
    agent_id = await made(database, organization, sealer, lexicon={"banned": ["cheap", "bargain"]})
    async with database.tenant(organization) as tx:
        faq = [{"question": "Is it cheap?", "answer": "It is a bargain."}]
        await create_source(tx, agent_id=agent_id, kind="text", name="About", content="We are cheap. We are near.")
        await create_source(tx, agent_id=agent_id, kind="faq", name="Prices", faq=faq)
        more = await parts_of(tx, agent_id)
        report = await prepublish(tx, sealer, SystemClock(), agent_id, more, Installation())
    assert {source.name: source.banned for source in report.sources} == {"About": ("cheap",), "Prices": ("bargain",)}


async def test_publishing_refuses_what_the_report_refuses(
    database: Database, organization: Principal, keys: FileKeys
) -> None:
    """The same faults, all of them at once."""
    sealer = Sealer(keys)
    agent_id = await made(
        database, organization, sealer, primaryLanguage="es-US", lexicon={"banned": ["shop"]},
        callerVerification={"method": "account_pin", "verifierSkillId": "nobody"},
    )  # fmt: skip
    async with database.tenant(organization) as tx:
        more = await parts_of(tx, agent_id)
        report = await prepublish(tx, sealer, SystemClock(), agent_id, more, Installation())
        with pytest.raises(Invalid) as refused:
            await publish(tx, organization, agent_id, note="", more=more)
    assert not report.ready
    faults = [(each.field, each.message) for each in refused.value.fields]
    assert faults == [(each.field, each.message) for each in report.refusals]
    assert [field for field, _ in faults] == ["primaryLanguage", "greeting", "callerVerification.verifierSkillId"]
