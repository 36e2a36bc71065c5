"""A POST that is sent again under one Idempotency-Key."""

import asyncio

import httpx
from tests.postgres.api.conftest import House

KEY = {"Idempotency-Key": "order-1"}


async def count(client: httpx.AsyncClient) -> int:
    return len((await client.get("/agents")).json()["data"])


async def test_a_retry_gets_the_first_answer_and_makes_nothing(mine: httpx.AsyncClient) -> None:
    """Same status, same body, one agent."""
    first = await mine.post("/agents", json={"name": "A"}, headers=KEY)
    again = await mine.post("/agents", json={"name": "A"}, headers=KEY)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert await count(mine) == 1


async def test_another_body_or_path_under_the_same_key_is_a_conflict(mine: httpx.AsyncClient) -> None:
    """A key stands for one request."""
    await mine.post("/agents", json={"name": "A"}, headers=KEY)
    for path, body in (("/agents", {"name": "B"}), ("/api-keys", {"name": "A"})):
        answer = await mine.post(path, json=body, headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")
    assert await count(mine) == 1


async def test_a_key_is_the_callers_own(mine: httpx.AsyncClient, theirs: httpx.AsyncClient) -> None:
    """Another organization may use the same text, and learns nothing by it."""
    first = await mine.post("/agents", json={"name": "A"}, headers=KEY)
    other = await theirs.post("/agents", json={"name": "A"}, headers=KEY)
    assert other.status_code == 201
    assert other.json()["data"]["id"] != first.json()["data"]["id"]


async def test_a_secret_is_not_shown_a_second_time_nor_kept(mine: httpx.AsyncClient, house: House) -> None:
    """The replay of a made API key has the key emptied, and so has the row."""
    body = {"name": "Desk", "scopes": ["agents:read"]}
    first = await mine.post("/api-keys", json=body, headers=KEY)
    secret = first.json()["data"]["key"]
    again = await mine.post("/api-keys", json=body, headers=KEY)
    assert secret.startswith("flowyte_sk_")
    assert again.json()["data"] == {**first.json()["data"], "key": None}
    async with house.services.database.tenant(house.principal) as tx:
        kept = await tx.fetchval("SELECT body FROM idempotency WHERE org_id = $1", tx.org)
    assert secret.encode() not in kept


async def test_a_request_that_failed_leaves_its_key_free(mine: httpx.AsyncClient) -> None:
    """What was refused had no effect, so the corrected request may use the same key."""
    refused = await mine.post("/agents", json={"name": ""}, headers=KEY)
    corrected = await mine.post("/agents", json={"name": "A"}, headers=KEY)
    assert (refused.status_code, corrected.status_code) == (400, 201)


async def test_of_many_at_once_one_takes_effect(mine: httpx.AsyncClient) -> None:
    """The others get the same answer or are told that the first still runs."""
    answers = await asyncio.gather(*(mine.post("/agents", json={"name": "A"}, headers=KEY) for _ in range(6)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["data"]["id"] for answer in answers if answer.status_code == 201}) == 1
    assert await count(mine) == 1


async def test_a_key_that_is_too_long_is_refused_by_name(mine: httpx.AsyncClient) -> None:
    """400, naming the header."""
    answer = await mine.post("/agents", json={"name": "A"}, headers={"Idempotency-Key": "k" * 256})
    assert [entry["field"] for entry in answer.json()["errors"]] == ["Idempotency-Key"]


async def test_an_answer_that_quotes_goes_with_a_deletion_and_is_not_done_again(
    house: House, mine: httpx.AsyncClient
) -> None:
    """What was said is forgotten, that it was done is not: the retry is told so. Other answers stay."""
    agent = (await mine.post("/agents", json={"name": "A"}, headers=KEY)).json()["data"]["id"]
    await mine.post(f"/agents/{agent}/publish", json={"note": ""})
    chats = [(await mine.post("/chat/sessions", json={"agentId": agent})).json()["data"]["id"] for _ in range(2)]
    said = {"content": "My name is Bluebottle"}
    keys = [{"Idempotency-Key": f"say-{number}"} for number in range(2)]
    for chat, key in zip(chats, keys, strict=True):
        assert (await mine.post(f"/chat/sessions/{chat}/messages", json=said, headers=key)).status_code == 201
    async with house.services.database.tenant(house.principal) as tx:
        kept = await tx.fetch("SELECT body FROM idempotency WHERE quotes AND org_id = $1", tx.org)
        assert len(kept) == 2
        assert not any(b"Bluebottle" in row["body"] for row in kept)
    assert (await mine.delete(f"/conversations/{chats[0]}")).status_code == 200
    before = (await mine.get(f"/conversations/{chats[1]}/transcript")).json()
    again = await mine.post(f"/chat/sessions/{chats[1]}/messages", json=said, headers=keys[1])
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_conflict")
    assert (await mine.get(f"/conversations/{chats[1]}/transcript")).json() == before
    assert (await mine.post("/agents", json={"name": "A"}, headers=KEY)).json()["data"]["id"] == agent
