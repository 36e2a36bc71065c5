"""/agents/{id}/guardrails: part of the draft and of what is published, with a scope of their own; and in a chat."""

import httpx
from tests.postgres.api.conftest import Caller, House

TOPICS = [{"policyType": "content_policy", "config": {"bannedTopics": ["lottery tickets"]}}]


async def test_they_are_kept_with_the_draft_and_frozen_with_the_version(house: House, mine: httpx.AsyncClient) -> None:
    """The full list each time; a difference to what is live; a stale draft is refused."""
    agent = (await mine.post("/agents", json={"name": "a"})).json()["data"]
    path = f"/agents/{agent['id']}/guardrails"
    assert (await mine.get(path)).json()["data"] == []
    kept = await mine.put(path, json=TOPICS, headers={"If-Match": str(agent["version"])})
    assert kept.status_code == 200, kept.text
    assert kept.json()["data"][0] == {**TOPICS[0], "appliesToSkillType": None, "isEnabled": True}
    assert (await mine.put(path, json=[], headers={"If-Match": str(agent["version"])})).status_code == 409
    await mine.post(f"/agents/{agent['id']}/publish", json={"note": ""})
    await mine.put(path, json=[])
    assert (await mine.get(path)).json()["data"] == []
    version = (await mine.get(f"/agents/{agent['id']}/versions")).json()["data"][0]
    assert version["snapshot"]["guardrails"][0]["policyType"] == "content_policy"


async def test_what_cannot_be_a_policy_is_named(house: House, mine: httpx.AsyncClient) -> None:
    """By its place, and nothing is kept."""
    agent = (await mine.post("/agents", json={"name": "a"})).json()["data"]
    path = f"/agents/{agent['id']}/guardrails"
    for value, place in (
        ([*TOPICS, {"policyType": "magic"}], "guardrails[1].policyType"),
        ([{"policyType": "rate_limit", "config": {"perMinute": "x"}}], "guardrails[0].config.perMinute"),
    ):
        refused = await mine.put(path, json=value)
        assert refused.status_code == 400
        assert [error["field"] for error in refused.json()["errors"]] == [place]
    assert (await mine.get(path)).json()["data"] == []


async def test_they_need_their_own_scope_also_as_a_part_of_the_agent(house: House, calling: Caller) -> None:
    """Who may write agents may not lift their guardrails."""
    async with calling(house.principal, frozenset({"agents:write", "agents:read"})) as weak:
        agent = (await weak.post("/agents", json={"name": "a"})).json()["data"]
        for answer in (
            await weak.patch(f"/agents/{agent['id']}", json={"guardrails": []}),
            await weak.post("/agents", json={"name": "b", "guardrails": []}),
            await weak.put(f"/agents/{agent['id']}/guardrails", json=[]),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")


async def test_a_chat_says_in_its_receipt_what_stood_against_it(house: House, mine: httpx.AsyncClient) -> None:
    """The caller hears a refusal, the receipt has the policy and the reason."""
    agent = (await mine.post("/agents", json={"name": "a", "guardrails": TOPICS})).json()["data"]
    await mine.post(f"/agents/{agent['id']}/publish", json={"note": ""})
    chat = (await mine.post("/chat/sessions", json={"agentId": agent["id"]})).json()["data"]["id"]
    answer = await mine.post(f"/chat/sessions/{chat}/messages", json={"content": "Do you sell lottery-tickets?"})
    assert "not able to talk about that" in answer.json()["data"]["content"]
    await mine.post(f"/chat/sessions/{chat}/end")
    receipt = (await mine.get(f"/conversations/{chat}/receipt")).json()["data"]
    judged = [event["data"] for event in receipt["events"] if event["type"] == "guardrail"]
    assert judged == [{"act": "heard", "outcome": "deny", "policy": "content_policy", "reason": "banned_topic"}]
