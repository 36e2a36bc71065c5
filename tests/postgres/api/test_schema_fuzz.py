"""Whatever the OpenAPI document allows: never our fault, a refusal is a problem, an answer is what the document says,
and the other organization's ids open and change nothing.

Two thirds of the requests name things that there are, in their path and in their body, the caller's own or the other
organization's; their bodies are right but for one field, so that more than the way to a refusal is tried.
"""

import hashlib
import json
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from litestar import Litestar
from schemathesis.core import NOT_SET
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.postgres.api.conftest import House, anonymous
from tests.postgres.api.test_two_organizations import BODIES, RANDOM, SKILL, key_of, objects_of

from flowyte.api import openapi
from flowyte.api.app import api_routes
from flowyte.tenancy.principal import Principal

EXAMPLES = 15  # for each of some seventy operations: a minute on two cores would be too long for a ring

AGENT = f"agt_{RANDOM}"  # in a body, an id that ends so stands for the one of its kind that is tried
RIGHT: dict[str, Any] = {
    **BODIES,
    "createAgent": {"name": "Clinic", "greeting": "Hello"},
    "createApiKey": {"name": "Site"},
    "createChatCompletion": {"model": AGENT, "messages": [{"role": "user", "content": "Hello"}]},
    "createChatSession": {"agentId": AGENT, "draftMode": True},
    "createSkill": {**SKILL, "name": "leave_note"},
    "importNumber": {"e164": "+12025550143", "accountSid": "AC" + "0" * 32, "authToken": "0" * 32, "agentId": AGENT},
    "rotateApiKey": {"overlapHours": 1},
}
AS_DECLARED = [status_code_conformance, content_type_conformance, response_schema_conformance]


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
            "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1"
        )
    digest = hashlib.sha256()
    async with database.tenant(owner) as tx:
        for table in tables:
            rows = await tx.fetch(f"SELECT t::text AS row FROM {table['name']} t WHERE org_id = $1", owner.org)
            digest.update(json.dumps([table["name"], sorted(row["row"] for row in rows)]).encode())
    return digest.hexdigest()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.definition.raw["operationId"])
async def test_whatever_is_sent(operation: Any, house: House) -> None:
    """Generated requests with one organization's key, by nobody's ids, its own and the other organization's."""
    ids: dict[str, dict[str, str]] = {
        "nobodys": {},
        "own": await objects_of(house.services, house.principal),
        "foreign": await objects_of(house.services, house.other),
    }
    key = await key_of(house.services, house.principal)
    before = await rows_of(house, house.other)
    async with anonymous(house.app) as client:
        client.base_url = httpx.URL("http://flowyte.example.com")
        client.headers.update(key)
        for case, whose, field in drawn(operation):
            named = put(case, ids[whose], field) if ids[whose] else False
            answer = await sent(client, case)
            assert answer.status_code < 500, (answer.status_code, answer.text[:300])
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["code"]
            assert answer.status_code >= 400 or whose == "own" or not named, (case.formatted_path, answer.text)
            case.validate_response(answer, checks=AS_DECLARED)
    assert await rows_of(house, house.other) == before


def drawn(operation: Any) -> list[tuple[Any, str, int | None]]:
    """The same ones in every run: a case, whose ids it gets, and which of its body's fields is kept as drawn."""
    cases: list[Any] = []

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @given(operation.as_strategy())
    def take(case: Any) -> None:
        cases.append(case)

    take()
    whose = ("own", "foreign", "nobodys")
    return [(case, whose[n % 3], n if n % 6 > 1 else None) for n, case in enumerate(cases)]


def put(case: Any, ids: dict[str, str], field: int | None) -> bool:
    """Ids that there are into a case, and a right body but for that field; whether any id had a place in it."""
    of_path = {name: ids[name] for name in (case.path_parameters or {}) if name in ids}
    case.path_parameters = {**(case.path_parameters or {}), **of_path}
    right = RIGHT.get(case.operation.definition.raw["operationId"])
    if not isinstance(right, dict):
        case.body = right if right is not None and field is None else case.body
        return bool(of_path)
    kinds = {value.split("_")[0]: value for value in ids.values()}
    filled = {
        name: kinds[value.split("_")[0]] if isinstance(value, str) and value.endswith(f"_{RANDOM}") else value
        for name, value in right.items()
    }
    fields = sorted(case.body) if isinstance(case.body, dict) else []
    kept = [fields[field % len(fields)]] if fields and field is not None else []
    case.body = {**filled, **{name: case.body[name] for name in kept}}
    return bool(of_path) or any(filled[name] != right[name] for name in filled if name not in kept)


async def sent(client: httpx.AsyncClient, case: Any) -> httpx.Response:
    body = {} if case.body is NOT_SET else {"json": case.body}
    headers = {name: value for name, value in (case.headers or {}).items() if name.lower() != "authorization"}
    return await client.request(
        case.method.upper(), case.formatted_path, params=case.query or None, headers=headers, **body
    )
