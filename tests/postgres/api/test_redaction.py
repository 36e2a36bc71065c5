"""Over the API and in the database: what an agent's owner wants taken out is in nothing that is kept or sent."""

import json

from tests.postgres.api.conftest import Caller, House
from tests.postgres.api.test_chat import begun, events_of, published

MESSAGE = "Please call me back, my card 4111 1111 1111 1111 does not work."
WANTED = {"entities": ["card", "phone", "name"], "audio": True}


async def test_a_message_is_taken_with_the_number_and_the_transcript_has_none(house: House, calling: Caller) -> None:
    """Stream, answer, transcript, receipt and ledger have placeholders; the team reads whom to call, and no card."""
    async with calling(house.principal) as client:
        session = await begun(client, await published(client, redaction=WANTED))
        path = f"/chat/sessions/{session}/messages"
        shown = []
        for content in ("Can you take a message?", "Maria Lopez", "202 555 0142", "yes", MESSAGE):
            answer = await client.post(path, json={"content": content, "stream": True})
            shown += [event for _, event in events_of(answer.text)]
        whole = (await client.post(path, json={"content": "My card is 4111 1111 1111 1111."})).json()
        told = (await client.get(path)).json()
        receipt = (await client.get(f"/conversations/{session}/receipt")).json()
        (message,) = (await client.get("/messages")).json()["data"]
    assert (message["name"], message["phone"]) == ("Maria Lopez", "+12025550142")
    assert message["body"] == "Please call me back, my card [card] does not work."
    kept = json.dumps([shown, whole, told, receipt]).replace(" ", "").replace(",", "")
    for value in ("5550142", "Lopez", "1111"):
        assert value not in kept, value
    assert "[phone]" in kept
    assert "[card]" in kept


async def test_what_is_no_entity_is_refused_where_it_stands(house: House, calling: Caller) -> None:
    async with calling(house.principal) as client:
        answer = await client.post("/agents", json={"name": "clinic", "redaction": {"entities": ["shoe size"]}})
    assert answer.status_code == 400
    assert "redaction.entities" in answer.text
