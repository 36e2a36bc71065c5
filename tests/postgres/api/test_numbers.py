"""Telephone lines over the API, and the carrier's webhook: who may be connected, and what everybody else hears."""

import re
from typing import Any

import httpx
import pytest
from tests.postgres.api.conftest import OWN, Caller, House
from twilio.request_validator import RequestValidator

from flowyte.agents.lines import token_of

TOKEN = "0123456789abcdef0123456789abcdef"
ACCOUNT = "AC" + "0" * 32
CALL = {"CallSid": "CA1", "AccountSid": ACCOUNT, "From": "+12025550177", "To": "+12025550142", "Direction": "inbound"}


async def line_of(client: httpx.AsyncClient, agent: str | None) -> dict[str, Any]:
    body = {"e164": "(202) 555-0142", "accountSid": ACCOUNT, "authToken": TOKEN, "agentId": agent}
    answer = await client.post("/numbers/import", json=body)
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()["data"]
    return shown


async def agent_of(client: httpx.AsyncClient, *, publish: bool = True, **fields: Any) -> str:
    agent = str((await client.post("/agents", json={"name": "clinic", **fields})).json()["data"]["id"])
    if publish:
        await client.post(f"/agents/{agent}/publish", json={})
    return agent


async def ring(house: House, url: str, *, token: str = TOKEN, form: dict[str, str] | None = None) -> httpx.Response:
    """As Twilio calls the webhook, signed with an auth token."""
    fields = form or CALL
    signature = RequestValidator(token).compute_signature(url, fields)
    transport = httpx.ASGITransport(app=house.app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport) as carrier:
        return await carrier.post(url, data=fields, headers={"X-Twilio-Signature": signature})


async def test_a_number_is_kept_without_showing_its_token(house: House, calling: Caller) -> None:
    """In one form, with the address that the carrier is to be told; a second time it is a conflict."""
    async with calling(house.principal) as client:
        line = await line_of(client, await agent_of(client))
        assert line["e164"] == "+12025550142"
        assert line["webhookUrl"] == f"{OWN}/phone/twilio/{line['id']}"
        listed = await client.get("/numbers")
        assert TOKEN not in listed.text
        assert listed.json()["data"] == [line]
        again = {"e164": "+12025550142", "accountSid": ACCOUNT, "authToken": TOKEN}
        conflict = await client.post("/numbers/import", json=again)
        assert (conflict.status_code, conflict.json()["code"]) == (409, "number_exists")


async def test_of_a_token_its_status_is_told(house: House, calling: Caller) -> None:
    """When, by whom, and its last four characters; a new one holds from the next webhook on."""
    async with calling(house.principal) as client:
        line = await line_of(client, await agent_of(client))
        assert {**line["authToken"], "setAt": None, "setBy": None} == {
            "set": True, "setAt": None, "setBy": None, "lastFour": TOKEN[-4:],
        }  # fmt: skip
        assert line["authToken"]["setBy"].startswith("key:")
        fresh = TOKEN[::-1] + "z9"
        path = f"/numbers/{line['id']}/auth-token"
        assert (await client.put(path, json={"authToken": "short"})).status_code == 400
        changed = (await client.put(path, json={"authToken": fresh})).json()["data"]
        assert changed["authToken"]["lastFour"] == fresh[-4:]
        assert changed["authToken"]["setAt"] > line["authToken"]["setAt"]
    async with house.services.database.tenant(house.principal) as tx:
        held = await token_of(tx, house.services.sealer, line["id"])
    assert held.reveal() == fresh


async def test_a_signed_webhook_is_connected(house: House, calling: Caller) -> None:
    """TwiML with the stream's address and a token as its parameter, nothing else."""
    async with calling(house.principal) as client:
        line = await line_of(client, await agent_of(client))
    answer = await ring(house, line["webhookUrl"])
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/xml")
    stream = re.search(
        r'<Connect action="[^"]+"><Stream url="([^"]+)"><Parameter name="token" value="([^"]+)"/>', answer.text
    )
    assert stream is not None
    assert stream[1] == "ws://flowyte.example.com/voice/twilio/stream"


async def test_a_stranger_cannot_tell_a_line_from_none(house: House, calling: Caller) -> None:
    """Unknown line, another account's signature, an altered form and no signature: one answer."""
    async with calling(house.principal) as client:
        line = await line_of(client, await agent_of(client))
    url = line["webhookUrl"]
    answers = [
        await ring(house, f"{OWN}/phone/twilio/num_0000000000000000000000"),
        await ring(house, url, token="f" * 32),
        await ring(house, f"{url}?x=1", token="f" * 32),
    ]
    transport = httpx.ASGITransport(app=house.app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport) as carrier:
        answers.append(await carrier.post(url, data=CALL))
        signature = RequestValidator(TOKEN).compute_signature(url, CALL)
        changed = {**CALL, "From": "+12025550199"}
        answers.append(await carrier.post(url, data=changed, headers={"X-Twilio-Signature": signature}))
    assert {(answer.status_code, answer.content) for answer in answers} == {(403, answers[0].content)}


@pytest.mark.parametrize("why", ["no agent", "not published", "no voice"])
async def test_a_line_that_nobody_can_answer_is_busy(house: House, calling: Caller, why: str) -> None:
    """The caller hears it as busy; the carrier sees no error."""
    async with calling(house.principal) as client:
        agent = {
            "no agent": None,
            "not published": await agent_of(client, publish=False),
            "no voice": await agent_of(client, enabledChannels=["chat"]),
        }[why]
        line = await line_of(client, agent)
    answer = await ring(house, line["webhookUrl"])
    assert (answer.status_code, "<Reject" in answer.text) == (200, True)


async def test_a_removed_line_is_one_that_never_was(house: House, calling: Caller) -> None:
    """Also for the carrier that still calls its webhook; its agent's end takes the line off it."""
    async with calling(house.principal) as client:
        agent = await agent_of(client)
        line = await line_of(client, agent)
        other = await agent_of(client)
        moved = (await client.post(f"/numbers/{line['id']}/assign", json={"agentId": other})).json()["data"]
        assert moved["agentId"] == other
        assert (await client.delete(f"/numbers/{line['id']}/assign")).json()["data"]["agentId"] is None
        await client.post(f"/numbers/{line['id']}/assign", json={"agentId": agent})
        await client.delete(f"/agents/{agent}")
        assert (await client.get("/numbers")).json()["data"][0]["agentId"] is None
        assert "<Reject" in (await ring(house, line["webhookUrl"])).text
        await client.delete(f"/numbers/{line['id']}")
    assert (await ring(house, line["webhookUrl"])).status_code == 403


@pytest.mark.parametrize(
    ("field", "value"), [("e164", "12"), ("accountSid", "AC12"), ("authToken", "short"), ("provider", "other")]
)
async def test_what_cannot_be_right_is_named(house: House, calling: Caller, field: str, value: str) -> None:
    """By its field; nothing is kept."""
    body = {"e164": "+12025550142", "accountSid": ACCOUNT, "authToken": TOKEN, field: value}
    async with calling(house.principal) as client:
        answer = await client.post("/numbers/import", json=body)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == field
        assert (await client.get("/numbers")).json()["data"] == []
