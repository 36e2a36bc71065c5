"""/webhooks/endpoints: made with a secret that is shown once, changed, tried, and told to nobody."""

import httpx
import pytest

URL = "https://example.com/hook"
BAD = {
    "url": ({"url": "ftp://example.com"}, {"url": "https://user:pw@example.com"}, {"url": "nowhere"}, {"url": "https://0x7f.1/"}),
    "events": ({"url": URL, "events": ["conversation.imagined"]},),
    "algorithm": ({"url": URL, "algorithm": "md5"},),
    "description": ({"url": URL, "description": "x" * 300},),
}  # fmt: skip


async def test_the_secret_is_shown_once(mine: httpx.AsyncClient) -> None:
    """When it is made and when it is replaced; no other answer holds it, also not the repeated request."""
    key = {"Idempotency-Key": "one"}
    made = (await mine.post("/webhooks/endpoints", json={"url": URL}, headers=key)).json()["data"]
    again = (await mine.post("/webhooks/endpoints", json={"url": URL}, headers=key)).json()["data"]
    assert made["secret"].startswith("whsec_")
    assert again["id"] == made["id"]
    rotated = (await mine.post(f"/webhooks/endpoints/{made['id']}/rotate")).json()["data"]
    assert rotated["secret"] != made["secret"]
    shown = [
        (await mine.get("/webhooks/endpoints")).text,
        (await mine.get(f"/webhooks/endpoints/{made['id']}")).text,
        (await mine.patch(f"/webhooks/endpoints/{made['id']}", json={"description": "x"})).text,
        str(again),
    ]
    for secret in (made["secret"], rotated["secret"]):
        assert not [text for text in shown if secret in text]
    assert rotated["lastFour"] == rotated["secret"][-4:]


@pytest.mark.parametrize("field", BAD)
async def test_what_cannot_be_an_endpoint_is_refused_by_its_field(mine: httpx.AsyncClient, field: str) -> None:
    """Before anything is kept."""
    for body in BAD[field]:
        answer = await mine.post("/webhooks/endpoints", json=body)
        assert answer.status_code == 400, body
        assert [error["field"] for error in answer.json()["errors"]] == [field], body
    assert (await mine.get("/webhooks/endpoints")).json()["data"] == []


async def test_there_is_an_end_to_endpoints(mine: httpx.AsyncClient) -> None:
    """The twenty-first is a conflict that says what to do."""
    for _ in range(20):
        assert (await mine.post("/webhooks/endpoints", json={"url": URL})).status_code == 201
    refused = await mine.post("/webhooks/endpoints", json={"url": URL})
    assert refused.status_code == 409
    assert "remove one" in refused.json()["detail"]


async def test_deliveries_are_listed_with_what_was_sent(mine: httpx.AsyncClient) -> None:
    """A test is queued at once; switched off, an endpoint takes none."""
    made = (await mine.post("/webhooks/endpoints", json={"url": URL})).json()["data"]
    base = f"/webhooks/endpoints/{made['id']}"
    for _ in range(3):
        assert (await mine.post(f"{base}/test")).status_code == 202
    first = (await mine.get(f"{base}/deliveries?limit=2")).json()
    rest = (await mine.get(f"{base}/deliveries?limit=2&cursor={first['pagination']['nextCursor']}")).json()
    found = first["data"] + rest["data"]
    assert len({delivery["id"] for delivery in found}) == 3
    assert found[0]["body"]["type"] == "webhook.test"
    assert {delivery["state"] for delivery in found} == {"pending"}
    again = await mine.post(f"{base}/deliveries/{found[0]['id']}/resend")
    assert again.status_code == 202
    await mine.patch(base, json={"isEnabled": False})
    assert (await mine.post(f"{base}/test")).status_code == 409
    assert (await mine.post(f"{base}/deliveries/{found[0]['id']}/resend")).status_code == 409


async def test_publishing_is_told(mine: httpx.AsyncClient) -> None:
    """To whom it concerns: another type is not written for this endpoint."""
    made = (await mine.post("/webhooks/endpoints", json={"url": URL, "events": ["agent.published"]})).json()["data"]
    agent = (await mine.post("/agents", json={"name": "desk"})).json()["data"]
    version = (await mine.post(f"/agents/{agent['id']}/publish", json={"note": ""})).json()["data"]
    (delivery,) = (await mine.get(f"/webhooks/endpoints/{made['id']}/deliveries")).json()["data"]
    assert delivery["body"]["data"] == {"agentId": agent["id"], "versionId": version["id"], "number": 1}
