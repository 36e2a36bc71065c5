"""Skills, messages and voices over the API."""

import httpx
from tests.postgres.api.conftest import House

from flowyte.skills.messages import file_message

SKILL = {
    "name": "take_message",
    "description": "When the caller wants somebody to call back",
    "skillType": "builtin",
    "executionConfig": {"action": "take_message"},
}


async def test_a_skill_is_made_changed_listed_and_removed(mine: httpx.AsyncClient) -> None:
    """Under its agent, with a name that is its own there."""
    agent = (await mine.post("/agents", json={"name": "A"})).json()["data"]
    path = f"/agents/{agent['id']}/skills"
    made = await mine.post(path, json=SKILL)
    assert made.status_code == 201
    assert (await mine.post(path, json=SKILL)).json()["code"] == "name_taken"
    one = f"{path}/{made.json()['data']['id']}"
    assert (await mine.patch(one, json={"isEnabled": False})).json()["data"]["isEnabled"] is False
    assert [skill["id"] for skill in (await mine.get(path)).json()["data"]] == [made.json()["data"]["id"]]
    wrong = await mine.patch(one, json={"executionConfig": {"action": "dance"}})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "executionConfig.action")
    assert (await mine.delete(one)).status_code == 200
    assert (await mine.get(one)).status_code == 404


async def test_messages_come_newest_first_in_pages_and_are_ticked_off(mine: httpx.AsyncClient, house: House) -> None:
    """Opened for their owner; the status is the one thing that changes."""
    for number in range(3):
        async with house.services.database.tenant(house.principal) as tx:
            await file_message(
                tx, house.services.sealer, agent_id="agt_a", conversation_id="cnv_a", intent_key=str(number),
                name="Caller", phone="+12025550143", body=f"Message {number}",
            )  # fmt: skip
    first = (await mine.get("/messages", params={"limit": 2})).json()
    rest = (await mine.get("/messages", params={"cursor": first["pagination"]["nextCursor"]})).json()
    assert [entry["body"] for entry in first["data"] + rest["data"]] == ["Message 2", "Message 1", "Message 0"]
    assert rest["pagination"]["nextCursor"] is None
    path = f"/messages/{first['data'][0]['id']}"
    assert (await mine.patch(path, json={"status": "read"})).json()["data"]["status"] == "read"
    assert (await mine.get(path)).json()["data"]["status"] == "read"
    assert (await mine.patch(path, json={"status": "gone"})).status_code == 400


async def test_voices_are_narrowed_by_every_filter_together(mine: httpx.AsyncClient) -> None:
    """A language finds its regions; what fits nothing is an empty list."""

    async def found(**params: str) -> list[str]:
        return [voice["id"] for voice in (await mine.get("/voices", params=params)).json()["data"]]

    assert await found() == ["joe", "pico"]
    assert await found(language="en", gender="female") == ["pico"]
    assert await found(language="en-US", q="neural") == ["joe"]
    assert await found(language="e") == []
