"""A caller is put through over the real processes, with a carrier that is played here: webhook, stream, dial, back."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import httpx
from tests.acceptance.conftest import Product
from tests.acceptance.ear import words_of
from tests.acceptance.test_phone_line import ACCOUNT, CALL, PATIENT_MS, TOKEN
from twilio.request_validator import RequestValidator

from flowyte.channels.phone_client import PhoneCall, Script, call_by_script
from flowyte.kit.settings import load
from flowyte.wiring.place import RATE, speak

DESK = "+12025550143"


@dataclass(slots=True)
class Carrier:
    """Does with one call what TwiML says, as Twilio would: verbs in order, `action` asked with a signed form."""

    url: str
    dialled: list[str]

    def ask(self, url: str, **more: str) -> ElementTree.Element:
        form = {**CALL, "CallStatus": "in-progress", **more}
        signature = RequestValidator(TOKEN).compute_signature(url, form)
        answer = httpx.post(url, data=form, headers={"X-Twilio-Signature": signature}, timeout=20)
        assert answer.status_code == 200, answer.text
        return ElementTree.fromstring(answer.content)[0]

    def stream(self, verb: ElementTree.Element, said: list[str]) -> PhoneCall:
        """The caller speaks on the stream that a Connect names, until it is closed."""
        assert verb.tag == "Connect"
        url, token = str(verb[0].get("url")), str(verb[0][0].get("value"))

        async def call() -> PhoneCall:
            script = Script(utterances=await speak(load()[0], said), max_seconds=60, quiet_ms=PATIENT_MS)
            return await call_by_script(url, token, script)

        return asyncio.run(call())

    def dial(self, verb: ElementTree.Element, status: str) -> ElementTree.Element:
        self.dialled.append(str(verb[0].text))
        return self.ask(str(verb.get("action")), DialCallStatus=status)


def _agent(api: httpx.Client) -> str:
    handoff = {
        "transferDestination": DESK,
        "transferRules": [{"label": "the front desk", "when": "", "destination": DESK}],
    }
    fields = {"name": "reception", "handoffConfig": handoff}
    agent = str(api.post("/agents", json=fields).json()["data"]["id"])
    assert api.post(f"/agents/{agent}/publish", json={}).status_code < 300
    return agent


def _receipt(api: httpx.Client, conversation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    events: list[Mapping[str, Any]] = api.get(f"/conversations/{conversation['id']}/receipt").json()["data"]["events"]
    return events


def test_a_caller_is_put_through_and_comes_back_when_nobody_answers(product: Product) -> None:
    """Asked for by voice, announced, dialled to the one number; busy leads back to the agent, which knows of it."""
    api = httpx.Client(base_url=f"{product.url}/api/v1", headers={"Authorization": f"Bearer {product.key}"})
    with api:
        agent = _agent(api)
        body = {"e164": CALL["To"], "accountSid": ACCOUNT, "authToken": TOKEN, "agentId": agent}
        line = api.post("/numbers/import", json=body).json()["data"]
        carrier = Carrier(line["webhookUrl"], [])

        first = carrier.stream(carrier.ask(line["webhookUrl"]), ["Can I speak to a real person, please?"])
        assert first.ended_cause == "handed_off"
        assert re.search(r"putting you through", words_of(first.reply_pcm, RATE))
        # the action of the stream that was just closed is in the answer to the webhook
        conversation = api.get("/conversations", params={"agentId": agent}).json()["data"][0]
        following = f"{line['webhookUrl']}/next?conversation={conversation['id']}&tries=0"
        back = carrier.dial(carrier.ask(following), "busy")
        assert carrier.dialled == [DESK]

        second = carrier.stream(back, ["Yes, please."])
        heard = words_of(second.reply_pcm, RATE)
        assert "nobody answers" in heard, heard
        assert "name" in heard, heard
        newer, older = api.get("/conversations", params={"agentId": agent}).json()["data"]
        assert (older["id"], older["outcome"], older["cause"]) == (conversation["id"], "completed", "handed_off")
        told = [event["data"]["outcome"] for event in _receipt(api, older) if event["type"] == "handoff"]
        assert told == ["transferred", "unanswered"]
        assert _receipt(api, newer)[0]["data"]["continues"] == older["id"]
        assert DESK not in str([_receipt(api, older), _receipt(api, newer)])
        api.delete(f"/numbers/{line['id']}")
