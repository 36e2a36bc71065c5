"""docs/reference/who-may-do-what.md is what the routes say; `python -m tests.architecture.test_matrix` writes it."""

import re
from pathlib import Path

from litestar import Litestar

from flowyte.api.app import api_routes
from flowyte.tenancy.scopes import PUBLIC_SCOPES, ROLE_SCOPES

PAGE = Path(__file__).parents[2] / "docs/reference/who-may-do-what.md"
HEAD = """# Who may do what

Each operation of `/api/v1` needs one scope. A secret key holds the scopes that it was given; a member holds those of
their role; a publishable key, and a visitor who came by one, hold `chat:public` alone. `x:write` does not imply
`x:read`. Pages of the dashboard ask for the same scopes. What a role may do to other members is narrower than its
scope: see [members](../howto/members-and-sign-in.md).

This page is written from the routes, and a test compares the two.

"""
ROLES = tuple(ROLE_SCOPES)


def operations() -> list[tuple[str, str, str, str | None]]:
    """Scope, operation, method and path of everything that is served, None for what is open."""
    app = Litestar([api_routes()], openapi_config=None)
    return sorted(
        (
            (str(handler.operation_id), method, re.sub(r":\w+}", "}", route.path), handler.opt.get("scope"))
            for route in app.routes
            for handler in getattr(route, "route_handlers", ())
            for method in getattr(handler, "http_methods", ())
            if method not in ("OPTIONS", "HEAD")
        ),
        key=lambda entry: (entry[3] or "", entry[2], entry[1]),
    )


def document() -> str:
    head = ["operation", "", "scope", *ROLES, "publishable"]
    lines = [HEAD + "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for operation, method, path, scope in operations():
        marks = ["yes" if scope is None or scope in ROLE_SCOPES[role] else "" for role in ROLES]
        public = "yes" if scope is None or scope in PUBLIC_SCOPES else ""
        shown = f"`{scope}`" if scope else "open"
        lines.append(f"| {operation} | `{method} {path}` | {shown} | {' | '.join(marks)} | {public} |")
    return "\n".join(lines) + "\n"


def test_the_page_says_what_the_routes_say() -> None:
    """A new operation, a new scope or a role that changed is missed here until the page is written anew."""
    assert PAGE.read_text() == document(), "run: python -m tests.architecture.test_matrix"


if __name__ == "__main__":
    PAGE.write_text(document())
