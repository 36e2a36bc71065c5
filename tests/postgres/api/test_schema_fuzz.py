"""Whatever the OpenAPI document allows: never our fault, always a problem, and nothing of the other organization's is
changed by its ids."""

import hashlib
import json
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from schemathesis.core import NOT_SET
from tests.postgres.api.conftest import House, anonymous
from tests.postgres.api.test_two_organizations import key_of, objects_of

from flowyte.api import openapi
from flowyte.api.app import api_routes
from flowyte.tenancy.principal import Principal

EXAMPLES = 12  # for each of some seventy operations: a minute on two cores would be too long for a ring


def every_operation() -> list[Any]:
    """As the document has them; credentials are put in by the test."""
    app = Litestar([api_routes()], openapi_config=openapi.config())
    document = openapi.completed(app.openapi_schema.to_schema(), app)
    document["components"].pop("securitySchemes")
    for path in document["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    schema = schemathesis.openapi.from_dict(document)
    return [found.ok() for found in schema.get_all_operations()]


OPERATIONS = every_operation()


async def rows_of(house: House, owner: Principal) -> str:
    """A digest of everything that an organization has, whatever the tables are; its audit log shows a reader too."""
    database = house.services.database
    async with database.platform() as tx:
        tables = await tx.fetch(
            "SELECT c.relname AS name FROM pg_class c "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id' AND a.attnotnull "
            "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace "
            "AND c.relname <> 'directory' ORDER BY 1"
        )
    digest = hashlib.sha256()
    async with database.tenant(owner) as tx:
        for table in tables:
            rows = await tx.fetch(f"SELECT t::text AS row FROM {table['name']} t WHERE org_id = $1", owner.org)
            digest.update(json.dumps([table["name"], sorted(row["row"] for row in rows)]).encode())
    return digest.hexdigest()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.definition.raw["operationId"])
async def test_whatever_is_sent(operation: Any, house: House) -> None:
    """Generated requests with one organization's key, half of them with the ids of the other's things."""
    theirs = await objects_of(house.services, house.other)
    key = await key_of(house.services, house.principal)
    before = await rows_of(house, house.other)
    async with anonymous(house.app) as client:
        client.base_url = httpx.URL("http://flowyte.example.com")
        client.headers.update(key)

        for case, foreign in drawn(operation):
            if foreign:
                case.path_parameters = {**(case.path_parameters or {}), **known(case, theirs)}
            body = {} if case.body is NOT_SET else {"json": case.body}
            headers = {name: value for name, value in (case.headers or {}).items() if name.lower() != "authorization"}
            answer = await client.request(
                case.method.upper(), case.formatted_path, params=case.query or None, headers=headers, **body
            )
            assert answer.status_code < 500, (answer.status_code, answer.text[:300])
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["code"]
    assert await rows_of(house, house.other) == before


def drawn(operation: Any) -> list[tuple[Any, bool]]:
    """The same ones in every run."""
    found: list[tuple[Any, bool]] = []

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @given(case=operation.as_strategy(), foreign=st.booleans())
    def take(case: Any, foreign: bool) -> None:
        found.append((case, foreign))

    take()
    return found


def known(case: Any, ids: dict[str, str]) -> dict[str, str]:
    return {name: ids[name] for name in (case.path_parameters or {}) if name in ids}
