"""Errors as RFC 9457 problems. The one table that decides which error has which status."""

from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.exceptions import ValidationException as BadRequest

from flowyte.kit import errors, log
from flowyte.kit.ids import new_id

logger = log.get(__name__)

STATUS: tuple[tuple[type[errors.FlowyteError], int, str], ...] = (
    (errors.Invalid, 400, "The request cannot be taken"),
    (errors.Unauthenticated, 401, "Sign in or send a key"),
    (errors.Forbidden, 403, "Not allowed"),
    (errors.NotFound, 404, "Not found"),
    (errors.Conflict, 409, "Conflict"),
    (errors.TooLarge, 413, "Too large"),
    (errors.Elsewhere, 421, "Kept in another region"),
    (errors.TooMany, 429, "Too many requests"),
    (errors.Unavailable, 503, "Not available"),
    (errors.VendorFailed, 502, "A connected service failed"),
    (errors.FlowyteError, 500, "Our fault"),
)
# PostgreSQL's own word on U+0000 in a text and in a JSON value: the one character that JSON may hold and it may not.
UNSTORABLE = frozenset({"22021", "22P05"})


def problem(status: int, title: str, detail: str, code: str, **more: Any) -> Response[bytes]:
    body = {"type": f"/docs/errors/{code}", "title": title, "status": status, "detail": detail, "code": code, **more}
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/problem+json")


def of_flowyte(_request: Request[Any, Any, Any], error: errors.FlowyteError) -> Response[bytes]:
    status, title = next((status, title) for kind, status, title in STATUS if isinstance(error, kind))
    code = error.conflict_code if isinstance(error, errors.Conflict) else error.code
    more: dict[str, Any] = {}
    if isinstance(error, errors.Invalid):
        more["errors"] = [{"field": field.field, "message": field.message} for field in error.fields]
    if isinstance(error, errors.Conflict):
        more.update(error.extra)
    if isinstance(error, errors.Elsewhere):
        more["region"] = error.region
    answer = problem(status, title, error.message, code, **more)
    if isinstance(error, errors.TooMany):
        answer.headers["Retry-After"] = str(error.retry_after_s)
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def of_framework(_request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What the framework refuses before a verb is called: unknown paths, wrong methods, bodies that do not parse."""
    if isinstance(error, BadRequest):
        fields = [_field(entry) for entry in error.extra] if isinstance(error.extra, list) else []
        named = "; ".join(f"{field['field']}: {field['message']}" for field in fields) or "The body cannot be read."
        return problem(400, "The request cannot be taken", named, "validation_error", errors=fields)
    codes = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media_type"}
    if error.status_code == 404:
        return of_flowyte(_request, errors.NotFound())
    code = codes.get(error.status_code, "validation_error" if error.status_code < 500 else "internal_error")
    return problem(error.status_code, error.detail, error.detail, code)


def of_anything(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The edge of a request: whatever else went wrong is logged under an id, which is all that is told."""
    if getattr(error, "sqlstate", None) in UNSTORABLE:
        return of_flowyte(request, errors.Invalid("The zero character cannot be part of a text."))
    incident = new_id("inc")
    logger.exception("request.failed", incident=incident, path=request.url.path, error=type(error).__name__)
    return problem(500, "Our fault", f"Something failed here; it is logged as {incident}.", "internal_error",
                   instance=f"urn:flowyte:incident:{incident}")  # fmt: skip


def _field(entry: Any) -> dict[str, str]:
    if not isinstance(entry, dict):
        return {"field": "body", "message": str(entry)}
    return {"field": str(entry.get("key") or "body"), "message": str(entry.get("message", ""))}


HANDLERS: dict[Any, Any] = {errors.FlowyteError: of_flowyte, HTTPException: of_framework, Exception: of_anything}
