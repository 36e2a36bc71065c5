"""A carrier's call from its webhook to the spoken answer, over the real processes."""

import asyncio
import re

import httpx
from tests.acceptance.conftest import Product
from tests.acceptance.ear import words_of
from twilio.request_validator import RequestValidator

from flowyte.channels.phone_client import Script, call_by_script
from flowyte.kit.settings import load
from flowyte.wiring.place import RATE, speak

ACCOUNT = "AC" + "0" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
PATIENT_MS = 2_500  # between two sentences a busy machine may be silent for two seconds
CALL = {"CallSid": "CA1", "AccountSid": ACCOUNT, "From": "+12025550177", "To": "+12025550142"}


def test_a_call_to_the_number_is_answered(product: Product) -> None:
    """The webhook is checked and connected; the stream that it names answers by ear; who called is in the receipt."""
    api = httpx.Client(base_url=f"{product.url}/api/v1", headers={"Authorization": f"Bearer {product.key}"})
    with api:
        agent = api.get("/agents").json()["data"][-1]
        body = {"e164": CALL["To"], "accountSid": ACCOUNT, "authToken": TOKEN, "agentId": agent["id"]}
        line = api.post("/numbers/import", json=body).json()["data"]
        signature = RequestValidator(TOKEN).compute_signature(line["webhookUrl"], CALL)
        twiml = httpx.post(line["webhookUrl"], data=CALL, headers={"X-Twilio-Signature": signature}).text
        stream = re.search(r'url="([^"]+)"><Parameter name="token" value="([^"]+)"', twiml)
        assert stream is not None, twiml

        async def ring() -> bytes:
            question = await speak(load()[0], ["How much does a cleaning cost?"])
            script = Script(utterances=question, quiet_ms=PATIENT_MS)
            return (await call_by_script(stream[1], stream[2], script)).reply_pcm

        heard = words_of(asyncio.run(ring()), RATE)
        assert "95" in heard or "ninety" in heard, heard
        (conversation,) = [c for c in api.get("/conversations").json()["data"] if c["line"] == "twilio"][:1]
        receipt = api.get(f"/conversations/{conversation['id']}/receipt").json()["data"]
        assert receipt["events"][0]["data"]["from"] == CALL["From"]
        api.delete(f"/numbers/{line['id']}")
