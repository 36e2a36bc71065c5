"""The OpenAPI document is valid, complete, and says what each operation needs."""

from typing import Any

import pytest
from litestar import Litestar
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.postgres.api.conftest import House, anonymous

from flowyte.api import openapi
from flowyte.api.app import api_routes
from flowyte.tenancy.scopes import PUBLIC_SCOPES, SECRET_KEY_SCOPES


@pytest.fixture
async def document(house: House) -> Any:
    app = Litestar([api_routes()], openapi_config=openapi.config())
    app.state.services = house.services
    async with anonymous(app) as client:
        answer = await client.get("/openapi.json")
        again = await client.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.content == again.content
    return answer.json()


def operations(document: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(path, op) for path, verbs in document["paths"].items() for op in verbs.values() if "operationId" in op]


async def test_it_is_valid(document: Any) -> None:
    """By the specification's own schema."""
    assert document["openapi"].startswith("3.1")
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


async def test_every_operation_says_its_scope(document: Any) -> None:
    """A scope that exists, or openly none."""
    found = operations(document)
    assert len(found) > 50
    assert len({op["operationId"] for _, op in found}) == len(found)
    for path, operation in found:
        assert path.startswith("/api/v1/")
        needed = [scopes for entry in operation["security"] for given in entry.values() for scopes in given]
        assert set(needed) <= SECRET_KEY_SCOPES | PUBLIC_SCOPES
        assert needed or operation["operationId"] in {
            "health",
            "listTrustClaims",
            "listSubprocessors",
            "playRecording",
            "reportLeakedKey",
        }
        assert "default" in operation["responses"]
