"""How the chat looks on a site: saved, told to visitors, and put there by a tag that can be copied again."""

from typing import Any

import httpx
import pytest
from tests.postgres.api.conftest import Caller, House, anonymous
from tests.postgres.api.test_widget import OTHER_SITE, SESSIONS, SITE, agent_of, begun, key_of, visitor

from flowyte.agents.publish import patch, publish

BOOTSTRAP = "/widget/bootstrap"
TALK = "/chat/widget/talk-token"


async def looks(house: House, key: str, origin: str | None = SITE) -> httpx.Response:
    """As the loader asks: without a header of its own, so that no preflight is needed."""
    async with anonymous(house.app) as client:
        return await client.get(BOOTSTRAP, params={"key": key}, headers={"Origin": origin} if origin else {})


async def with_voice(house: House, agent: str) -> None:
    async with house.services.database.tenant(house.principal) as tx:
        await patch(tx, agent, {"enabledChannels": ["chat", "voice"]}, if_match=None)
        await publish(tx, house.principal, agent, note="", more={"sourceIds": [], "skills": []})


async def test_a_page_is_told_how_the_chat_looks(house: House, mine: httpx.AsyncClient) -> None:
    """What was saved is what the next page view shows, with the agent's own words where none were chosen."""
    agent = await agent_of(house, house.principal)
    key = (await key_of(mine, agent))["key"]
    first = await looks(house, key)
    assert first.status_code == 200
    assert first.headers["access-control-allow-origin"] == SITE
    assert first.headers["cache-control"] == "max-age=60, private"
    shown = first.json()["data"]
    assert (shown["agent"]["name"], shown["copy"]["title"], shown["copy"]["greeting"]) == (
        "clinic",
        "clinic",
        "Good day.",
    )
    assert shown["disclosure"] == "You are writing with an automated assistant, an AI."
    assert shown["limits"] == {"messageCharacters": 4000, "requestsPerMinute": 60}
    saved = await mine.put(f"/agents/{agent}/widget", json={
        "theme": {"corner": "start", "light": {"accent": "#0b6b3a"}}, "copy": {"title": "Harbour", "language": "fr"},
        "behavior": {"rememberConversation": False},
    })  # fmt: skip
    assert saved.status_code == 200, saved.text
    assert (await mine.get(f"/agents/{agent}/widget")).json() == saved.json()
    shown = (await looks(house, key)).json()["data"]
    assert (shown["theme"]["corner"], shown["theme"]["light"]["accent"]) == ("start", "#0b6b3a")
    assert (shown["copy"]["title"], shown["behavior"]["rememberConversation"]) == ("Harbour", False)
    assert shown["disclosure"] == "Vous écrivez à un assistant automatique, une IA."


async def test_what_cannot_be_read_is_not_saved(house: House, mine: httpx.AsyncClient) -> None:
    """Refused by the field's name, and everything stays as it was."""
    agent = await agent_of(house, house.principal)
    before = (await mine.get(f"/agents/{agent}/widget")).json()
    for body, field in (
        ({"theme": {"light": {"accent": "#ffffff"}}}, "theme.light.onAccent"),
        ({"copy": {"privacyUrl": "//example.com"}}, "copy.privacyUrl"),
    ):
        answer = await mine.put(f"/agents/{agent}/widget", json=body)
        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    for wrong in ({"theme": {"font": "x"}}, {"colour": "red"}, {"behavior": {"voice": "yes"}}):
        answer = await mine.put(f"/agents/{agent}/widget", json=wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert (await mine.get(f"/agents/{agent}/widget")).json() == before


async def test_only_a_publishable_key_may_stand_in_an_address(house: House, mine: httpx.AsyncClient) -> None:
    """Addresses are written to logs: a secret key there opens nothing, and no other operation reads one."""
    agent = await agent_of(house, house.principal)
    key = (await key_of(mine, agent))["key"]
    secret = mine.headers["Authorization"].removeprefix("Bearer ")
    assert (await looks(house, secret)).status_code == 401
    async with anonymous(house.app) as client:
        assert (await client.get(BOOTSTRAP)).status_code == 401
        assert (await client.post(SESSIONS, params={"key": key})).status_code == 401
        assert (await client.get("/agents", params={"key": secret})).status_code == 401
    foreign = await looks(house, key, OTHER_SITE)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "origin_not_allowed")
    assert foreign.headers["access-control-allow-origin"] == OTHER_SITE, "so that its page can say why"
    assert (await looks(house, key[:-1])).headers["access-control-allow-origin"] == SITE


async def test_page_views_do_not_take_from_the_conversations(house: House, mine: httpx.AsyncClient) -> None:
    """As many views as a key of two messages a minute has; a conversation still begins."""
    key = (await key_of(mine, await agent_of(house, house.principal), rateLimitRpm=2))["key"]
    assert {(await looks(house, key)).status_code for _ in range(20)} == {200}
    assert (await begun(house, key))["greeting"] == "Good day."


async def test_the_tag_can_be_copied_again(house: House, mine: httpx.AsyncClient) -> None:
    """With the newest key that stands or the one that is named; none for a key that has ended."""
    agent = await agent_of(house, house.principal)
    path = f"/agents/{agent}/widget/embed"
    assert (await mine.get(path)).status_code == 404
    old = await key_of(mine, agent)
    new = await key_of(mine, agent)
    given = (await mine.get(path)).json()["data"]
    assert given["publishableKey"] == new["key"]
    assert given["scriptSnippet"] == (
        f'<script src="http://flowyte.example.com/widget/loader.js" data-key="{new["key"]}" async></script>'
    )
    assert given["contentSecurityPolicy"] == {
        "script-src": "http://flowyte.example.com", "connect-src": "http://flowyte.example.com",
    }  # fmt: skip
    named = await mine.get(path, params={"publishableKeyId": old["id"]})
    assert named.json()["data"]["publishableKey"] == old["key"]
    await mine.delete(f"/agents/{agent}/publishable-keys/{old['id']}")
    ended = await mine.get(path, params={"publishableKeyId": old["id"]})
    assert (ended.status_code, ended.json()["code"]) == (409, "key_ended")
    async with house.services.database.tenant(house.principal) as tx:
        await tx.execute("UPDATE publishable_keys SET sealed = NULL WHERE org_id = $1", tx.org)
    unknown = (await mine.get(path)).json()["data"]
    assert unknown["publishableKey"] is None
    assert f"PASTE_THE_KEY_THAT_ENDS_IN_{new['lastFour']}" in unknown["scriptSnippet"]


async def test_a_key_of_another_agent_gives_no_tag(house: House, mine: httpx.AsyncClient, calling: Caller) -> None:
    """A neighbour's, another organization's and one that never was: the same answer."""
    agent, neighbour = await agent_of(house, house.principal), await agent_of(house, house.principal, "other")
    async with calling(house.other) as theirs:
        foreign = await key_of(theirs, await agent_of(house, house.other))
    answers = [
        await mine.get(f"/agents/{agent}/widget/embed", params={"publishableKeyId": key})
        for key in ((await key_of(mine, neighbour))["id"], foreign["id"], "pbk_0000000000000000000000")
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}


async def test_visitors_talk_only_where_they_may(house: House, mine: httpx.AsyncClient) -> None:
    """The operator's switch and the agent's voice channel, both; else no token, and no word of it in the looks."""
    agent = await agent_of(house, house.principal)
    key = (await key_of(mine, agent))["key"]
    voice = {"behavior": {"voice": True}}
    seen = []
    for prepare in (None, "switch", "channel"):
        if prepare == "switch":
            await mine.put(f"/agents/{agent}/widget", json=voice)
        elif prepare == "channel":
            await with_voice(house, agent)
        async with visitor(house, key) as client:
            asked = await client.post(TALK)
        shown = (await looks(house, key)).json()["data"]
        seen.append((asked.status_code, shown["behavior"]["voice"], "voiceDisclosure" in shown))
    assert seen == [(409, False, False), (409, False, False), (201, True, True)]
    assert asked.json()["data"]["token"].startswith("tok_")
    async with visitor(house, key, OTHER_SITE) as client:
        assert (await client.post(TALK)).json()["code"] == "origin_not_allowed"


async def test_the_greeting_that_was_shown_is_the_one_that_is_kept(house: House, mine: httpx.AsyncClient) -> None:
    """An operator's greeting for the site stands in the conversation too, which is known as one of a site."""
    agent = await agent_of(house, house.principal)
    await mine.put(f"/agents/{agent}/widget", json={"copy": {"greeting": "Ahoy."}})
    begin = await begun(house, (await key_of(mine, agent))["key"])
    assert begin["greeting"] == "Ahoy."
    turns = (await mine.get(f"/conversations/{begin['conversationId']}/transcript")).json()["data"]["turns"]
    assert [turn["text"] for turn in turns] == ["Ahoy."]


@pytest.mark.parametrize("stream", [True, False])
async def test_a_message_that_is_sent_again_is_answered_once(
    house: House, mine: httpx.AsyncClient, stream: bool
) -> None:
    """The retry learns that it was answered; the words are read where they are sealed, not kept a second time."""
    begin = await begun(house, (await key_of(mine, await agent_of(house, house.principal)))["key"])
    path = f"{SESSIONS}/{begin['conversationId']}/messages"
    body: dict[str, Any] = {"content": "Is the harbour far from you?", "stream": stream}
    async with visitor(house, begin["visitorToken"]) as client:
        client.headers["Idempotency-Key"] = "one"
        first = await client.post(path, json=body)
        again = await client.post(path, json=body)
        said = (await client.get(path)).json()["data"]
    assert (first.status_code, again.status_code) == (201, 201)
    assert [turn["role"] for turn in said] == ["agent", "user", "agent"]
    assert said[-1]["content"] in first.text
    assert said[-1]["content"] not in again.text
    assert ('"replayed":true' in again.text) == stream
    async with house.services.database.tenant(house.principal) as tx:
        kept = await tx.fetchval("SELECT body FROM idempotency WHERE org_id = $1 AND key = 'one'", tx.org)
    assert b"harbour" not in bytes(kept).lower()


async def test_answers_that_can_be_counted_are_offered(house: House, mine: httpx.AsyncClient) -> None:
    """A message that is read back can be agreed to with a click, now and after the page was loaded again."""
    begin = await begun(house, (await key_of(mine, await agent_of(house, house.principal)))["key"])
    path = f"{SESSIONS}/{begin['conversationId']}/messages"
    offered: list[str] = []
    async with visitor(house, begin["visitorToken"]) as client:
        for words in ("I want to leave a message", "Harbour Office", "202 555 0142"):
            answer = (await client.post(path, json={"content": words})).json()["data"]
            found = [
                event["data"].get("quickReplies") for event in answer["events"] if event["type"] == "agent_message"
            ]
            offered = found[-1] or offered
        said = (await client.get(path)).json()["data"]
    assert offered == ["Yes", "No"], said
    assert ["Yes", "No"] in [turn["quickReplies"] for turn in said]
