"""Skills as forms: made, tried and changed without a line of JSON; credentials go in and never come out."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.postgres.api.conftest import FixedEmbedder
from tests.postgres.dashboard.conftest import House, furnish
from tests.postgres.skills.service import Service, serving

from flowyte.dashboard.skill_form import CONFIG
from flowyte.kit.settings import Settings
from flowyte.skills import ledger, secrets
from flowyte.skills.spec import plain
from flowyte.skills.store import get_skill, list_skills, patch_skill
from flowyte.wiring.foundation import Foundation
from flowyte.wiring.skills import open_trials

CANARY = "canary-form-5512"


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving() as made:
        yield made


@asynccontextmanager
async def trials(house: House, service: Service) -> AsyncIterator[None]:
    pages = house.pages
    settings = Settings(egress_allow="127.0.0.0/8", egress_ports=str(service.port), data_dir=Path("/nowhere"))
    base = Foundation(
        settings=settings, clock=pages.clock, database=pages.database, keys=None,  # type: ignore[arg-type]
        objects=pages.objects, peppers=pages.peppers, sealer=pages.sealer, signer=pages.signer,
    )  # fmt: skip
    async with open_trials(base, None, FixedEmbedder()) as made:  # type: ignore[arg-type]
        house.app.state.pages = replace(pages, trials=made)
        yield


async def stored(house: House, agent_id: str, skill_id: str) -> dict[str, Any]:
    async with house.pages.database.tenant(house.principal) as tx:
        return plain((await get_skill(tx, agent_id, skill_id)).skill)


HOOK = {
    "kind": "http_webhook", "name": "find_order", "description": "The caller asks where their order is.",
    "channels": "voice", "stakes": "low", "expectedLatencyMs": "900", "config.method": "POST",
    "config.timeout_ms": "3000", "config.say": "It is {status}.", "config.examples": "Where is it?\nWhere is my order?",
    "headers": "1", "h0.name": "X-Shop", "h0.value": CANARY, "parameters": "2", "p0.name": "order_id",
    "p0.type": "integer", "p0.description": "The order's number", "p0.required": "on", "p0.source": "caller",
    "p0.ask": "What is the number?", "p0.slot": "digits", "p1.name": "size", "p1.type": "string",
    "p1.choices": "small\nlarge",
}  # fmt: skip


async def test_a_webhook_is_made_tried_and_changed_as_a_form(
    house: House, owner: httpx.AsyncClient, service: Service
) -> None:
    """The signing secret is shown once; the form shows what was set; an empty value keeps the header's."""
    agent_id = (await furnish(house, house.principal))["agent_id"]
    base = f"/agents/{agent_id}/skills"
    service.say = [(200, b'{"status": "on its way"}')]
    made = await owner.post(f"{base}/new", data={**HOOK, "config.url": f"{service.url}/orders/{{order_id}}"})
    assert made.status_code == 200, made.text
    signing = re.search(r"whsec_[A-Za-z0-9+/=]+", html.unescape(made.text))
    assert signing is not None
    async with house.pages.database.tenant(house.principal) as tx:
        skill = next(one for one in await list_skills(tx, agent_id) if one.skill.name == "find_order")
        kept = await secrets.opened(tx, house.pages.sealer, skill.id)
    assert (kept["header:X-Shop"].reveal(), kept["signing"].reveal()) == (CANARY, signing[0])
    assert plain(skill.skill)["parametersSchema"] == {
        "type": "object",
        "properties": {
            "order_id": {"type": "integer", "description": "The order's number", "x-source": ["caller"],
                         "x-slot": "digits", "x-ask": "What is the number?"},
            "size": {"type": "string", "enum": ["small", "large"]},
        },
    }  # fmt: skip
    assert (skill.skill.required_params, skill.skill.channels) == (["order_id"], ["voice"])
    assert skill.skill.execution_config["examples"] == ["Where is it?", "Where is my order?"]
    page = await owner.get(f"{base}/{skill.id}")
    assert "whsec_" not in page.text
    assert CANARY not in page.text + made.text
    for shown in ("find_order", "It is {status}.", "small\nlarge</textarea>", "empty keeps it"):
        assert shown in page.text
    async with trials(house, service):
        tried = await owner.post(f"{base}/{skill.id}/try", data={"argument.order_id": "7", "argument.size": "small"})
    assert "It worked" in tried.text
    assert "on its way" in tried.text
    assert CANARY not in tried.text
    assert (service.asked[0].target, service.asked[0].headers["x-shop"]) == ("/orders/7", CANARY)
    assert service.asked[0].json["arguments"] == {"size": "small"}
    changed = {**HOOK, "config.url": "https://example.com/", "h0.value": "", "p1.name": "", "isWrite": "on"}
    assert (await owner.post(f"{base}/{skill.id}", data=changed)).status_code == 303
    now = await stored(house, agent_id, skill.id)
    assert (now["isWrite"], list(now["parametersSchema"]["properties"])) == (True, ["order_id"])
    async with house.pages.database.tenant(house.principal) as tx:
        assert (await secrets.opened(tx, house.pages.sealer, skill.id))["header:X-Shop"].reveal() == CANARY
    async with trials(house, service):
        refused = await owner.post(f"{base}/{skill.id}/try", data={"argument.order_id": "7"})
    assert refused.status_code == 400
    assert len(service.asked) == 1
    renewed = await owner.post(f"{base}/{skill.id}/signing-secret")
    assert "whsec_" in renewed.text
    assert signing[0] not in html.unescape(renewed.text)


OTHERS: dict[str, dict[str, str]] = {
    "email": {"config.to": "desk@example.com", "config.subject": "Hello"},
    "db_query": {"config.sql_template": "SELECT 1 AS one", "connection": f"postgresql://a:{CANARY}@db.example.com/x"},
    "mcp": {"config.server": "https://example.com/mcp", "config.tool": "look_up"},
    "geo": {"config.action": "find_nearest_location", "config.locations": "A; 02139; +12025550142\nB; 42.3, -71.0"},
    "knowledge_query": {},
    "builtin": {"config.action": "repeat"},
    "sms": {"config.to": "+12025550142", "config.body": "Hello"},
}


@pytest.mark.parametrize("kind", OTHERS)
async def test_each_kind_has_a_form_that_keeps_what_it_shows(house: House, owner: httpx.AsyncClient, kind: str) -> None:
    """Made, opened, and saved again as the page has it: nothing is different, and no credential is on the page."""
    agent_id = (await furnish(house, house.principal))["agent_id"]
    base = f"/agents/{agent_id}/skills"
    form = {"kind": kind, "name": "other", "description": "x", "channels": "chat", **OTHERS[kind]}
    made = await owner.post(f"{base}/new", data=form)
    assert made.status_code == 303, made.text
    path = made.headers["location"].partition("?")[0]
    before = await stored(house, agent_id, path.rpartition("/")[2])
    page = await owner.get(path)
    assert CANARY not in page.text
    again = await owner.post(path, data=controls(page.text))
    assert again.status_code == 303, again.text
    assert await stored(house, agent_id, path.rpartition("/")[2]) == before


def controls(page: str) -> dict[str, Any]:
    """What a browser would send of the skill's form."""
    form = page.split('class="draft">')[1].split("</form>", maxsplit=1)[0]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and (" checked" in tag or "checkbox" not in tag):
            sent[name[1]] = html.unescape(value[1]) if value else ""
    for name, text in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>([^<]*)</textarea>', form):
        sent[name] = html.unescape(text)
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        sent[name] = html.unescape(chosen[1]) if chosen else ""
    return sent


async def test_a_row_more_is_a_row_and_nothing_is_lost(house: House, owner: httpx.AsyncClient) -> None:
    """Without script: the page comes back with what was typed and one row more, and nothing is saved."""
    agent_id = (await furnish(house, house.principal))["agent_id"]
    base = f"/agents/{agent_id}/skills"
    page = await owner.post(f"{base}/new", data={**HOOK, "more": "parameters"})
    assert page.status_code == 200
    assert 'name="p2.name"' in page.text
    assert "Type the credential again" in page.text
    assert "small\nlarge</textarea>" in page.text
    assert CANARY not in page.text
    async with house.pages.database.tenant(house.principal) as tx:
        assert len(await list_skills(tx, agent_id)) == 1


@pytest.mark.parametrize(
    ("wrong", "control"),
    [
        ({"name": "Find Order"}, "name"),
        ({"description": ""}, "description"),
        ({"config.url": "https://{order_id}/"}, "config.url"),
        ({"config.timeout_ms": "soon"}, "config.timeout_ms"),
        ({"p1.name": "order_id"}, "p1.name"),
        ({"h0.name": "Host"}, ""),
        ({"p1.choices": "x\n" * 101}, ""),
    ],
)
async def test_what_cannot_be_is_named_at_its_control(
    house: House, owner: httpx.AsyncClient, wrong: dict[str, str], control: str
) -> None:
    agent_id = (await furnish(house, house.principal))["agent_id"]
    form = {**HOOK, "config.url": "https://example.com/", **wrong}
    refused = await owner.post(f"/agents/{agent_id}/skills/new", data=form)
    assert refused.status_code == 400
    assert (f'id="{control}-error"' in refused.text) == bool(control)
    assert 'role="alert"' in refused.text
    assert CANARY not in refused.text


async def test_what_the_form_does_not_know_stays(house: House, owner: httpx.AsyncClient) -> None:
    """A list among the parameters and a limit of one, set over the API, outlive a save; a switch is a switch."""
    ids = await furnish(house, house.principal)
    path = f"/agents/{ids['agent_id']}/skills/{ids['skill_id']}"
    schema = {
        "type": "object",
        "properties": {
            "lines": {"type": "array", "items": {"type": "string"}},
            "order_id": {"type": "string", "maxLength": 9},
        },
        "required": ["lines"],
    }
    async with house.pages.database.tenant(house.principal) as tx:
        await patch_skill(tx, ids["agent_id"], ids["skill_id"], {"parametersSchema": schema})
    assert (await owner.post(path, data=controls((await owner.get(path)).text))).status_code == 303
    kept = await stored(house, ids["agent_id"], ids["skill_id"])
    assert kept["parametersSchema"]["properties"] == schema["properties"]
    assert kept["requiredParams"] == ["lines"]
    await owner.post(f"{path}/switch")
    assert (await stored(house, ids["agent_id"], ids["skill_id"]))["isEnabled"] is False
    async with house.pages.database.tenant(house.principal) as tx:
        await patch_skill(tx, ids["agent_id"], ids["skill_id"], {
            "skillType": "crm", "executionConfig": {"provider": "p", "action": "a"},
        })  # fmt: skip
    assert "This kind is set over the API." in (await owner.get(path)).text
    assert (await owner.post(path, data={"name": "x"})).status_code == 404


async def test_a_doubt_stands_on_the_first_page(house: House, owner: httpx.AsyncClient) -> None:
    """With what it was, and the way to its conversation; one of another organization does not."""
    ids = await furnish(house, house.principal)
    now = house.pages.clock.now()
    for who in (house.principal, house.other):
        intent = ledger.Intent(
            agent_id="agt_1", conversation_id=ids["conversation_id"], key="k", skill="book_table", kind="http_webhook",
            is_write=True, arguments={"guests": 4 if who is house.principal else 5},
        )  # fmt: skip
        async with house.pages.database.tenant(who) as tx:
            await ledger.claim(
                tx, house.pages.sealer, intent, now=now - timedelta(hours=1), deadline=now - timedelta(minutes=59)
            )
    page = (await owner.get("/")).text
    assert "book_table (guests: 4)" in page
    assert f'href="/conversations/{ids["conversation_id"]}"' in page
    assert "guests: 5" not in page
    assert 'action="/skill-runs/run_' in page
    async with house.pages.database.tenant(house.principal) as tx:
        (entry, *_) = await ledger.in_doubt(tx, house.pages.sealer, now=now)
    answer = await owner.post(f"/skill-runs/{entry.id}", data={"happened": "yes"})
    assert answer.status_code == 303
    assert (await owner.post(f"/skill-runs/{entry.id}", data={"happened": "no"})).status_code == 404
    async with house.pages.database.tenant(house.principal) as tx:
        found = await ledger.of_conversation(tx, house.pages.sealer, entry.conversation_id)
        assert [one.state for one in found if one.id == entry.id] == ["done"]
        assert entry.id not in {one.id for one in await ledger.in_doubt(tx, house.pages.sealer, now=now)}


def test_no_two_controls_have_one_name() -> None:
    for fields in CONFIG.values():
        assert len({field.path for field in fields}) == len(fields)
