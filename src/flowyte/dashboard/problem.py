"""Errors as pages: what happened, whose fault it is, what to do next, and an id that is also in the log."""

from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from flowyte.dashboard.auth import SecondFactorNeeded, to_sign_in
from flowyte.dashboard.view import render
from flowyte.kit import errors, log
from flowyte.kit.ids import new_id

logger = log.get(__name__)


def of_flowyte(request: Request[Any, Any, Any], error: errors.FlowyteError) -> Response[str] | Redirect:
    if isinstance(error, errors.Unauthenticated):
        return to_sign_in()
    if isinstance(error, SecondFactorNeeded):
        return Redirect("/account", status_code=303)
    if isinstance(error, errors.NotFound):
        return _page(request, 404, "There is no such page", "It was deleted, or the address is not quite right.")
    if isinstance(error, errors.Forbidden):
        return _page(request, 403, "You may not do this", f"{error.message} Ask an owner of this organization.")
    if isinstance(error, errors.Invalid):
        return _page(request, 400, "This cannot be taken", error.message)
    if isinstance(error, errors.Conflict):
        return _page(request, 409, "This cannot be done now", error.message)
    if error.fault == "us":
        return of_anything(request, error)
    return _page(request, 502, "A connected service failed", error.message)


def of_framework(request: Request[Any, Any, Any], error: HTTPException) -> Response[str] | Redirect:
    if error.status_code == 404:
        return of_flowyte(request, errors.NotFound())
    return _page(request, error.status_code, "This cannot be taken", error.detail)


def of_anything(request: Request[Any, Any, Any], error: Exception) -> Response[str]:
    """The edge of a page: whatever else went wrong is logged under an id, which is all that is shown."""
    incident = new_id("inc")
    logger.exception("page.failed", incident=incident, path=request.url.path, error=type(error).__name__)
    detail = "It is our fault and it is logged. Try again; if it stays, look for the id in the log."
    return _page(request, 500, "Something failed here", detail, incident=incident)


def _page(
    request: Request[Any, Any, Any], status: int, title: str, detail: str, *, incident: str | None = None
) -> Response[str]:
    return render(request, "problem.html", status=status, title=title, detail=detail, incident=incident)


HANDLERS: dict[Any, Any] = {errors.FlowyteError: of_flowyte, HTTPException: of_framework, Exception: of_anything}
