"""Chat over the API: begun, answered whole and as a stream, taken up again, ended; and what a stranger gets."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest
from tests.postgres.api.conftest import Caller, House, desk_of

from flowyte.api.services import ApiServices
from flowyte.channels.chat import desk as chat_desk
from flowyte.kit.clock import SystemClock
from flowyte.kit.ids import new_id
from flowyte.observe.evidence import Keeper, Opening

HOURS = {
    "timezone": "America/New_York",
    "weekly": {day: [{"start": "09:00", "end": "13:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat")},
}


async def published(client: httpx.AsyncClient, **fields: Any) -> str:
    draft = {"name": "clinic", "greeting": "Welcome.", "businessHours": HOURS, **fields}
    agent = (await client.post("/agents", json=draft)).json()["data"]["id"]
    assert (await client.post(f"/agents/{agent}/publish", json={})).status_code == 201
    return str(agent)


async def begun(client: httpx.AsyncClient, agent: str) -> str:
    answer = await client.post("/chat/sessions", json={"agentId": agent})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"]["id"])


def events_of(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Server-sent events as pairs of type and data."""
    found = []
    for block in text.strip().split("\n\n"):
        kind, data = block.split("\n")
        found.append((kind.removeprefix("event: "), msgspec.json.decode(data.removeprefix("data: "))))
    return found


def restart(house: House) -> None:
    """A new process: what was held in memory is gone."""
    services: ApiServices = house.app.state.services
    new = desk_of(services.database, services.sealer, SystemClock(), services.data_dir)
    house.app.state.services = replace(services, desk=new)


async def test_a_chat_from_hello_to_its_receipt(house: House, calling: Caller) -> None:
    """The published version answers; everything is kept as of any conversation."""
    async with calling(house.principal) as client:
        agent = await published(client)
        made = (await client.post("/chat/sessions", json={"agentId": agent})).json()["data"]
        assert (made["status"], made["greeting"], made["version"]) == ("open", "Welcome.", 1)
        assert "an AI" in made["disclosure"]
        path = f"/chat/sessions/{made['id']}"
        answer = (await client.post(f"{path}/messages", json={"content": "When do you open on Saturday?"})).json()
        assert "nine in the morning" in answer["data"]["content"]
        said = (await client.get(f"{path}/messages")).json()["data"]
        assert [entry["role"] for entry in said] == ["agent", "user", "agent"]
        ended = (await client.post(f"{path}/end")).json()["data"]
        assert (ended["status"], ended["cause"]) == ("ended", "reader_ended")
        conversation = (await client.get(f"/conversations/{made['id']}")).json()["data"]
        assert (conversation["channel"], conversation["outcome"], conversation["turns"]) == ("chat", "completed", 1)
        receipt = (await client.get(f"/conversations/{made['id']}/receipt")).json()["data"]["events"]
        assert [receipt[0]["type"], receipt[-1]["type"]] == ["call_started", "call_ended"]


async def test_an_answer_is_streamed_as_it_comes(house: House, calling: Caller) -> None:
    """The frames are the timeline's own, with the growing answer, and `done` at the end."""
    async with calling(house.principal) as client:
        session = await begun(client, await published(client))
        answer = await client.post(
            f"/chat/sessions/{session}/messages", json={"content": "Are you open on Monday?", "stream": True}
        )
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = events_of(answer.text)
    kinds = [kind for kind, _ in found]
    assert kinds[0] == "user_utterance"
    assert kinds[-1] == "done"
    assert "delta" in kinds
    message = next(event for kind, event in found if kind == "agent_message")
    assert message["data"]["text"] == " ".join(event["data"]["text"] for kind, event in found if kind == "delta")


async def test_a_session_is_taken_up_by_another_process(house: House, calling: Caller) -> None:
    """With the version that it began with, though another was published meanwhile, and without a gap in its events."""
    async with calling(house.principal) as client:
        agent = await published(client)
        session = await begun(client, agent)
        await client.post(f"/chat/sessions/{session}/messages", json={"content": "Hello"})
        await client.patch(f"/agents/{agent}", json={"businessHours": {"weekly": {"mon": []}}, "greeting": "New."})
        await client.post(f"/agents/{agent}/publish", json={})
        restart(house)
        answer = await client.post(f"/chat/sessions/{session}/messages", json={"content": "Are you open on Monday?"})
        assert "nine in the morning" in answer.json()["data"]["content"]
        assert (await client.get(f"/chat/sessions/{session}")).json()["data"]["version"] == 1
        await client.post(f"/chat/sessions/{session}/end")
        events = (await client.get(f"/conversations/{session}/receipt")).json()["data"]["events"]
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert (await client.get(f"/conversations/{session}")).json()["data"]["turns"] == 2


async def test_messages_at_once_are_answered_one_after_the_other(house: House, calling: Caller) -> None:
    """None is lost, none is answered twice, and the events of two answers do not mix."""
    async with calling(house.principal) as client:
        session = await begun(client, await published(client))
        path = f"/chat/sessions/{session}/messages"
        answers = await asyncio.gather(*[client.post(path, json={"content": f"Hello {n}"}) for n in range(3)])
        assert [answer.status_code for answer in answers] == [201] * 3
        said = (await client.get(path)).json()["data"][1:]
    assert [entry["role"] for entry in said] == ["user", "agent"] * 3


@pytest.mark.parametrize("content", ["", "  \n", "x" * 4_001])
async def test_a_message_that_cannot_be_taken_is_refused_before_anything(
    house: House, calling: Caller, content: str
) -> None:
    """With its field named, also where a stream was asked for."""
    async with calling(house.principal) as client:
        session = await begun(client, await published(client))
        for stream in (False, True):
            answer = await client.post(
                f"/chat/sessions/{session}/messages", json={"content": content, "stream": stream}
            )
            assert answer.status_code == 400
            assert answer.json()["errors"][0]["field"] == "content"
        assert len((await client.get(f"/chat/sessions/{session}/messages")).json()["data"]) == 1


async def test_an_ended_session_takes_nothing(house: House, calling: Caller) -> None:
    """A conflict that says so; ending it again changes nothing."""
    async with calling(house.principal) as client:
        session = await begun(client, await published(client))
        await client.post(f"/chat/sessions/{session}/end")
        for _ in range(2):
            answer = await client.post(f"/chat/sessions/{session}/messages", json={"content": "Hello"})
            assert (answer.status_code, answer.json()["code"]) == (409, "conversation_ended")
            assert (await client.post(f"/chat/sessions/{session}/end")).json()["data"]["cause"] == "reader_ended"
            restart(house)


async def test_an_agent_answers_chats_only_where_it_may(house: House, calling: Caller) -> None:
    """Not before it is published, and not when chat is none of its channels."""
    async with calling(house.principal) as client:
        agent = (await client.post("/agents", json={"name": "a"})).json()["data"]["id"]
        unpublished = await client.post("/chat/sessions", json={"agentId": agent})
        assert (unpublished.status_code, unpublished.json()["code"]) == (409, "no_published_version")
        draft = await client.post("/chat/sessions", json={"agentId": agent, "draftMode": True})
        assert draft.json()["data"]["draftMode"] is True
        voice = await published(client, enabledChannels=["voice"])
        refused = await client.post("/chat/sessions", json={"agentId": voice})
        assert (refused.status_code, refused.json()["code"]) == (409, "channel_not_enabled")


async def test_a_goodbye_ends_the_session(house: House, calling: Caller) -> None:
    """The agent ends it, with that cause."""
    async with calling(house.principal) as client:
        session = await begun(client, await published(client))
        await client.post(f"/chat/sessions/{session}/messages", json={"content": "Goodbye"})
        assert (await client.get(f"/chat/sessions/{session}")).json()["data"]["cause"] == "agent_ended"


async def test_completions_speak_the_usual_wire(house: House, calling: Caller) -> None:
    """Whole and streamed: the shapes that clients of that wire read; a foreign model is not found."""
    system = {"role": "system", "content": "Be rude."}
    asked = {"messages": [system, {"role": "user", "content": "Are you open on Monday?"}]}
    async with calling(house.principal) as client, calling(house.other) as other:
        agent = await published(client)
        whole = (await client.post("/chat/completions", json={"model": agent, **asked})).json()
        assert "nine in the morning" in whole["choices"][0]["message"]["content"]
        streamed = await client.post("/chat/completions", json={"model": agent, "stream": True, **asked})
        lines = [line.removeprefix("data: ") for line in streamed.text.split("\n\n") if line]
        assert lines[-1] == "[DONE]"
        chunks = [msgspec.json.decode(line) for line in lines[:-1]]
        text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
        assert text == whole["choices"][0]["message"]["content"]
        assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
        assert (await other.post("/chat/completions", json={"model": agent, **asked})).status_code == 404
        kept = (await client.get("/conversations")).json()["data"]
    assert [entry["cause"] for entry in kept] == ["reader_ended"] * 2


async def test_a_call_is_no_chat_session(house: House, calling: Caller) -> None:
    """Its id is answered like one that does not exist."""
    services = house.services
    keeper = Keeper(
        database=services.database, sealer=services.sealer, clock=services.clock, data_dir=services.data_dir
    )
    opening = Opening(
        id=new_id("cnv"), agent_id="agt_1", agent_name="a", version_id=None, version_number=None, channel="voice",
        line="twilio", draft=True,
    )  # fmt: skip
    await keeper.begin(house.principal, opening)
    async with calling(house.principal) as client:
        for path in ("", "/messages"):
            assert (await client.get(f"/chat/sessions/{opening.id}{path}")).status_code == 404
        answer = await client.post(f"/chat/sessions/{opening.id}/messages", json={"content": "Hello"})
    assert answer.status_code == 404


async def test_a_session_without_a_reader_is_ended(
    house: House, calling: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After half an hour, here after none."""
    monkeypatch.setattr(chat_desk, "SWEEP_S", 0.05)
    monkeypatch.setattr(chat_desk, "IDLE_S", -1)
    async with calling(house.principal) as client:
        session = await begun(client, await published(client))
        async with asyncio.TaskGroup() as group:
            running = group.create_task(house.services.desk.run())
            for _ in range(100):
                await asyncio.sleep(0.05)
                shown = (await client.get(f"/chat/sessions/{session}")).json()["data"]
                if shown["status"] == "ended":
                    break
            running.cancel()
    assert shown["cause"] == "reader_left"


async def test_a_reader_who_leaves_in_the_middle_stops_the_answer(house: House, calling: Caller) -> None:
    """What was said by then stays said, and the session goes on."""
    async with calling(house.principal) as client:
        session = await begun(client, await published(client))
        async with house.services.desk.answering(house.principal, session, "Are you open on Monday?") as frames:
            async for frame in frames:
                if frame.type == "delta":
                    break
        said = (await client.get(f"/chat/sessions/{session}/messages")).json()["data"]
        assert [entry["role"] for entry in said] == ["agent", "user", "agent"]
        again = await client.post(f"/chat/sessions/{session}/messages", json={"content": "Hello"})
    assert again.status_code == 201


async def test_a_message_that_was_begun_is_finished_by_another_process(house: House, calling: Caller) -> None:
    """The name and number that were given before the restart are not asked for again, and it is filed once."""
    async with calling(house.principal) as client:
        session = await begun(client, await published(client))

        async def say(content: str) -> str:
            answer = await client.post(f"/chat/sessions/{session}/messages", json={"content": content})
            return str(answer.json()["data"]["content"])

        await say("Can you take a message?")
        await say("Maria Lopez")
        assert "2 0 2, 5 5 5, 0 1 4 2" in await say("202 555 0142")
        restart(house)
        assert "message" in await say("yes")
        restart(house)
        assert "filed" in await say("Please call me about my crown.")
        restart(house)
        assert "filed your message" in await say("Say that again"), "the ledger bears it out, whoever says it"
        await say("Are you open on Monday?")
        (message,) = (await client.get("/messages")).json()["data"]
    assert (message["name"], message["phone"]) == ("Maria Lopez", "+12025550142")
    assert message["body"].startswith("Please call me about my crown")
