"""Each operation × each scope × each role, as docs/reference/who-may-do-what.md has it, on the real application."""

import httpx
import pytest
from tests.postgres.api.conftest import OWN, House, anonymous
from tests.postgres.api.test_two_organizations import BODIES, IDS, operations

from flowyte.agents.publish import create
from flowyte.tenancy import publishable
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


async def refusals(house: House, headers: dict[str, str]) -> dict[str, bool]:
    """Of every operation, whether it was refused for its scope; a credential that is none fails here."""
    found = {}
    async with anonymous(house.app) as client:
        client.headers.update(headers)
        for operation in scopes_of(house):
            answer = await asked(client, house, operation)
            assert answer.status_code != 401, operation
            assert answer.status_code < 500, operation
            # Who may do it finds nothing, or is refused for another reason: a key or link for more than oneself.
            found[operation] = answer.status_code == 403 and answer.json()["code"] == "missing_scope"
    return found


async def key_with(house: House, scopes: frozenset[str]) -> dict[str, str]:
    async with house.services.database.tenant(house.principal) as tx:
        _, key = await create_key(tx, house.services.peppers, name="k", scopes=scopes, created_by=house.principal)
    return {"Authorization": f"Bearer {key}"}


async def test_one_scope_opens_its_operations_and_no_others(house: House) -> None:
    """A key for each scope: exactly the operations of that scope are not refused for their scope."""
    needed = scopes_of(house)
    for scope in sorted(set(needed.values()) - PUBLIC_SCOPES):
        refused = await refusals(house, await key_with(house, frozenset({scope})))
        assert refused == {operation: wanted != scope for operation, wanted in needed.items()}, scope


async def test_every_other_scope_together_does_not_make_up_for_one(house: House) -> None:
    """A key for each scope that holds all others: exactly the operations of that scope, and the public, are refused."""
    needed = scopes_of(house)
    for scope in sorted(set(needed.values()) - PUBLIC_SCOPES):
        refused = await refusals(house, await key_with(house, SECRET_KEY_SCOPES - {scope}))
        assert refused == {operation: wanted in PUBLIC_SCOPES | {scope} for operation, wanted in needed.items()}, scope


@pytest.mark.parametrize("role", list(ROLE_SCOPES))
async def test_each_role_may_do_what_its_scopes_say(house: House, role: str) -> None:
    async with house.services.database.tenant(house.principal) as tx:
        token = await create_session(tx, house.services.peppers, house.services.clock, role=role)
    refused = await refusals(house, {"Cookie": f"{COOKIE}={token}", "Origin": OWN, "Sec-Fetch-Site": "same-origin"})
    assert refused == {operation: scope not in ROLE_SCOPES[role] for operation, scope in scopes_of(house).items()}


async def test_a_publishable_key_holds_the_public_scope_alone(house: House) -> None:
    """From the site that it was made for, so that it is the scope that refuses."""
    site = "https://example.com"
    async with house.services.database.tenant(house.principal) as tx:
        agent = await create(tx, house.principal, {"name": "clinic"})
        wishes = publishable.Wishes(name="Site", allowed_origins=(site,), rate_limit_rpm=publishable.MOST_RPM)
        _, key = await publishable.create(
            tx, house.services.peppers, house.services.sealer, agent_id=agent.id, wishes=wishes, by=house.principal
        )
    async with anonymous(house.app) as client:
        client.headers.update({"Authorization": f"Bearer {key}", "Origin": site})
        for operation, scope in scopes_of(house).items():
            answer = await asked(client, house, operation)
            refused = answer.status_code == 403 and answer.json()["code"] == "missing_scope"
            assert refused == (scope not in PUBLIC_SCOPES), (operation, answer.status_code)


def test_every_scope_that_an_operation_needs_can_be_given(house: House) -> None:
    assert set(scopes_of(house).values()) <= SECRET_KEY_SCOPES | PUBLIC_SCOPES
