"""Agents over the API: drafts, versions, going back."""

import httpx


async def make(client: httpx.AsyncClient, **fields: object) -> dict[str, object]:
    answer = await client.post("/agents", json={"name": "Dental receptionist", **fields})
    assert answer.status_code == 201, answer.text
    data: dict[str, object] = answer.json()["data"]
    return data


async def test_an_agent_is_made_with_every_default_and_read_back_the_same(mine: httpx.AsyncClient) -> None:
    """What POST answers is what GET answers."""
    agent = await make(mine)
    assert agent["status"] == "draft"
    assert agent["version"] == 1
    assert agent["callControl"]["maxCallSeconds"] == 600  # type: ignore[index]
    assert (await mine.get(f"/agents/{agent['id']}")).json()["data"] == agent


async def test_a_stale_if_match_is_refused_with_the_present_version_and_state(mine: httpx.AsyncClient) -> None:
    """Two people who edit one draft: the second learns what the first wrote instead of overwriting it."""
    agent = await make(mine)
    path = f"/agents/{agent['id']}"
    first = await mine.patch(path, json={"persona": "Warm and brief"}, headers={"If-Match": "1"})
    assert first.json()["data"]["version"] == 2
    second = await mine.patch(path, json={"persona": "Formal"}, headers={"If-Match": '"1"'})
    problem = second.json()
    assert (second.status_code, problem["code"], problem["version"]) == (409, "version_conflict", 2)
    assert problem["current"]["persona"] == "Warm and brief"


async def test_a_patch_changes_only_what_it_names(mine: httpx.AsyncClient) -> None:
    """Nested objects are merged; the rest of the draft stays."""
    agent = await make(mine, greeting="Hello", callControl={"maxCallSeconds": 300})
    answer = await mine.patch(f"/agents/{agent['id']}", json={"callControl": {"maxIdleReminders": 1}})
    data = answer.json()["data"]
    assert data["greeting"] == "Hello"
    assert (data["callControl"]["maxCallSeconds"], data["callControl"]["maxIdleReminders"]) == (300, 1)


async def test_versions_are_numbered_compared_and_gone_back_to(mine: httpx.AsyncClient) -> None:
    """Publishing freezes; the diff names the fields; rolling back serves the older version unchanged."""
    agent = await make(mine)
    path = f"/agents/{agent['id']}"
    first = (await mine.post(f"{path}/publish", json={"note": "first"})).json()["data"]
    await mine.patch(path, json={"greeting": "Good morning"})
    second = (await mine.post(f"{path}/publish")).json()["data"]
    assert (first["number"], second["number"]) == (1, 2)
    diff = (await mine.get(f"{path}/versions/{second['id']}/diff")).json()["data"]
    assert diff == [{"field": "greeting", "before": "", "after": "Good morning", "kind": "changed"}]
    await mine.post(f"{path}/rollback", json={"versionId": first["id"]})
    after = (await mine.get(path)).json()["data"]
    assert (after["publishedVersionId"], after["greeting"]) == (first["id"], "Good morning")
    listed = (await mine.get(f"{path}/versions")).json()["data"]
    assert [entry["number"] for entry in listed] == [2, 1]


async def test_talking_to_an_agent_that_was_never_published_needs_the_draft_mode(mine: httpx.AsyncClient) -> None:
    """409 no_published_version; the tester runs the draft."""
    agent = await make(mine)
    path = f"/agents/{agent['id']}/talk-token"
    refused = await mine.post(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_published_version")
    assert (await mine.post(path, json={"draftMode": True})).json()["data"]["token"]


async def test_pages_follow_each_other_without_gaps_or_repeats(mine: httpx.AsyncClient) -> None:
    """The cursor of one page leads to the next, until there is none."""
    made = [(await make(mine, name=f"Agent {i}"))["id"] for i in range(5)]
    seen: list[object] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await mine.get("/agents", params=params)).json()
        seen += [agent["id"] for agent in page["data"]]
        cursor = page["pagination"]["nextCursor"]
        if cursor is None:
            break
    assert seen == made[::-1]


async def test_a_deleted_agent_takes_its_versions_with_it(mine: httpx.AsyncClient) -> None:
    """Nothing is left to read under its id."""
    agent = await make(mine)
    path = f"/agents/{agent['id']}"
    await mine.post(f"{path}/publish")
    assert (await mine.delete(path)).status_code == 200
    assert (await mine.get(path)).status_code == 404
    assert (await mine.get(f"{path}/versions")).status_code == 404


async def test_a_wrong_field_is_named_in_the_spelling_of_the_api(mine: httpx.AsyncClient) -> None:
    """400 with the dotted path: of a range, an unknown field, a schedule without a time zone."""
    wrong = {
        "callControl.maxCallSeconds": {"callControl": {"maxCallSeconds": 5}},
        "greting": {"greting": "Hi"},
        "businessHours.timezone": {"businessHours": {"weekly": {"mon": [{"start": "09:00", "end": "17:00"}]}}},
    }
    for field, body in wrong.items():
        answer = await mine.post("/agents", json={"name": "A", **body})
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert [entry["field"] for entry in answer.json()["errors"]] == [field]


async def test_a_report_says_what_stands_against_publishing(mine: httpx.AsyncClient) -> None:
    """The same faults as publishing answers with; ready once they are gone."""
    agent = await make(mine, primaryLanguage="fr", greeting="")
    path = f"/agents/{agent['id']}"
    report = (await mine.get(f"{path}/prepublish-report")).json()["data"]
    assert (report["ready"], report["version"], report["nextNumber"]) == (False, 1, 1)
    refused = (await mine.post(f"{path}/publish")).json()
    assert refused["errors"] == report["refusals"]
    assert [fault["field"] for fault in report["refusals"]] == ["primaryLanguage"]
    assert {"no_knowledge", "no_greeting"} <= {warned["code"] for warned in report["warnings"]}
    await mine.patch(path, json={"primaryLanguage": "en-US"})
    report = (await mine.get(f"{path}/prepublish-report")).json()["data"]
    assert report["ready"]
    assert {section["id"] for section in report["sections"]} >= {"answers", "declines", "discloses", "sends", "hours"}
    assert (await mine.post(f"{path}/publish")).status_code == 201


async def test_a_channel_is_answered_as_it_says(mine: httpx.AsyncClient) -> None:
    """The chat's own greeting in a chat and in a rehearsal of one; null takes an override back; others are refused."""
    agent = await make(mine, greeting="Good day.", channelOverrides={"chat": {"greeting": "Hi.", "tone": "dry"}})
    path = f"/agents/{agent['id']}"
    await mine.post(f"{path}/publish")

    async def greeting(draft: bool) -> str:
        begun = await mine.post("/chat/sessions", json={"agentId": agent["id"], "draftMode": draft})
        return str(begun.json()["data"]["greeting"])

    assert await greeting(draft=False) == "Hi."
    changed = await mine.patch(path, json={"channelOverrides": {"chat": {"greeting": None}}})
    assert changed.json()["data"]["channelOverrides"] == {"chat": {"tone": "dry"}}
    assert await greeting(draft=True) == "Good day."
    assert await greeting(draft=False) == "Hi."
    for wrong, field in (
        ({"fax": {"tone": "x"}}, "channelOverrides"),
        ({"chat": {"guardrails": []}}, "channelOverrides[...].guardrails"),
    ):
        refused = (await mine.patch(path, json={"channelOverrides": wrong})).json()
        assert [fault["field"] for fault in refused["errors"]] == [field]


async def test_a_banned_word_does_not_leave_a_chat(mine: httpx.AsyncClient) -> None:
    """The platform's own offer is said otherwise when a word of it is banned."""
    agent = await make(mine, lexicon={"banned": ["message"]})
    await mine.post(f"/agents/{agent['id']}/publish")
    session = (await mine.post("/chat/sessions", json={"agentId": agent["id"]})).json()["data"]
    path = f"/chat/sessions/{session['id']}/messages"
    answer = await mine.post(path, json={"content": "What is the meaning of the moon?", "stream": False})
    assert answer.status_code < 300, answer.text
    told = str((await mine.get(path)).json()["data"][-1])
    assert "agent" in told
    assert "message for" not in told
