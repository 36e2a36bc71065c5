"""The audit log as a page."""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import QueryParameter

from flowyte.dashboard.services import Pages, Viewer
from flowyte.dashboard.view import render
from flowyte.tenancy import audit

A_PAGE = 50
Word = Annotated[str, QueryParameter(max_length=120)]
KINDS = (
    "agents", "agent_versions", "skills", "knowledge_sources", "conversations", "recordings", "messages", "api_keys",
    "sessions", "sign_in_links", "organizations", "audit",
)  # fmt: skip


@get("/audit", opt={"scope": "audit:read"}, include_in_schema=False)
async def audit_page(
    request: Request[Any, Any, Any],
    pages: Pages,
    viewer: Viewer,
    action: Word = "",
    actor: Word = "",
    object_: Annotated[str, QueryParameter(name="object", max_length=120)] = "",
    before: Word = "",
) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        found = await audit.events(
            tx,
            action=action or None,
            actor=actor or None,
            object=object_ or None,
            before=before or None,
            limit=A_PAGE + 1,
        )
        if not before:  # the pages that follow belong to the same reading
            await audit.note(tx, "audit.read", "")
    more = found[A_PAGE - 1].id if len(found) > A_PAGE else None
    asked = {"action": action, "actor": actor, "object": object_}
    return render(request, "audit.html", found=found[:A_PAGE], more=more, asked=asked, kinds=KINDS)


HANDLERS = [audit_page]
