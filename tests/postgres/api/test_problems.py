"""What is refused, and how: one form of problem, whatever went wrong."""

import httpx
import pytest
from tests.postgres.api.conftest import House, anonymous


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/agents/agt_%00", None, 400),
        ("GET", "/agents/agt_%ff", None, 404),
        ("GET", "/agents?cursor=AA", None, 400),
        ("GET", "/agents?limit=0", None, 400),
        ("GET", "/agents?limit=101", None, 400),
        ("GET", "/agents?limit=many", None, 400),
        ("GET", "/conversations?from=yesterday", None, 400),
        ("POST", "/agents", b"", 400),
        ("POST", "/agents", b"[]", 400),
        ("POST", "/agents", b"null", 400),
        ("POST", "/agents", b'{"name": ', 400),
        ("POST", "/agents", b'{"name": "\\u0000"}', 400),
        ("POST", "/agents", b'{"name": "\\ud800"}', 400),
        ("POST", "/agents", b'{"name": 7}', 400),
        ("POST", "/api-keys", b'{"name": "k", "scopes": ["everything"]}', 400),
        ("PUT", "/agents", b"{}", 405),
        ("GET", "/nothing", None, 404),
    ],
)
async def test_every_refusal_is_a_problem(
    mine: httpx.AsyncClient, method: str, path: str, body: bytes | None, status: int
) -> None:
    """RFC 9457 with a code; never a 500 and never another form, for whatever a client may send."""
    answer = await mine.request(method, path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["code"]
    assert problem["title"]


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(mine: httpx.AsyncClient) -> None:
    """413, with the length that the client declares or without one."""
    body = b'{"name": "' + b"a" * (2 << 20) + b'"}'

    async def pieces():  # type: ignore[no-untyped-def]
        yield body

    for content in (body, pieces()):
        answer = await mine.post("/agents", content=content, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_without_a_credential_the_answer_says_how_to_bring_one(house: House) -> None:
    """401 with the challenge; a key that is no key gets the same body."""
    async with anonymous(house.app) as client:
        without = await client.get("/agents")
        bad = await client.get("/agents", headers={"Authorization": "Bearer flowyte_sk_live_x"})
    assert (without.status_code, without.headers["www-authenticate"]) == (401, "Bearer")
    assert without.content == bad.content


async def test_health_says_only_that_it_serves(house: House) -> None:
    """No version, no names, no credential needed."""
    async with anonymous(house.app) as client:
        assert (await client.get("/healthz")).json() == {"ok": True}
