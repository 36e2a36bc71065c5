"""Guardrails as a form: what is written is kept as policies, what the form does not know stays, faults are named."""

import httpx
from tests.postgres.dashboard.conftest import House, furnish

from flowyte.agents.publish import patch
from flowyte.agents.store import get_agent

OTHER = {"policyType": "write_gate", "appliesToSkillType": "email", "config": {}, "isEnabled": True}


async def test_the_form_and_the_policies_are_the_same(house: House, owner: httpx.AsyncClient) -> None:
    """Saved, shown again as written, and emptied again; a policy from elsewhere is no field and is not lost."""
    agent_id = (await furnish(house, house.principal))["agent_id"]
    path = f"/agents/{agent_id}/guardrails"
    async with house.pages.database.tenant(house.principal) as tx:
        await patch(tx, agent_id, {"guardrails": [OTHER]}, if_match=None)
    form = {
        "topics": "Lottery tickets\n\n Prices of others ",
        "per_conversation": "3",
        "open_only": "on",
        "unhappy": "2",
    }
    assert (await owner.post(path, data=form)).headers["location"] == f"{path}?done=saved"
    async with house.pages.database.tenant(house.principal) as tx:
        kept = (await get_agent(tx, agent_id)).draft["guardrails"]
    assert [policy["policyType"] for policy in kept] == [
        "content_policy", "rate_limit", "business_hours", "write_gate",
    ]  # fmt: skip
    assert kept[0]["config"] == {
        "bannedTopics": ["Lottery tickets", "Prices of others"], "negativeSentimentTurns": 2,
    }  # fmt: skip
    assert kept[1]["config"] == {"perConversation": 3}
    page = (await owner.get(path)).text
    assert "Lottery tickets\nPrices of others</textarea>" in page
    assert 'value="3"' in page
    assert 'id="unhappy" name="unhappy" inputmode="numeric" value="2"' in page
    assert "write_gate" in page
    await owner.post(path, data={"topics": ""})
    async with house.pages.database.tenant(house.principal) as tx:
        assert (await get_agent(tx, agent_id)).draft["guardrails"] == [OTHER]


async def test_what_cannot_be_is_named_and_not_saved(house: House, owner: httpx.AsyncClient) -> None:
    """Also a draft that somebody else has changed meanwhile; what was written is still in the form."""
    agent_id = (await furnish(house, house.principal))["agent_id"]
    path = f"/agents/{agent_id}/guardrails"
    for form in (
        {"per_minute": "many"},
        {"per_minute": "9" * 12},
        {"unhappy": "often"},
        {"topics": "x" * 101},
        {"topics": "y", "version": "0"},
    ):
        refused = await owner.post(path, data=form)
        assert refused.status_code == 400, form
        assert next(iter(form.values())) in refused.text
    async with house.pages.database.tenant(house.principal) as tx:
        assert (await get_agent(tx, agent_id)).draft["guardrails"] == []
