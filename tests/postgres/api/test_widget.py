"""Publishable keys and the visitors that come by them: one agent, its own sites, one conversation each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from tests.postgres.api.conftest import Caller, House, anonymous

from flowyte.agents.publish import create, publish
from flowyte.tenancy.principal import Principal
from flowyte.tenancy.publishable import MOST_ORIGINS

SITE, OTHER_SITE = "https://example.com", "https://example.org"
SESSIONS = "/chat/widget/sessions"


async def agent_of(house: House, owner: Principal, name: str = "clinic") -> str:
    async with house.services.database.tenant(owner) as tx:
        agent = await create(tx, owner, {"name": name, "greeting": "Good day.", "enabledChannels": ["chat"]})
        await publish(tx, owner, agent.id, note="", more={"sourceIds": [], "skills": []})
    return agent.id


async def key_of(client: httpx.AsyncClient, agent: str, **wishes: Any) -> dict[str, Any]:
    body = {"name": "Site", "allowedOrigins": [SITE], **wishes}
    made = await client.post(f"/agents/{agent}/publishable-keys", json=body)
    assert made.status_code == 201, made.text
    return dict(made.json()["data"])


@asynccontextmanager
async def visitor(house: House, token: str, origin: str | None = SITE) -> AsyncIterator[httpx.AsyncClient]:
    """As a page of `origin` in a browser; None is a program."""
    async with anonymous(house.app) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        if origin is not None:
            client.headers["Origin"] = origin
        yield client


async def begun(house: House, key: str) -> dict[str, Any]:
    async with visitor(house, key) as client:
        answer = await client.post(SESSIONS)
        assert answer.status_code == 201, answer.text
        return dict(answer.json()["data"])


async def test_a_visitor_chats_from_the_keys_site(house: House, mine: httpx.AsyncClient) -> None:
    """Begin with the key, go on with the visitor's token; the page may read every answer."""
    key = await key_of(mine, await agent_of(house, house.principal))
    assert key["key"].startswith("flowyte_pk_live_")
    begin = await begun(house, key["key"])
    assert begin["greeting"] == "Good day."
    async with visitor(house, begin["visitorToken"]) as client:
        path = f"{SESSIONS}/{begin['conversationId']}"
        preflight = await client.options(f"{path}/messages")
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-origin"] == SITE
        assert "access-control-allow-credentials" not in preflight.headers
        answer = await client.post(f"{path}/messages", json={"content": "What is this?"})
        assert answer.status_code == 201
        assert answer.json()["data"]["content"]
        assert answer.headers["access-control-allow-origin"] == SITE
        said = (await client.get(f"{path}/messages")).json()["data"]
        assert [turn["role"] for turn in said][:2] == ["agent", "user"]
        assert (await client.post(f"{path}/end")).json()["data"]["status"] == "ended"


async def test_a_publishable_key_opens_nothing_else(house: House, mine: httpx.AsyncClient) -> None:
    """Not the agent, not the conversations, not even messages without a visitor's token."""
    agent = await agent_of(house, house.principal)
    key = (await key_of(mine, agent))["key"]
    begin = await begun(house, key)
    for token in (key, begin["visitorToken"]):
        async with visitor(house, token) as client:
            for path in ("/agents", f"/agents/{agent}", "/conversations", "/api-keys", "/voices",
                         f"/conversations/{begin['conversationId']}/transcript"):  # fmt: skip
                answer = await client.get(path)
                assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope"), path
    async with visitor(house, key) as client:
        answer = await client.get(f"{SESSIONS}/{begin['conversationId']}/messages")
        assert answer.status_code == 404
    async with visitor(house, begin["visitorToken"]) as client:
        assert (await client.post(SESSIONS)).status_code == 201, "a token of the key's is as good as the key"


async def test_another_site_may_not_use_the_key(house: House, mine: httpx.AsyncClient) -> None:
    """Refused, also with a visitor's token that was taken along. The page may read the refusal, which is the same for
    all: whoever forgot to list a site is told so."""
    refusals = set()
    key = (await key_of(mine, await agent_of(house, house.principal)))["key"]
    begin = await begun(house, key)
    for origin in (OTHER_SITE, "https://example.com.evil.example", "http://example.com", "null", SITE.upper()):
        for token, path in ((key, SESSIONS), (begin["visitorToken"], f"{SESSIONS}/{begin['conversationId']}/end")):
            async with visitor(house, token, origin) as client:
                answer = await client.post(path)
                assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")
                assert answer.headers["access-control-allow-origin"] == origin
                assert "access-control-allow-credentials" not in answer.headers
                refusals.add(answer.content)
    assert len(refusals) == 1


async def test_a_program_without_an_origin_is_held_by_the_limit(house: House, mine: httpx.AsyncClient) -> None:
    """The third request of a key with two a minute is refused, with when to come again."""
    key = (await key_of(mine, await agent_of(house, house.principal), rateLimitRpm=2))["key"]
    async with visitor(house, key, None) as client:
        answers = [await client.post(SESSIONS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[0].headers["ratelimit-policy"] == '"burst";q=2;w=60'
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers[:2]] == ["r=1", "r=0"]
    assert 0 < int(answers[2].headers["retry-after"]) <= 60


async def test_a_visitor_reaches_one_conversation(house: House, mine: httpx.AsyncClient, calling: Caller) -> None:
    """Another visitor's, another organization's and one that never was: the same 404, byte for byte."""
    key = (await key_of(mine, await agent_of(house, house.principal)))["key"]
    own, neighbour = await begun(house, key), await begun(house, key)
    async with calling(house.other) as theirs:
        their_key = (await key_of(theirs, await agent_of(house, house.other)))["key"]
    stranger = await begun(house, their_key)
    seen = set()
    async with visitor(house, own["visitorToken"]) as client:
        for conversation in (neighbour["conversationId"], stranger["conversationId"], "cnv_0000000000000000000000"):
            for method, end in (("GET", "messages"), ("POST", "messages"), ("POST", "end")):
                body = {"content": "Hello"} if (method, end) == ("POST", "messages") else None
                answer = await client.request(method, f"{SESSIONS}/{conversation}/{end}", json=body)
                seen.add((answer.status_code, answer.content))
    assert len(seen) == 1
    assert seen.pop()[0] == 404


@pytest.mark.parametrize("how", ["revoked", "expired", "agent deleted", "tampered"])
async def test_what_a_key_began_ends_with_it(house: House, mine: httpx.AsyncClient, how: str) -> None:
    """The visitor's token opens nothing from the moment on that its key does not."""
    agent = await agent_of(house, house.principal)
    key = await key_of(mine, agent)
    begin = await begun(house, key["key"])
    token, text = begin["visitorToken"], key["key"]
    if how == "revoked":
        assert (await mine.delete(f"/agents/{agent}/publishable-keys/{key['id']}")).status_code == 200
    elif how == "expired":
        async with house.services.database.tenant(house.principal) as tx:
            await tx.execute("UPDATE publishable_keys SET expires_at = now() WHERE org_id = $1", tx.org)
    elif how == "agent deleted":
        assert (await mine.delete(f"/agents/{agent}")).status_code in (200, 204)
    else:
        token, text = token[:-2] + "AA", text[:-1] + ("A" if text[-1] != "A" else "B")
    for credential in (text, token):
        async with visitor(house, credential) as client:
            assert (await client.post(SESSIONS)).status_code == 401


async def test_a_key_is_replaced_while_both_work(house: House, mine: httpx.AsyncClient) -> None:
    """The new one at once, the old one until the overlap is over."""
    agent = await agent_of(house, house.principal)
    old = await key_of(mine, agent, rateLimitRpm=77)
    path = f"/agents/{agent}/publishable-keys"
    new = (await mine.post(f"{path}/{old['id']}/rotate", json={"overlapHours": 1})).json()["data"]
    assert (new["rateLimitRpm"], new["allowedOrigins"]) == (77, [SITE])
    await begun(house, old["key"])
    await begun(house, new["key"])
    listed = {key["id"]: key for key in (await mine.get(path)).json()["data"]}
    assert listed[old["id"]]["expiresAt"] is not None
    assert listed[new["id"]]["expiresAt"] is None
    assert all("key" not in key for key in listed.values())


async def test_what_a_key_may_be_is_checked(house: House, mine: httpx.AsyncClient) -> None:
    """Sites without a path, at least one, in sensible numbers."""
    agent = await agent_of(house, house.principal)
    key = await key_of(mine, agent)
    path = f"/agents/{agent}/publishable-keys"
    for field, value in (
        ("allowedOrigins", []), ("allowedOrigins", ["*"]), ("allowedOrigins", ["https://example.com/"]),
        ("allowedOrigins", ["example.com"]), ("allowedOrigins", ["null"]), ("rateLimitRpm", 0),
        ("allowedOrigins", [f"https://s{n}.example.com" for n in range(MOST_ORIGINS + 1)]), ("name", " "),
        ("rateLimitRpm", 1_000_000),
    ):  # fmt: skip
        for answer in (
            await mine.post(path, json={"name": "S", "allowedOrigins": [SITE], field: value}),
            await mine.patch(f"{path}/{key['id']}", json={field: value}),
        ):
            assert answer.status_code == 400
            assert [error["field"] for error in answer.json()["errors"]] == [field]
    changed = await mine.patch(f"{path}/{key['id']}", json={"allowedOrigins": [OTHER_SITE]})
    assert changed.json()["data"]["allowedOrigins"] == [OTHER_SITE]
    async with visitor(house, key["key"], OTHER_SITE) as client:
        assert (await client.post(SESSIONS)).status_code == 201


async def test_a_visitor_whose_network_is_cut_finds_the_whole_answer(house: House, mine: httpx.AsyncClient) -> None:
    """Who leaves after the first piece reads the answer afterwards: it was given to its end."""
    key = (await key_of(mine, await agent_of(house, house.principal)))["key"]
    begin = await begun(house, key)
    visitor_of = replace(house.principal, kind="visitor", agent="")
    desk = house.services.desk
    running = asyncio.get_running_loop().create_task(desk.run())
    try:
        while desk._group is None:
            await asyncio.sleep(0)
        async with desk.answering_to_its_end(visitor_of, begin["conversationId"], "What is this?") as frames:
            async for _ in frames:
                break
        async with visitor(house, begin["visitorToken"]) as client:
            path = f"{SESSIONS}/{begin['conversationId']}/messages"
            again = await client.post(path, json={"content": "And this?"})  # waits for its turn behind the first
            said = (await client.get(path)).json()["data"]
    finally:
        running.cancel()
    assert again.status_code == 201
    assert [turn["role"] for turn in said] == ["agent", "user", "agent", "user", "agent"]
    assert [turn["content"] for turn in said if turn["role"] == "user"] == ["What is this?", "And this?"]


async def test_a_session_is_no_publishable_key(house: House, mine: httpx.AsyncClient) -> None:
    """A secret key, which holds every scope that keys can have, begins no conversation of the widget's."""
    answer = await mine.post(SESSIONS)
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
    assert replace(house.principal).scopes
