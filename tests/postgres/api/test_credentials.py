"""Credentials of skills over the API: sealed on their way in, never out, and in nothing that is kept or said."""

import logging
from dataclasses import replace
from typing import Any

import httpx
import pytest
from tests.postgres.api.conftest import House

from flowyte.skills import secrets
from flowyte.wiring.parts import parts_of

CANARY = "canary-41f7-credential"
DSN = f"postgresql://reader:{CANARY}@db.example.com:5432/shop"
HOOK: dict[str, Any] = {
    "name": "order_status",
    "description": "The caller asks where an order is.",
    "skillType": "http_webhook",
    "executionConfig": {"url": "https://example.com/orders", "headers": {"Authorization": f"Bearer {CANARY}"}},
}
QUERY: dict[str, Any] = {
    "name": "opening",
    "description": "x",
    "skillType": "db_query",
    "executionConfig": {"sql_template": "SELECT 1 AS one", "connection": DSN},
}


@pytest.fixture
async def agent(house: House, mine: httpx.AsyncClient) -> str:
    house.app.state.services = replace(house.services, parts_of=parts_of)
    return str((await mine.post("/agents", json={"name": "Shop"})).json()["data"]["id"])


async def made(mine: httpx.AsyncClient, agent: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await mine.post(f"/agents/{agent}/skills", json=body)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def values(house: House, skill_id: str) -> dict[str, str]:
    async with house.services.database.tenant(house.principal) as tx:
        found = await secrets.opened(tx, house.services.sealer, skill_id)
    return {name: value.reveal() for name, value in found.items()}


async def test_a_header_is_sealed_kept_replaced_and_removed(house: House, mine: httpx.AsyncClient, agent: str) -> None:
    """What is answered can be sent back and changes nothing; a new value replaces; null and silence remove."""
    skill = await made(mine, agent, HOOK)
    path = f"/agents/{agent}/skills/{skill['id']}"
    state = skill["executionConfig"]["headers"]["Authorization"]
    assert state["sealed"] is True
    assert state["setBy"].startswith("key:")
    assert (await values(house, skill["id"]))["header:Authorization"] == f"Bearer {CANARY}"
    again = await mine.patch(path, json={"executionConfig": skill["executionConfig"], "description": "y"})
    assert again.status_code == 200, again.text
    assert (await values(house, skill["id"]))["header:Authorization"] == f"Bearer {CANARY}"
    for headers, left in (
        ({"Authorization": "other", "X-Shop": "7"}, {"header:Authorization": "other", "header:X-Shop": "7"}),
        ({"Authorization": None, "X-Shop": {"sealed": True}}, {"header:X-Shop": "7"}),
        ({}, {}),
    ):
        config = {"url": "https://example.com/orders", "headers": headers}
        assert (await mine.patch(path, json={"executionConfig": config})).status_code == 200
        found = await values(house, skill["id"])
        assert found.pop("signing").startswith("whsec_")
        assert found == left


async def test_a_credential_cannot_be_claimed_that_is_not_set(mine: httpx.AsyncClient, agent: str) -> None:
    for config, path in (
        ({"headers": {"X-Key": {"sealed": True}}}, "headers.X-Key"),
        ({"headers": {"X-Key": "a\r\nHost: b"}}, "headers.X-Key"),
        ({"headers": {"X-Key": ""}}, "headers.X-Key"),
        ({"headers": {"X-Key": 5}}, "headers[...]"),
        ({"headers": {"Host": "a"}}, "headers.Host"),
        ({"headers": {"Idempotency-Key": "a"}}, "headers.Idempotency-Key"),
    ):
        body = {**HOOK, "executionConfig": {"url": "https://example.com/", **config}}
        answer = await mine.post(f"/agents/{agent}/skills", json=body)
        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == [f"executionConfig.{path}"]
    for dsn in ("mysql://a:b@db.example.com/x", f"postgresql://a:{CANARY}@[/x", "postgresql://db.example.com/x",
                f"postgresql://a:{CANARY}@a.example.com,b.example.com/x", f"postgresql://a:{CANARY}@h/x?sslmode=disable",
                f"postgresql://a:{CANARY}@h/x?host=/tmp"):  # fmt: skip
        body = {**QUERY, "executionConfig": {**QUERY["executionConfig"], "connection": dsn}}
        answer = await mine.post(f"/agents/{agent}/skills", json=body)
        assert [error["field"] for error in answer.json()["errors"]] == ["executionConfig.connection"], dsn
        assert CANARY not in answer.text
    assert (await mine.get(f"/agents/{agent}/skills")).json()["data"] == []


async def test_the_signing_secret_is_shown_once(house: House, mine: httpx.AsyncClient, agent: str) -> None:
    """At creation and at rotation, not in the replay of either, and not of a kind that signs nothing."""
    key = {"Idempotency-Key": "one"}
    first = await mine.post(f"/agents/{agent}/skills", json=HOOK, headers=key)
    replayed = await mine.post(f"/agents/{agent}/skills", json=HOOK, headers=key)
    skill = first.json()["data"]
    assert (await values(house, skill["id"]))["signing"] == skill["signingSecret"]
    assert replayed.json()["data"]["signingSecret"] is None
    path = f"/agents/{agent}/skills/{skill['id']}"
    assert "signingSecret" not in (await mine.get(path)).json()["data"]
    assert (await mine.get(path)).json()["data"]["signing"]["sealed"] is True
    rotated = (await mine.post(f"{path}/rotate-signing-secret")).json()["data"]["signingSecret"]
    assert rotated != skill["signingSecret"]
    assert (await values(house, skill["id"]))["signing"] == rotated
    query = await made(mine, agent, QUERY)
    assert "signingSecret" not in query
    assert (await mine.post(f"/agents/{agent}/skills/{query['id']}/rotate-signing-secret")).status_code == 409
    changed = await mine.patch(f"/agents/{agent}/skills/{query['id']}", json={
        "skillType": "http_webhook", "executionConfig": {"url": "https://example.com/"},
    })  # fmt: skip
    assert changed.json()["data"]["signingSecret"].startswith("whsec_")
    assert set(await values(house, query["id"])) == {"signing"}


async def test_a_canary_is_nowhere_but_where_it_is_sealed(
    house: House, mine: httpx.AsyncClient, agent: str, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Not in an answer, a version, a difference, the audit log, a line of the log, or a row of any table."""
    caplog.set_level(logging.DEBUG)
    said = []
    for body in (HOOK, QUERY):
        answer = await mine.post(f"/agents/{agent}/skills", json=body, headers={"Idempotency-Key": body["name"]})
        said.append(answer)
        path = f"/agents/{agent}/skills/{answer.json()['data']['id']}"
        said += [await mine.get(path), await mine.patch(path, json={"executionConfig": body["executionConfig"]})]
    first = await mine.post(f"/agents/{agent}/publish", json={})
    changed = {"url": "https://example.com/other", "headers": {"Authorization": f"Bearer {CANARY}2"}}
    hook = (await mine.get(f"/agents/{agent}/skills")).json()["data"][0]["id"]
    said.append(await mine.patch(f"/agents/{agent}/skills/{hook}", json={"executionConfig": changed}))
    second = await mine.post(f"/agents/{agent}/publish", json={})
    version = second.json()["data"]["id"]
    said += [
        first, second, await mine.get(f"/agents/{agent}/skills"), await mine.get(f"/agents/{agent}/versions"),
        await mine.get(f"/agents/{agent}/versions/{version}/diff"), await mine.get("/audit-events"),
    ]  # fmt: skip
    assert {answer.status_code for answer in said} <= {200, 201}
    frozen = first.json()["data"]["snapshot"]["skills"]
    assert frozen[0]["id"] == hook
    assert not [answer.url for answer in said if CANARY in answer.text]
    async with house.services.database.tenant(house.principal) as tx:
        tables = await tx.fetch(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id' "
            "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
        )
        for table in tables:
            rows = await tx.fetch(f"SELECT t::text AS row FROM {table['relname']} t WHERE org_id = $1", tx.org)
            assert not any(CANARY in row["row"] or CANARY.encode().hex() in row["row"] for row in rows), table
        stored = await secrets.opened(tx, house.services.sealer, hook)
    assert stored["header:Authorization"].reveal() == f"Bearer {CANARY}2"
    out, err = capfd.readouterr()
    assert CANARY not in f"{out}{err}{caplog.text}{stored!r}"
    assert any(event["action"] == "skills.credential_set" for event in said[-1].json()["data"])


async def test_ids_are_no_difference_to_a_version_that_had_none(mine: httpx.AsyncClient, agent: str) -> None:
    """Frozen again without a change, nothing differs; a skill that was made anew does."""
    await made(mine, agent, HOOK)
    await mine.post(f"/agents/{agent}/publish", json={})
    version = (await mine.post(f"/agents/{agent}/publish", json={})).json()["data"]["id"]
    assert (await mine.get(f"/agents/{agent}/versions/{version}/diff")).json()["data"] == []
    skill = (await mine.get(f"/agents/{agent}/skills")).json()["data"][0]["id"]
    await mine.delete(f"/agents/{agent}/skills/{skill}")
    await made(mine, agent, HOOK)
    version = (await mine.post(f"/agents/{agent}/publish", json={})).json()["data"]["id"]
    (found,) = (await mine.get(f"/agents/{agent}/versions/{version}/diff")).json()["data"]
    assert found["field"] == "skills"


async def test_a_call_goes_only_where_the_agent_lets_it(mine: httpx.AsyncClient, agent: str) -> None:
    body = {"name": "desk", "description": "x", "skillType": "transfer",
            "executionConfig": {"destination": "(202) 555-0142"}}  # fmt: skip
    refused = await mine.post(f"/agents/{agent}/skills", json=body)
    assert [error["field"] for error in refused.json()["errors"]] == ["executionConfig.destination"]
    await mine.patch(f"/agents/{agent}", json={"handoffConfig": {"transferDestination": "+12025550142"}})
    assert (await made(mine, agent, body))["executionConfig"] == {"destination": "+12025550142"}


async def test_credentials_go_with_their_skill(house: House, mine: httpx.AsyncClient, agent: str) -> None:
    skill = await made(mine, agent, HOOK)
    await mine.delete(f"/agents/{agent}/skills/{skill['id']}")
    assert await values(house, skill["id"]) == {}
