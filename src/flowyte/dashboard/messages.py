"""Messages that callers left, and ticking them off."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from flowyte.dashboard.services import Pages, Viewer
from flowyte.dashboard.view import render
from flowyte.skills import messages as verbs

A_PAGE = 25


@get("/messages", opt={"scope": "analytics:read"}, include_in_schema=False)
async def messages_page(
    request: Request[Any, Any, Any],
    pages: Pages,
    viewer: Viewer,
    before: Annotated[str, QueryParameter(max_length=40)] = "",
) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        found, more = await verbs.list_messages(tx, pages.sealer, limit=A_PAGE, cursor=before or None)
    return render(request, "messages.html", found=found, more=more, paged=bool(before))


@post("/messages/{message_id:str}", opt={"scope": "analytics:write"}, include_in_schema=False)
async def tick(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, message_id: str) -> Redirect:
    read = (await request.form()).get("status") == "read"
    async with pages.database.tenant(viewer) as tx:
        await verbs.mark_read(tx, pages.sealer, message_id, read=read)
    return Redirect("/messages", status_code=303)


HANDLERS = [messages_page, tick]
