"""Simulating a draft: everything is judged and told, nothing is kept or carried out."""

import json
from typing import Any

import httpx
import pytest
from tests.postgres.api.conftest import House

GRAPH = {
    "nodes": [
        {"id": "start", "type": "start"},
        {"id": "day", "type": "collect", "data": {"slot": "day", "kind": "date", "ask": "Which day?"}},
        {"id": "end", "type": "end", "data": {"say": "Until {day}."}},
    ],
    "connections": [
        {"source": "start", "target": "day"},
        {"source": "day", "target": "end"},
        {"source": "day", "sourceHandle": "fallback", "target": "end"},
    ],
}


def events(answer: httpx.Response) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in answer.text.strip().split("\n\n"):
        kind, data = block.split("\n", 1)
        found.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def said(*texts: str) -> dict[str, Any]:
    return {"transcript": [{"role": "user", "content": text} for text in texts]}


@pytest.fixture
async def agent(mine: httpx.AsyncClient) -> str:
    made: str = (await mine.post("/agents", json={"name": "Shop", "greeting": "Hello."})).json()["data"]["id"]
    return made


async def test_a_message_is_taken_in_words_and_filed_nowhere(house: House, mine: httpx.AsyncClient, agent: str) -> None:
    """The whole dialogue runs through the real mind; afterwards there is no message and no conversation."""
    lines = ("Please take a message", "Ann Lee", "202 555 0142", "yes", "My crown fell out")
    answer = await mine.post(f"/agents/{agent}/simulate", json=said(*lines))
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events(answer)
    assert told[0][0] == "call_started"
    assert told[-1] == ("done", {})
    assert [data["data"]["text"] for kind, data in told if kind == "user_utterance"] == list(lines)
    (returned,) = [data for kind, data in told if kind == "tool_call" and data["data"].get("phase") == "returned"]
    assert returned["data"]["result"] == {"simulated": True}
    assert (await mine.get("/messages")).json()["data"] == []
    assert (await mine.get("/conversations")).json()["data"] == []


async def test_the_draft_is_what_answers(house: House, mine: httpx.AsyncClient, agent: str) -> None:
    """A greeting that is not published yet is heard, and a version that was never published is a conflict."""
    told = events(await mine.post(f"/agents/{agent}/simulate", json=said("Hello")))
    assert any(data["data"].get("text") == "Hello." for kind, data in told if kind == "agent_message")
    refused = await mine.post(f"/agents/{agent}/simulate", json={**said("Hello"), "draftMode": False})
    assert refused.json()["code"] == "no_published_version"


async def test_nothing_to_say_is_said(mine: httpx.AsyncClient, agent: str) -> None:
    """A transcript without the user, an empty line, and too many of them."""
    for body in ({"transcript": [{"role": "agent", "content": "Hi"}]}, said(" "), said(*["Hello"] * 51)):
        answer = await mine.post(f"/agents/{agent}/simulate", json=body)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"].startswith("transcript")
