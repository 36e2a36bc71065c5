"""Secret keys from the making to the end: expiry, replacing, leaking, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
from tests.postgres.api.conftest import House, anonymous

from flowyte.api.services import RequestLimits
from flowyte.kit.clock import SystemClock
from flowyte.tenancy import revocation
from flowyte.tenancy.audit import events
from flowyte.tenancy.key_text import new_key_text


async def opens(house: House, key: str) -> bool:
    async with anonymous(house.app) as client:
        answer = await client.get("/agents", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


async def test_a_key_opens_until_it_expires(house: House, mine: httpx.AsyncClient) -> None:
    """A time that is past is past from the beginning; one without a zone is refused."""
    for moment, good in ((datetime.now(UTC) + timedelta(hours=1), True), (datetime.now(UTC), False)):
        made = await mine.post("/api-keys", json={"name": "k", "expiresAt": moment.isoformat()})
        assert await opens(house, made.json()["data"]["key"]) == good
    refused = await mine.post("/api-keys", json={"name": "k", "expiresAt": "2030-01-01T00:00:00"})
    assert refused.status_code == 400


async def test_a_key_is_replaced_while_both_work(house: House, mine: httpx.AsyncClient) -> None:
    """The new key may do the same, the old one ends with the overlap, and is replaced once."""
    old = (await mine.post("/api-keys", json={"name": "k", "scopes": ["agents:read"]})).json()["data"]
    new = (await mine.post(f"/api-keys/{old['id']}/rotate", json={"overlapHours": 2})).json()["data"]
    assert new["scopes"] == ["agents:read"]
    assert await opens(house, old["key"])
    assert await opens(house, new["key"])
    again = await mine.post(f"/api-keys/{old['id']}/rotate")
    assert again.status_code == 400
    async with house.services.database.tenant(house.principal) as tx:
        await tx.execute("UPDATE api_keys SET expires_at = now() WHERE org_id = $1 AND id = $2", tx.org, old["id"])
    assert not await opens(house, old["key"])
    last = (await mine.post(f"/api-keys/{new['id']}/rotate", json={"overlapHours": 0})).json()["data"]
    assert not await opens(house, new["key"])
    assert await opens(house, last["key"])


async def test_rotating_is_shown_once_also_when_it_is_tried_again(house: House, mine: httpx.AsyncClient) -> None:
    """A retry with the same Idempotency-Key gets the first answer without the key."""
    old = (await mine.post("/api-keys", json={"name": "k", "scopes": ["agents:read"]})).json()["data"]
    answers = [await mine.post(f"/api-keys/{old['id']}/rotate", headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert answers[0].json()["data"]["key"]
    assert answers[1].json()["data"]["key"] is None
    assert answers[0].json()["data"]["id"] == answers[1].json()["data"]["id"]


async def test_nobody_gives_a_key_more_than_they_hold(house: House, mine: httpx.AsyncClient) -> None:
    """Also not by replacing a stronger one."""
    strong = (await mine.post("/api-keys", json={"name": "k"})).json()["data"]
    weak = (await mine.post("/api-keys", json={"name": "k", "scopes": ["keys:write"]})).json()["data"]
    async with anonymous(house.app) as client:
        client.headers["Authorization"] = f"Bearer {weak['key']}"
        answer = await client.post(f"/api-keys/{strong['id']}/rotate")
    assert answer.status_code == 400
    assert await opens(house, strong["key"])


async def test_a_leaked_key_is_ended_by_whoever_found_it(house: House, mine: httpx.AsyncClient) -> None:
    """A living key, one that was revoked, one that never was and no key at all get the same answer."""
    made = (await mine.post("/api-keys", json={"name": "k"})).json()["data"]
    async with house.services.database.platform() as tx:
        await tx.execute("DELETE FROM attempts")  # other tests come from the same address
    answers = []
    async with anonymous(house.app) as finder:
        for text in (f"  {made['key']}\n", made["key"], new_key_text("live"), new_key_text("live", "pk"), "x", ""):
            answer = await finder.post("/leaked-keys", json={"key": text})
            answers.append((answer.status_code, answer.content))
    assert set(answers) == {(202, b'{"success":true,"data":{"received":true}}')}
    assert not await opens(house, made["key"])
    async with house.services.database.tenant(house.principal) as tx:
        actions = {event.action for event in await events(tx, object=made["id"])}
    assert {"api_keys.leaked", "api_keys.changed"} <= actions


async def test_what_has_ended_is_known_by_its_digest(house: House, mine: httpx.AsyncClient) -> None:
    """What every process asks each second about the calls it holds."""
    made = (await mine.post("/api-keys", json={"name": "k"})).json()["data"]
    digest = house.services.peppers.digest("key", made["key"])
    database = house.services.database
    assert await revocation.ended(database, [digest]) == set()
    assert await revocation.ended(database, []) == set()
    await mine.delete(f"/api-keys/{made['id']}")
    assert await revocation.ended(database, [digest]) == {digest}


class Stopped(SystemClock):
    """A machine that is slow refills nothing: what is counted here is requests."""

    def monotonic_ms(self) -> int:
        return 1_000


async def test_every_answer_tells_how_many_requests_are_left(house: House, mine: httpx.AsyncClient) -> None:
    """Refusals too; the count is the credential's and goes down with each request."""
    house.app.state.services = replace(house.services, limits=RequestLimits(), clock=Stopped())
    left = []
    for path in ("/agents", "/agents/agt_x", "/agents?limit=0"):
        answer = await mine.get(path)
        assert answer.headers["ratelimit-policy"] == '"burst";q=100;w=10'
        left.append(int(answer.headers["ratelimit"].split(";")[1].removeprefix("r=")))
    assert left == [99, 98, 97]


async def test_who_does_not_slow_down_is_refused_without_a_look(house: House, mine: httpx.AsyncClient) -> None:
    """Over the limit nothing is looked up any more: the refusals need no database at all. Others are still served."""
    house.app.state.services = replace(house.services, limits=RequestLimits(of_credential=30), clock=Stopped())
    answers = [await mine.get("/agents") for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    real, queries = house.services.database, 0

    class Counting:
        def __getattr__(self, name: str) -> object:
            nonlocal queries
            queries += 1
            return getattr(real, name)

    house.app.state.services = replace(house.app.state.services, database=Counting())
    again = await mine.get("/agents")
    assert (again.status_code, again.json()["code"]) == (429, "rate_limited")
    assert int(again.headers["retry-after"]) >= 1
    assert queries == 0


async def test_every_key_that_opens_nothing_is_answered_alike(house: House, mine: httpx.AsyncClient) -> None:
    """Revoked, expired, cut off, mistyped, of the other environment, of another kind, and what is no key at all."""
    made = [(await mine.post("/api-keys", json={"name": "k"})).json()["data"] for _ in range(3)]
    await mine.delete(f"/api-keys/{made[0]['id']}")
    async with house.services.database.tenant(house.principal) as tx:
        await tx.execute("UPDATE api_keys SET expires_at = now() WHERE org_id = $1 AND id = $2", tx.org, made[1]["id"])
    good = made[2]["key"]
    assert await opens(house, good)
    tried = [
        made[0]["key"], made[1]["key"], good[:-1], good + "A", good.replace("_live_", "_test_"), good.swapcase(),
        good.replace("_sk_", "_pk_"), good[:-1] + ("A" if good[-1] != "A" else "B"), new_key_text("live"),
        new_key_text("test"), new_key_text("live", "pk"), "flowyte_sk_live_", "x", "a.b", "eyJjIjp7fX0.AAAA",
        "é", "x" * 10_000,
    ]  # fmt: skip
    answers = set()
    async with anonymous(house.app) as client:
        for key in tried:
            answer = await client.get("/agents", headers={"Authorization": f"Bearer {key}".encode("latin-1")})
            answers.add((answer.status_code, answer.content))
        for header in ("", "Bearer", "Bearer ", f"Basic {good}", f"bearer  {good[:-1]}", good):
            answer = await client.get("/agents", headers={"Authorization": header})
            answers.add((answer.status_code, answer.content))
    assert len(answers) == 1
    assert answers.pop()[0] == 401
