"""The API as routes for a Litestar application: what every operation shares is attached here."""

from typing import Any

from litestar import Router, get
from litestar.di import Provide
from litestar.enums import MediaType

from flowyte.api import (
    agents,
    audit,
    chat,
    conversations,
    gaps,
    guardrails,
    keys,
    knowledge,
    messages,
    numbers,
    people,
    playbooks,
    privacy,
    publishable,
    receipts,
    sign_in,
    simulate,
    skills,
    trust,
    voices,
    webhooks,
    widget,
    widget_settings,
)
from flowyte.api.auth import provide_principal, provide_services, require_scope
from flowyte.api.headers import Close, TellLimits
from flowyte.api.idempotency import KeepFirstAnswer, before_request
from flowyte.api.problem import HANDLERS

MAX_BODY_BYTES = 1 << 20  # the largest sensible draft or text source is a tenth of this


@get("/healthz", opt={"public": "tells only that the process serves"}, media_type=MediaType.JSON, operation_id="health")
async def health() -> dict[str, bool]:
    return {"ok": True}


async def _guard(connection: Any, handler: Any) -> None:
    if "public" not in handler.opt and connection.scope["method"] != "OPTIONS":  # which tells the methods alone
        await require_scope(connection, handler)


def api_routes() -> Router:
    return Router(
        "/api/v1",
        route_handlers=[
            health,
            agents.ROUTES,
            audit.ROUTES,
            guardrails.ROUTES,
            keys.ROUTES,
            numbers.ROUTES,
            people.ROUTES,
            playbooks.ROUTES,
            privacy.ROUTES,
            simulate.ROUTES,
            publishable.ROUTES,
            sign_in.ROUTES,
            skills.ROUTES,
            trust.ROUTES,
            knowledge.ROUTES,
            gaps.ROUTES,
            voices.ROUTES,
            conversations.ROUTES,
            receipts.ROUTES,
            messages.ROUTES,
            chat.ROUTES,
            widget.ROUTES,
            webhooks.ROUTES,
            widget_settings.ROUTES,
        ],  # fmt: skip
        guards=[_guard],
        before_request=before_request,
        middleware=[Close(), TellLimits(), KeepFirstAnswer()],
        dependencies={
            "principal": Provide(provide_principal),
            "services": Provide(provide_services),
        },
        exception_handlers=HANDLERS,
        request_max_body_size=MAX_BODY_BYTES,
    )
