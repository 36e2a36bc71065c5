"""/agents/{id}/caller-verification: kept with the draft, checked, and held against the verifier at publishing."""

import httpx
import pytest

from flowyte.agents.checks import check_verifier
from flowyte.kit.errors import Invalid

PIN = {"method": "account_pin", "verifierSkillId": "lookup"}


def lookup(*parameters: str) -> dict[str, object]:
    described = {name: {"type": "string"} for name in parameters}
    return {
        "name": "lookup", "description": "Brings an account.", "skillType": "http_webhook",
        "executionConfig": {"url": "https://example.com/accounts", "method": "GET"},
        "parametersSchema": {"type": "object", "properties": described},
    }  # fmt: skip


async def test_it_is_set_whole_and_taken_away(mine: httpx.AsyncClient) -> None:
    agent = (await mine.post("/agents", json={"name": "a"})).json()["data"]["id"]
    path = f"/agents/{agent}/caller-verification"
    assert (await mine.get(path)).json()["data"] is None
    kept = (await mine.put(path, json={**PIN, "stepUpFor": ["close"]})).json()["data"]
    assert (kept["maxAttempts"], kept["stepUpFor"]) == (5, ["close"])
    assert (await mine.put(path, json=PIN)).json()["data"]["stepUpFor"] == [], "the whole of it, not a change to it"
    assert (await mine.put(path, json={})).json()["data"] is None


async def test_what_cannot_be_is_refused_by_its_field(mine: httpx.AsyncClient) -> None:
    agent = (await mine.post("/agents", json={"name": "a"})).json()["data"]["id"]
    for wrong, field in (
        ({**PIN, "method": "otp_sms"}, "callerVerification.method"),
        ({**PIN, "maxAttempts": 99}, "callerVerification.maxAttempts"),
        ({**PIN, "requiredFields": ["pin", "accountNumber"]}, "callerVerification.requiredFields"),
    ):
        answer = await mine.put(f"/agents/{agent}/caller-verification", json=wrong)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == field


async def test_a_version_is_not_published_with_a_verifier_that_cannot_work(mine: httpx.AsyncClient) -> None:
    """Callers would be asked and never be known."""
    agent = (await mine.post("/agents", json={"name": "a"})).json()["data"]["id"]
    await mine.put(f"/agents/{agent}/caller-verification", json=PIN)
    answer = await mine.post(f"/agents/{agent}/publish", json={"note": ""})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "callerVerification.verifierSkillId"


def test_the_verifier_takes_the_account_and_nothing_else() -> None:
    """One parameter, of the name that the caller is asked for; disabled or with more it could not be used."""
    for skills, fine in (
        ([lookup("accountNumber")], True),
        ([{**lookup("accountNumber"), "id": "skl_1", "name": "other"}], False),
        ([lookup("accountNumber", "pin")], False),
        ([lookup()], False),
        ([{**lookup("accountNumber"), "isEnabled": False}], False),
    ):
        if fine:
            check_verifier(PIN, skills)
        else:
            with pytest.raises(Invalid):
                check_verifier(PIN, skills)
