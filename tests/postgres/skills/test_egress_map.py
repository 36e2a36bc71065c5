"""The map of what leaves with a skill against the bytes that left, for every kind that sends anything or might.

Every parameter holds a canary, and so does all that must not leave: what the caller told besides, the texts of the
agent, a value that is not declared. Behind a line that keeps every byte stands a real server of each kind.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from aiosmtpd.smtp import SMTP
from tests.postgres.skills.service import serving
from tests.postgres.skills.tee import Tee, teed
from tests.postgres.skills.test_mcp import FastMCP, running
from tests.unit.minds.workshop import Ask, Puppet, Talk, skill

from flowyte.conversation.reply import MindContext, Passage, SkillReturned
from flowyte.egress.addresses import networks
from flowyte.egress.client import Egress
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.postgres import Cluster
from flowyte.kit.secret import SecretText
from flowyte.minds.judged import JudgedMind
from flowyte.providers.smtp import Outbox, Server
from flowyte.skills import ledger
from flowyte.skills.kinds import db_query, email, geo, knowledge, mcp, messages, webhook
from flowyte.skills.registry import CARRIED_OUT, TAKE_MESSAGE
from flowyte.skills.runner import Order, Runner
from flowyte.skills.spec import thawed
from flowyte.skills.traced import HERE, Flow, traced
from flowyte.tenancy.principal import Principal
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer

CLOCK = SystemClock()
PHONE, STORY, PERSONA, UNDECLARED = "2025550142", "canarystory", "canarypersona", "canaryundeclared"
NEVER = (PHONE, STORY, PERSONA, UNDECLARED)
GIVEN = {"order": "canaryorder7", "city": "canarycity", "mail": "canarymail@example.org", "zip": "10001"}
SAID = f"Order canaryorder7 in canarycity, canarymail@example.org, 10001. {STORY}, and I am at {PHONE}."


@dataclass(slots=True)
class World:
    """Servers of every kind, each behind its line."""

    http: Tee
    mail: Tee
    shop: Tee
    tools: Tee
    dsn: str
    letters: list[str] = field(default_factory=list)

    @property
    def lines(self) -> dict[str, Tee]:
        return {"http": self.http, "mail": self.mail, "shop": self.shop, "tools": self.tools}

    def config(self, kind: str) -> dict[str, Any]:
        web = f"http://127.0.0.1:{self.http.port}"
        return {
            "webhook": {"url": f"{web}/orders/{{order}}?in={{city}}"},
            "reading": {"url": f"{web}/orders", "method": "GET", "headers": {"Authorization": {"sealed": True}}},
            "fixed": {"url": f"{web}/ping"},
            "email": {"to": "desk@example.com, {mail}", "subject": "About {order}"},
            "team": {"to": "desk@example.com", "subject": "A request"},
            "mcp": {"server": f"http://127.0.0.1:{self.tools.port}/mcp", "tool": "look"},
            "database": {
                "sql_template": "SELECT id FROM orders WHERE customer = {order}", "connection": {"sealed": True},
            },
            "geo": {"action": "check_service_area", "origin_address": "10001"},
            "knowledge": {},
            "message": {"action": "take_message"},
        }[kind]  # fmt: skip


CASES = {
    "webhook": ("http_webhook", ("order", "city", "mail"), "http"),
    "reading": ("http_webhook", ("order", "city"), "http"),
    "fixed": ("http_webhook", (), "http"),
    "email": ("email", ("order", "mail", "city"), "mail"),
    "team": ("email", ("city",), "mail"),
    "mcp": ("mcp", ("order", "city"), "tools"),
    "database": ("db_query", ("order", "city"), "shop"),
    "geo": ("geo", ("zip", "city"), None),
    "knowledge": ("knowledge_query", ("query",), None),
    "message": ("builtin", ("name", "phone", "message"), None),
}


class Mailbox:
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return "250 taken"


def tools() -> FastMCP:
    made = FastMCP("shop", json_response=True)

    @made.tool()
    def look(order: str, city: str) -> str:
        return "on its way"

    return made


@pytest.fixture
async def world(cluster: Cluster) -> AsyncIterator[World]:
    admin = await asyncpg.connect(cluster.admin_dsn)
    await admin.execute("DROP DATABASE IF EXISTS canaries WITH (FORCE)")
    await admin.execute("CREATE DATABASE canaries")
    parts = urlsplit(cluster.admin_dsn)
    smtp = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Mailbox(), hostname="mail.example.com"), "127.0.0.1", 0
    )
    try:
        async with (
            serving() as service, running(tools()) as tool_port, teed(service.port) as http,
            teed(smtp.sockets[0].getsockname()[1]) as mail, teed(parts.port or 5432) as shop, teed(tool_port) as far,
        ):  # fmt: skip
            dsn = f"postgresql://{parts.username}:{parts.password or 'x'}@127.0.0.1:{shop.port}/canaries"
            made = await asyncpg.connect(cluster.admin_dsn.rpartition("/")[0] + "/canaries")
            await made.execute("CREATE TABLE orders (id int, customer text)")
            await made.close()
            yield World(http=http, mail=mail, shop=shop, tools=far, dsn=dsn)
    finally:
        smtp.close()
        await admin.execute("DROP DATABASE canaries WITH (FORCE)")
        await admin.close()


@asynccontextmanager
async def runner_of(database: Database, keys: FileKeys, world: World) -> AsyncIterator[Runner]:
    egress, sealer = Egress(allowed=networks("127.0.0.0/8")), Sealer(keys)
    ports = frozenset(tee.port for tee in world.lines.values())

    async def kept(order: Order) -> Mapping[str, SecretText]:
        return {"connection": SecretText(world.dsn), "header:Authorization": SecretText("Bearer canarycredential")}

    async def find(order: Order, query: str, source_ids: Any) -> tuple[Passage, ...]:
        return ()

    outbox = Outbox(Server.parse(f"smtp://127.0.0.1:{world.mail.port}"), "agent@example.com")
    runner = Runner(
        database, sealer, CLOCK, inside={TAKE_MESSAGE: messages.filing(sealer)},
        outside={
            "http_webhook": webhook.calling(egress, CLOCK, kept, ports), "mcp": mcp.tooling(egress, kept, ports),
            "db_query": db_query.querying(egress.guard, kept), "email": email.sending(outbox), "geo": geo.geo,
            "knowledge_query": knowledge.searching(find),
        },
    )  # fmt: skip
    try:
        async with runner.running():
            yield runner
    finally:
        await egress.close()


def case(name: str, world: World) -> tuple[dict[str, Any], dict[str, str]]:
    """The skill as an agent has it, and a canary for each parameter."""
    kind, parameters, _ = CASES[name]
    made = skill("the_skill", *parameters, kind=kind) | {"executionConfig": world.config(name)}
    own = {"query": "canaryquery", "name": "canaryname", "phone": "202 555 0187", "message": "canarymessage"}
    return made, {each: GIVEN.get(each, own.get(each, "")) for each in parameters}


async def converse(
    runner: Runner, who: Principal, made: Mapping[str, Any], given: Mapping[str, str], said: str
) -> list[Any]:
    """One turn of a caller, in which the mind asks for the skill with these arguments."""
    name = TAKE_MESSAGE if made["skillType"] == "builtin" else "the_skill"
    context = MindContext(
        org=who.org, conversation_id="cnv_1", channel="chat", language="en",
        agent={"id": "agt_1", "persona": PERSONA, "greeting": PERSONA, "skills": [made]},
    )  # fmt: skip
    talk = Talk(JudgedMind(Puppet(Ask(name, given)), CLOCK, runner).open(context), CLOCK)  # type: ignore[arg-type]
    return await talk.say(f"{said} {' '.join(given.values())}")


async def flow_of(made: Mapping[str, Any], world: World) -> Flow:
    connection = SecretText(world.dsn) if made["skillType"] == "db_query" else None
    return await traced(thawed(made), CLOCK, connection=connection)


@pytest.mark.parametrize("name", CASES)
async def test_what_left_is_what_the_map_says(
    name: str, database: Database, organization: Principal, keys: FileKeys, world: World
) -> None:
    """Exactly the parameters that it names, to the place that it names, and nothing else that was said or written.

    A mind that passes one value too many gets nothing done; what was done keeps the declared values alone.
    """
    made, given = case(name, world)
    flow = await flow_of(made, world)
    async with runner_of(database, keys, world) as runner:
        await converse(runner, organization, made, {**given, "notes": UNDECLARED}, SAID)
        assert not any(tee.connections for tee in world.lines.values())
        parts = await converse(runner, organization, made, given, SAID)
    assert [part.ok for part in parts if isinstance(part, SkillReturned)] == [True]
    async with database.tenant(organization) as tx:
        (entry,) = await ledger.of_conversation(tx, Sealer(keys), "cnv_1")
    assert entry.arguments == given
    line = CASES[name][2]
    used = {each for each, tee in world.lines.items() if tee.connections}
    assert used == ({line} if line else set())
    if line is None:
        assert (flow.destination, flow.fields, flow.also) == ("", (), ())
        return
    sent = world.lines[line].text
    assert {each.field for each in flow.fields} == {each for each, canary in given.items() if canary in sent}
    assert [canary for canary in NEVER if canary in sent] == []
    assert ("canarycredential" in sent) is ("authorization" in flow.credentials)
    ours = {"conversationId": "cnv_1", "skillName": "the_skill"}
    assert {each.field for each in flow.also} & set(ours) == {each for each, value in ours.items() if value in sent}
    if flow.destination.startswith("mailto:"):
        reached = {part.partition(">")[0].rpartition("<")[2] for part in sent.split("RCPT TO:")[1:]}
        named = flow.destination.removeprefix("mailto:").format(**given).split(", ")
        assert reached == set(named)
    else:
        assert urlsplit(flow.destination).port == world.lines[line].port
        assert urlsplit(flow.destination).hostname == "127.0.0.1"


def test_the_map_knows_every_kind_that_is_carried_out() -> None:
    """A kind that is new here has to be looked at before a report can be silent about it."""
    known = {kind for kind, _, _ in CASES.values()} | set(HERE)
    assert known >= CARRIED_OUT
