"""The OpenAPI 3.1 document at /api/v1/openapi.json: what the framework reads off the routes, and what only we know.

Each operation says which scope it needs, and every error that it may answer is a problem.
"""

from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Contact, License

from flowyte import __version__
from flowyte.tenancy.scopes import PUBLIC_SCOPES

SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "A secret API key: flowyte_sk_live_…"},
    "publishable": {
        "type": "http",
        "scheme": "bearer",
        "description": "A publishable key (flowyte_pk_live_…), or the token that a visitor was given by it.",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "flowyte_session", "description": "The dashboard's session."},
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "What clients branch on."},
        "instance": {"type": "string", "description": "The incident in the log, where there is one."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
ANSWER = {
    "description": "RFC 9457 problem",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}

# Answers that are no JSON, with their media types.
FILES = {
    "exportAuditEvents": ("application/jsonl", "text/csv"),
    "getCheckpoint": ("text/plain",),
    "getPrivacyArchive": ("application/zip",),
    "simulateAgent": ("text/event-stream",),
}
# One of a stream of server-sent events; its data is JSON.
EVENT = {"type": "object", "properties": {"event": {"type": "string"}, "data": {"type": "string"}}}


class Document(JsonRenderPlugin):
    """The one rendering: pages that draw it would load their scripts from elsewhere."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=MediaType.JSON)
        self._rendered: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        if self._rendered is None:
            self._rendered = msgspec.json.encode(completed(openapi_schema, request.app))
        return self._rendered


def config() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Flowyte",
        version=__version__,
        path="/api/v1",
        render_plugins=[Document()],
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        contact=Contact(name="The maintainers", url="https://example.com"),
        description="Everything that a person can do in the dashboard can be done here.",
    )


def completed(schema: dict[str, Any], app: Litestar) -> dict[str, Any]:
    """`schema` with security, scopes and problems."""
    scopes = scopes_of(app)
    for path in schema["paths"].values():
        for operation in path.values():
            if not isinstance(operation, dict) or "operationId" not in operation:
                continue
            scope = scopes[operation["operationId"]]
            operation["security"] = _security(scope)
            if scope:
                operation["description"] = f"{operation.get('description', '')}\n\nScope: `{scope}`.".strip()
            operation["responses"].pop("400", None)
            if operation["operationId"] in FILES:
                operation["responses"]["200"]["content"] = {
                    kind: {"schema": EVENT if kind == "text/event-stream" else {"type": "string"}}
                    for kind in FILES[operation["operationId"]]
                }
            operation["responses"]["default"] = ANSWER
    components = schema.setdefault("components", {})
    components["securitySchemes"] = SCHEMES
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    return schema


def _security(scope: str | None) -> list[dict[str, list[str]]]:
    if scope is None:
        return []
    return [{"publishable": [scope]}] if scope in PUBLIC_SCOPES else [{"key": [scope]}, {"session": []}]


def scopes_of(app: Litestar) -> dict[str, str | None]:
    """Of every operation; None for what is open to everybody."""
    return {
        str(handler.operation_id): handler.opt.get("scope")
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if getattr(handler, "operation_id", None)
    }
