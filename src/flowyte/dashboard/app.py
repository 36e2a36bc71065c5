"""The pages as routes for a Litestar application."""

from litestar import Router
from litestar.di import Provide

from flowyte.dashboard import (
    account,
    agents,
    assets,
    audit,
    by_mail,
    centre,
    conversations,
    draft,
    gaps,
    guardrails,
    home,
    keys,
    knowledge,
    members,
    messages,
    papers,
    playbooks,
    privacy,
    receipts,
    schemas,
    sign_in,
    simulate,
    skills,
    talk,
    trust,
    verification,
    verify,
    versions,
    webhooks,
    website,
    widget,
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
    gaps,
    skills,
    playbooks,
    schemas,
    guardrails,
    verification,
    website,
    widget,
    simulate,
    talk,
    conversations,
    messages,
    keys,
    members,
    account,
    by_mail,
    audit,
    webhooks,
    privacy,
    receipts,
    trust,
    verify,
    papers,
    centre,
)
MAX_FORM_BYTES = 1 << 20  # a text source of 500,000 characters in a form's encoding


def page_routes() -> Router:
    return Router(
        "/",
        route_handlers=[assets.asset, assets.loader, *(handler for page in PAGES for handler in page.HANDLERS)],
        guards=[require_session],
        dependencies={"viewer": Provide(provide_viewer), "pages": Provide(provide_pages)},
        exception_handlers=HANDLERS,
        request_max_body_size=MAX_FORM_BYTES,
    )
