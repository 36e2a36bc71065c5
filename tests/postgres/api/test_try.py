"""Trying a skill: done once, for real, shown as it was sent, without its credentials, and not in any conversation."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.smtp import SMTP
from standardwebhooks.webhooks import Webhook
from tests.postgres.api.conftest import FixedEmbedder, House
from tests.postgres.skills.service import Service, serving

from flowyte.kit.settings import Settings
from flowyte.providers.smtp import Outbox, Server
from flowyte.wiring.foundation import Foundation
from flowyte.wiring.skills import open_trials

CANARY = "canary-90ab-token"


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving() as made:
        yield made


@asynccontextmanager
async def tried(house: House, service: Service, outbox: Outbox | None = None) -> AsyncIterator[None]:
    """The application with this process's own kinds, let out to this machine by its settings."""
    services = house.services
    settings = Settings(egress_allow="127.0.0.0/8", egress_ports=str(service.port), data_dir=Path("/nowhere"))
    base = Foundation(
        settings=settings, clock=services.clock, database=services.database, keys=None,  # type: ignore[arg-type]
        objects=services.objects, peppers=services.peppers, sealer=services.sealer, signer=services.signer,
    )  # fmt: skip
    async with open_trials(base, outbox, FixedEmbedder()) as trials:  # type: ignore[arg-type]
        house.app.state.services = replace(services, trials=trials)
        yield


async def made(mine: httpx.AsyncClient, kind: str, config: dict[str, Any], **more: Any) -> tuple[str, dict[str, Any]]:
    agent = (await mine.post("/agents", json={"name": "Shop"})).json()["data"]["id"]
    body = {
        "name": "the_skill", "description": "x", "skillType": kind, "executionConfig": config,
        "parametersSchema": {"type": "object", "properties": {"order_id": {"type": "string"}}}, **more,
    }  # fmt: skip
    answer = await mine.post(f"/agents/{agent}/skills", json=body)
    assert answer.status_code == 201, answer.text
    data = answer.json()["data"]
    return f"/agents/{agent}/skills/{data['id']}", data


async def test_a_webhook_is_tried_and_shown_as_it_was_sent(
    house: House, mine: httpx.AsyncClient, service: Service
) -> None:
    """Signed like any other; the credential and the signature are masked, also where the service repeats them."""
    service.say = [(200, b'{"status": "on its way", "echo": "Bearer ' + CANARY.encode() + b'"}')]
    config = {"url": f"{service.url}/orders", "headers": {"Authorization": f"Bearer {CANARY}"}}
    async with tried(house, service):
        path, skill = await made(mine, "http_webhook", config)
        answer = await mine.post(f"{path}/try", json={"arguments": {"order_id": "7"}})
    assert answer.status_code == 200, answer.text
    trial = answer.json()["data"]
    assert (trial["ok"], trial["failure"]) == (True, None)
    assert trial["result"] == {"status": "on its way", "echo": "***"}
    (request,) = trial["requests"]
    assert (request["method"], request["url"], request["status"]) == ("POST", f"{service.url}/orders", 200)
    assert request["headers"]["authorization"] == request["headers"]["webhook-signature"] == "***"
    assert '"order_id":"7"' in request["body"]
    assert CANARY not in answer.text
    assert skill["signingSecret"] not in answer.text
    (got,) = service.asked
    assert got.headers["authorization"] == f"Bearer {CANARY}"
    Webhook(skill["signingSecret"]).verify(got.body.decode(), got.headers)
    async with house.services.database.tenant(house.principal) as tx:
        assert await tx.fetchval("SELECT count(*) FROM skill_runs WHERE org_id = $1", tx.org) == 0
    events = (await mine.get("/audit-events")).json()["data"]
    assert [event["object"] for event in events if event["action"] == "skills.tried"] == [skill["id"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "arguments"),
        ({"arguments": {"order_id": 7}}, "arguments"),
        ({"arguments": {"order_id": "7", "more": 1}}, "arguments"),
        ({"arguments": {"order_id": "7"}}, "confirm"),
        ({"arguments": {"order_id": "7"}, "confirm": False}, "confirm"),
    ],
)
async def test_what_does_not_fit_or_was_not_meant_is_not_sent(
    house: House, mine: httpx.AsyncClient, service: Service, body: dict[str, Any], field: str
) -> None:
    async with tried(house, service):
        path, _ = await made(mine, "http_webhook", {"url": service.url}, isWrite=True, requiredParams=["order_id"])
        refused = await mine.post(f"{path}/try", json=body)
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert service.asked == []


async def test_a_confirmed_change_is_made(house: House, mine: httpx.AsyncClient, service: Service) -> None:
    async with tried(house, service):
        path, _ = await made(mine, "http_webhook", {"url": service.url}, isWrite=True)
        trial = (await mine.post(f"{path}/try", json={"arguments": {"order_id": "7"}, "confirm": True})).json()["data"]
    assert trial["ok"]
    assert len(service.asked) == 1


async def test_a_failure_says_what_came_back(house: House, mine: httpx.AsyncClient, service: Service) -> None:
    """The service's refusal with its words; an address that may not be asked, with the reason."""
    service.say = [(422, b"no such order")]
    async with tried(house, service):
        path, _ = await made(mine, "http_webhook", {"url": service.url})
        trial = (await mine.post(f"{path}/try", json={})).json()["data"]
        inside, _ = await made(mine, "http_webhook", {"url": "http://169.254.169.254/latest"})
        denied = (await mine.post(f"{inside}/try", json={})).json()["data"]
    assert (trial["ok"], trial["result"], trial["failure"]["kind"]) == (False, None, "refused_422")
    assert (trial["requests"][0]["status"], trial["requests"][0]["answer"]) == (422, "no such order")
    assert (denied["ok"], denied["failure"]["kind"], denied["failure"]["happened"]) == (False, "egress_denied", "no")


async def test_a_letter_is_sent_and_shown(house: House, mine: httpx.AsyncClient, service: Service) -> None:
    """To a real mail server on this machine; without one, it says so."""
    letters: list[Any] = []

    class Box:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
            letters.append(envelope)
            return "250 OK"

    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Box()), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    config = {"to": "desk@example.com", "subject": "Order {order_id}"}
    body = {"arguments": {"order_id": "7"}, "confirm": True}
    async with tried(house, service, Outbox(Server.parse(f"smtp://127.0.0.1:{port}"), "house@example.com")):
        path, _ = await made(mine, "email", config)
        trial = (await mine.post(f"{path}/try", json=body)).json()["data"]
    server.close()
    async with tried(house, service):
        without = (await mine.post(f"{path}/try", json=body)).json()["data"]
    assert trial["result"] == {"sent": True, "recipients": 1}
    assert trial["requests"][0]["subject"] == "Order 7"
    (letter,) = letters
    assert letter.rcpt_tos == ["desk@example.com"]
    assert b"Subject: Order 7" in letter.content
    assert without["failure"]["kind"] == "no_mail_server"


async def test_knowledge_and_places_are_tried(house: House, mine: httpx.AsyncClient, service: Service) -> None:
    async with tried(house, service):
        path, _ = await made(mine, "geo", {"action": "check_service_area", "origin_address": "02139"})
        near = (await mine.post(f"{path}/try", json={"arguments": {"order_id": "02108"}})).json()["data"]
        path, _ = await made(mine, "knowledge_query", {})
        found = (await mine.post(f"{path}/try", json={"arguments": {"query": "When?"}})).json()["data"]
        path, _ = await made(mine, "builtin", {"action": "repeat"})
        nothing = await mine.post(f"{path}/try", json={})
        path, _ = await made(mine, "sms", {"to": "{order_id}", "body": "x"})
        text = await mine.post(f"{path}/try", json={"arguments": {"order_id": "7"}, "confirm": True})
    assert near["result"]["served"] is True
    assert found["result"] == {"found": []}
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_try")
    assert text.status_code == 409
