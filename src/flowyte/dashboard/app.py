"""The pages as routes for a Litestar application."""

from litestar import Router
from litestar.di import Provide

from flowyte.dashboard import (
    account,
    agents,
    assets,
    audit,
    by_mail,
    conversations,
    draft,
    guardrails,
    home,
    keys,
    knowledge,
    members,
    messages,
    playbooks,
    sign_in,
    simulate,
    skills,
    talk,
    verification,
    verify,
    versions,
    website,
)  # fmt: skip
from flowyte.dashboard.auth import provide_pages, provide_viewer, require_session
from flowyte.dashboard.problem import HANDLERS

PAGES = (
    sign_in,
    home,
    agents,
    draft,
    versions,
    knowledge,
    skills,
    playbooks,
    guardrails,
    verification,
    website,
    simulate,
    talk,
    conversations,
    messages,
    keys,
    members,
    account,
    by_mail,
    audit,
    verify,
)
MAX_FORM_BYTES = 1 << 20  # a text source of 500,000 characters in a form's encoding


def page_routes() -> Router:
    return Router(
        "/",
        route_handlers=[assets.asset, *(handler for page in PAGES for handler in page.HANDLERS)],
        guards=[require_session],
        dependencies={"viewer": Provide(provide_viewer), "pages": Provide(provide_pages)},
        exception_handlers=HANDLERS,
        request_max_body_size=MAX_FORM_BYTES,
    )
