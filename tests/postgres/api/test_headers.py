"""A browser that opens an answer of the API neither guesses its type, nor runs or frames it, nor keeps it."""

import re

import pytest
from tests.postgres.api.conftest import OWN, House, anonymous
from tests.postgres.api.test_scopes import key_with
from tests.postgres.api.test_two_organizations import BODIES, operations

from flowyte.tenancy.scopes import SECRET_KEY_SCOPES


@pytest.mark.parametrize("with_key", [False, True])
async def test_every_answer_is_closed_to_browsers(house: House, with_key: bool) -> None:
    """Of every operation, refused and served; one that says itself how long it may be kept is for one person."""
    seen = 0
    async with anonymous(house.app) as client:
        if with_key:
            client.headers.update(await key_with(house, SECRET_KEY_SCOPES))
        ours = [each for each in operations(house.app) if not each[2].startswith("/schema")]  # the framework's own
        for name, method, path in ours:
            url = re.sub(r"{[^}]+}", "x_0", path)
            answer = await client.request(method, f"{OWN}{url}", json=BODIES.get(name))
            assert answer.headers["x-content-type-options"] == "nosniff", name
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], name
            assert "default-src 'none'" in answer.headers["content-security-policy"], name
            caching = answer.headers["cache-control"]
            assert caching == "no-store" or "private" in caching, name
            assert not answer.headers.get("content-type", "").startswith("text/html"), name
            seen += 1
    assert seen > 100


async def test_a_method_that_is_not_served_is_refused(house: House) -> None:
    """TRACE would show what came with a request; others have no meaning here."""
    async with anonymous(house.app) as client:
        for method in ("TRACE", "CONNECT", "PROPFIND", "PUT"):
            assert (await client.request(method, "/agents")).status_code == 405, method
