"""Each operation × each scope × each role, as docs/reference/who-may-do-what.md has it, on the real application."""

import httpx
import pytest
from tests.postgres.api.conftest import House, anonymous
from tests.postgres.api.test_two_organizations import BODIES, IDS, operations

from flowyte.tenancy.browser import COOKIE
from flowyte.tenancy.keys import create_key
from flowyte.tenancy.scopes import PUBLIC_SCOPES, ROLE_SCOPES, SECRET_KEY_SCOPES
from flowyte.tenancy.sessions import create_session


def scopes_of(house: House) -> dict[str, str]:
    return {
        str(handler.operation_id): handler.opt["scope"]
        for route in house.app.routes
        for handler in getattr(route, "route_handlers", ())
        if "scope" in handler.opt and handler.operation_id
    }


async def asked(client: httpx.AsyncClient, house: House, operation: str) -> httpx.Response:
    """With ids that are nowhere, so that whoever may do it finds nothing."""
    name, method, path = next(entry for entry in operations(house.app) if entry[0] == operation)
    url = path.format(**dict.fromkeys(IDS, "x_0")).removeprefix("/api/v1")
    return await client.request(method, url, json=BODIES.get(name))


async def test_one_scope_opens_its_operations_and_no_others(house: House) -> None:
    """A key for each scope: exactly the operations of that scope are not refused for their scope."""
    needed = scopes_of(house)
    tried = 0
    for scope in sorted(set(needed.values()) - PUBLIC_SCOPES):
        async with house.services.database.tenant(house.principal) as tx:
            _, key = await create_key(
                tx, house.services.peppers, name="k", scopes=frozenset({scope}), created_by=house.principal
            )
        async with anonymous(house.app) as client:
            client.headers["Authorization"] = f"Bearer {key}"
            for operation, wanted in needed.items():
                answer = await asked(client, house, operation)
                refused = answer.status_code == 403 and answer.json()["code"] == "missing_scope"
                # Making a link or a key that may do more than oneself is refused for another reason than its scope.
                assert refused == (wanted != scope), (operation, scope, answer.status_code)
                assert answer.status_code < 500, (operation, scope)
                tried += 1
    assert tried > 1000


@pytest.mark.parametrize("role", list(ROLE_SCOPES))
async def test_each_role_may_do_what_its_scopes_say(house: House, role: str) -> None:
    async with house.services.database.tenant(house.principal) as tx:
        token = await create_session(tx, house.services.peppers, house.services.clock, role=role)
    async with anonymous(house.app) as client:
        client.cookies.set(COOKIE, token)
        for operation, scope in scopes_of(house).items():
            answer = await asked(client, house, operation)
            refused = answer.status_code == 403 and answer.json()["code"] == "missing_scope"
            assert refused == (scope not in ROLE_SCOPES[role]), (operation, role, answer.status_code)


def test_every_scope_that_an_operation_needs_can_be_given(house: House) -> None:
    assert set(scopes_of(house).values()) <= SECRET_KEY_SCOPES | PUBLIC_SCOPES
