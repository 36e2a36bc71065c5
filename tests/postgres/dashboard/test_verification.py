"""How callers are verified, set as a form."""

from typing import Any

import httpx
from tests.postgres.dashboard.conftest import House

from flowyte.agents.publish import create
from flowyte.agents.store import get_agent
from flowyte.skills.store import create_skill

SKILL = {
    "name": "lookup",
    "description": "Brings an account's record.",
    "skillType": "http_webhook",
    "executionConfig": {"url": "https://example.com/accounts"},
    "parametersSchema": {"type": "object", "properties": {"accountNumber": {"type": "string"}}},
}


async def furnished(house: House) -> str:
    async with house.pages.database.tenant(house.principal) as tx:
        agent = await create(tx, house.principal, {"name": "Bank"})
        await create_skill(tx, agent_id=agent.id, fields=SKILL)
    return agent.id


async def kept(house: House, agent_id: str) -> Any:
    async with house.pages.database.tenant(house.principal) as tx:
        return (await get_agent(tx, agent_id)).draft.get("callerVerification")


async def test_it_is_set_shown_and_taken_away(house: House, owner: httpx.AsyncClient) -> None:
    """The form holds what was saved; "nobody" takes it away."""
    agent = await furnished(house)
    form = {
        "method": "account_pin",
        "verifier": "lookup",
        "fields": "",
        "tries": "3",
        "ttl": "600",
        "step_up": "lookup",
    }
    answer = await owner.post(f"/agents/{agent}/verification", data=form)
    assert answer.status_code == 303
    saved = await kept(house, agent)
    assert (saved["method"], saved["maxAttempts"], saved["stepUpFor"]) == ("account_pin", 3, ["lookup"])
    page = (await owner.get(f"/agents/{agent}/verification")).text
    assert '<option value="account_pin" selected>' in page
    assert 'value="lookup" checked' in page
    await owner.post(f"/agents/{agent}/verification", data={"method": ""})
    assert await kept(house, agent) is None


async def test_what_is_wrong_keeps_the_form_and_saves_nothing(house: House, owner: httpx.AsyncClient) -> None:
    """A limit that is none, and a method without the skill it needs."""
    agent = await furnished(house)
    for form in ({"verifier": "lookup", "tries": "many", "ttl": "600"}, {"verifier": "", "tries": "3", "ttl": "600"}):
        answer = await owner.post(f"/agents/{agent}/verification", data={"method": "account_pin", **form})
        assert answer.status_code == 400
        assert "Nothing was saved" in answer.text
        assert f'value="{form["tries"]}"' in answer.text
    assert await kept(house, agent) is None
