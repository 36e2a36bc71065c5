"""A card that is keyed on a real call: the business's own service gets it, and nothing else has it.

Over the carrier's wire, with the keys' tones in the sound as some lines have them, against real processes and a model
server that remembers what it was sent.
"""

import asyncio
import io
import json
import re
import subprocess
import threading
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import numpy as np
import pytest
from picows import ws_connect
from tests.acceptance.conftest import Product, start, stop
from tests.acceptance.keypad import decoded, tone
from tests.acceptance.test_phone_line import ACCOUNT, CALL, PATIENT_MS, TOKEN
from twilio.request_validator import RequestValidator

from flowyte.channels.phone_client import Phone, Script
from flowyte.kit.clock import SystemClock
from flowyte.kit.settings import load
from flowyte.media.frames import FRAME_MS
from flowyte.providers.store.fetch import list_models
from flowyte.testing.model_server import Answer, ModelServer, model_server
from flowyte.wiring.place import speak

CARD = "4111222233334449"
KEYS = f"{CARD}#"
OTHERS = "9753"  # sound before anything is asked for
KEY_FRAMES = 6  # 60 ms of tone, 60 ms of nothing
PATH = "/charge"


@dataclass(slots=True)
class Till:
    """The business's own service for payments, and a language model's server, both remembering what came."""

    product: Product
    model: ModelServer
    charged: list[dict[str, Any]] = field(default_factory=list)

    def api(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.product.key}"}
        return httpx.Client(base_url=f"{self.product.url}/api/v1", headers=headers, timeout=20)


@pytest.fixture
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    settings, _ = load()
    if not all(status.present for status in list_models(settings.models_dir)):
        pytest.skip("the built-in models are not here; `flowyte models --fetch` brings them")
    loop = asyncio.new_event_loop()
    serving = model_server()
    model = loop.run_until_complete(serving.__aenter__())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    process: subprocess.Popen[str] | None = None
    try:
        process, product = start(
            tmp_path_factory.mktemp("till") / "data", FLOWYTE_MODEL_BASE_URL=model.base_url, FLOWYTE_MODEL_NAME="m"
        )
        there = Till(product, model)
        server = ThreadingHTTPServer(("127.0.0.1", product.service_port), _taking(there))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield there
        server.shutdown()
        server.server_close()
    finally:
        if process is not None:
            stop(process)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(serving.__aexit__(None, None, None))
        loop.close()


def _taking(there: Till) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            there.charged.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"paid": true}')

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    return Handler


def _line(api: httpx.Client, till: Till) -> dict[str, Any]:
    """An agent that takes cards by key, on a number."""
    agent = api.post("/agents", json={"name": "till", "greeting": "Larch Bikes, hello."}).json()["data"]["id"]
    asked = {
        "slot": "card", "kind": "digits", "ask": "Please key in the card number, and the hash key.",
        "pattern": "[0-9]{13,19}", "confirm": "never", "sensitive": True,
    }  # fmt: skip
    nodes = [
        {"id": "start", "type": "start"},
        {"id": "card", "type": "collect", "data": asked},
        {"id": "pay", "type": "skill", "data": {"skill": "charge", "arguments": {"card": "{card}"}}},
        {"id": "done", "type": "end", "data": {"say": "Thank you, that is paid."}},
        {"id": "sorry", "type": "end", "data": {"say": "Then let us leave it."}},
    ]
    ways = [("start", "", "card"), ("card", "", "pay"), ("card", "fallback", "sorry"), ("pay", "", "done"),
            ("pay", "failed", "sorry")]  # fmt: skip
    drawn = [{"source": a, "target": c} | ({"sourceHandle": b} if b else {}) for a, b, c in ways]
    parameters = {"type": "object", "properties": {"card": {"type": "string"}}, "required": ["card"]}
    charge = {
        "name": "charge", "description": "Charges a card for the order.", "skillType": "http_webhook", "isWrite": True,
        "parametersSchema": parameters,
        "executionConfig": {"url": f"http://127.0.0.1:{till.product.service_port}{PATH}"},
    }  # fmt: skip
    assert api.post(f"/agents/{agent}/skills", json=charge).status_code == 201
    playbook = api.post(f"/agents/{agent}/playbooks", json={"name": "Paying"}).json()["data"]["id"]
    graph = {"nodes": nodes, "connections": drawn}
    answer = api.put(f"/agents/{agent}/playbooks/{playbook}/graph", json=graph)
    assert answer.status_code == 200, answer.text
    begins = {
        "name": "paying", "description": "Use when the caller wants to pay.", "skillType": "playbook",
        "executionConfig": {"playbookId": playbook},
    }  # fmt: skip
    assert api.post(f"/agents/{agent}/skills", json=begins).status_code == 201
    published = api.post(f"/agents/{agent}/publish", json={})
    assert published.status_code < 300, published.text
    body = {"e164": CALL["To"], "accountSid": ACCOUNT, "authToken": TOKEN, "agentId": agent}
    line: dict[str, Any] = api.post("/numbers/import", json=body).json()["data"]
    return line


async def _call(url: str, token: str) -> None:
    """Asks to pay, and keys the card while the agent's question is over: each key is told and sounds."""
    wish, agreed = await speak(load()[0], ["I would like to pay for my order, please.", "Yes, please."])
    script = Script(utterances=[_tones(OTHERS) + wish, _tones(KEYS), agreed], quiet_ms=PATIENT_MS, max_seconds=60)
    clock = SystemClock()
    phone = Phone(script, clock)
    await ws_connect(lambda: phone, url, websocket_handshake_timeout=10)
    phone.start(token)
    due, keyed, sounding = clock.monotonic_ms(), 0, 0
    while not phone.closed.is_set() and phone.tick():
        if sum(event.kind == "caller_from" for event in phone.events) == 2:  # the tones sound
            if sounding % KEY_FRAMES == 0 and keyed < len(KEYS):
                phone.press(KEYS[keyed])
                keyed += 1
            sounding += 1
        due += FRAME_MS
        await asyncio.sleep(max(0, due - clock.monotonic_ms()) / 1000)
    if not phone.closed.is_set():
        phone.hang_up()
        await asyncio.wait_for(phone.closed.wait(), 5)
    assert keyed == len(KEYS)


def _tones(keys: str) -> bytes:
    return b"".join(
        b"".join([tone(key).tobytes()] * (KEY_FRAMES // 2) + [bytes(320)] * (KEY_FRAMES // 2)) for key in keys
    )


def _paid(till: Till) -> dict[str, str]:
    """One call; all that is left of it, by where it was left. `keys` are what the recording's two tracks decode to."""
    till.model.will(Answer(calls=(("c1", "paying", "{}"),)), Answer(text="Is there anything else?"))
    with till.api() as api:
        line = _line(api, till)
        signature = RequestValidator(TOKEN).compute_signature(line["webhookUrl"], CALL)
        twiml = httpx.post(line["webhookUrl"], data=CALL, headers={"X-Twilio-Signature": signature}).text
        stream = re.search(r'url="([^"]+)"><Parameter name="token" value="([^"]+)"', twiml)
        assert stream is not None, twiml
        asyncio.run(_call(stream[1], stream[2]))
        api.delete(f"/numbers/{line['id']}")
        conversation = api.get("/conversations").json()["data"][0]["id"]
        receipt = api.get(f"/conversations/{conversation}/receipt").text
        transcript = api.get(f"/conversations/{conversation}/transcript").text
        sound = httpx.get(
            f"{till.product.url}/api/v1/conversations/{conversation}/recording",
            headers=dict(api.headers), follow_redirects=True,
        )  # fmt: skip
    with wave.open(io.BytesIO(sound.content)) as tracks:
        both = np.frombuffer(tracks.readframes(tracks.getnframes()), np.int16).reshape(-1, 2)
    return {
        "receipt": receipt, "transcript": transcript, "keys": decoded(both[:, 0]) + decoded(both[:, 1]),
        "model": json.dumps(till.model.requests), "log": "".join(till.product.said),
    }  # fmt: skip


def test_a_keyed_card_is_in_no_model_transcript_recording_or_log(till: Till) -> None:
    """Keys that sounded before it was asked for can be decoded from the recording, so the card's would be."""
    left = _paid(till)
    assert [each["arguments"]["card"] for each in till.charged] == [CARD], left
    assert till.model.requests
    assert left["keys"] == OTHERS
    assert _run(json.dumps(till.charged)) == CARD
    assert {name: _run(text) for name, text in left.items() if _run(text)} == {}
    assert "silenced" in left["receipt"]


def _run(text: str) -> str:
    """The longest piece of the card, of four digits or more, that stands in a text."""
    figures = re.sub(r"(?<=\d)[\s,.-]+(?=\d)", "", text)
    pieces = (CARD[a:b] for a in range(len(CARD)) for b in range(len(CARD), a + 3, -1))
    return max((piece for piece in pieces if piece in figures), key=len, default="")
