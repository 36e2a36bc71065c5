"""An agent's knowledge: sources made, changed and removed, and what a question would find."""

from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.agents.store import get_agent
from flowyte.dashboard.agent_frame import frame_of, render_agent
from flowyte.dashboard.faq_text import faq_of, faq_text
from flowyte.dashboard.services import Pages, Viewer
from flowyte.kit.errors import FieldError, Invalid
from flowyte.knowledge import sources as verbs
from flowyte.knowledge.files import FORM_BYTES, MOST_BYTES, received
from flowyte.knowledge.gaps import coverage, open_gaps
from flowyte.knowledge.ingest import index_later
from flowyte.knowledge.model import Source, Website
from flowyte.knowledge.search import REJECT_BELOW, search

BASE = "/agents/{agent_id:str}/knowledge"
READ = {"scope": "knowledge:read"}
WRITE = {"scope": "knowledge:write"}
MOST_QUERY = 500
DAY_S = 86_400
BLANK = {
    "name": "",
    "text": "",
    "url": "",
    "pages": str(verbs.USUAL_PAGES),
    "days": str(verbs.USUAL_REFRESH_S // DAY_S),
}


@get(BASE, opt=READ, include_in_schema=False)
async def knowledge_page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, q: str = ""
) -> Response[str]:
    """With `q`, also what that question finds and whether it would be answered from it."""
    asked = q.strip()[:MOST_QUERY]
    embedding = await pages.embed(asked) if asked else None
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
        sources = await verbs.list_sources(tx, agent_id)
        gaps = (await open_gaps(tx)).get(agent_id, 0)
        scores = await coverage(tx, agent_id, pages.clock.now())
        found = (
            await search(tx, agent_id=agent_id, source_ids=None, query=asked, embedding=embedding, limit=3)
            if embedding is not None
            else ()
        )
    return render_agent(
        request, "knowledge.html", frame, "/knowledge", sources=sources, asked=asked, found=found, enough=REJECT_BELOW,
        gaps=gaps, scores=scores,
    )  # fmt: skip


@get(f"{BASE}/new", opt=WRITE, include_in_schema=False)
async def new_source_page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, kind: str = "faq"
) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
    values = {**BLANK, "kind": kind if kind in ("text", "file", "url") else "faq"}
    return render_agent(request, "source.html", frame, "/knowledge", source=None, values=values, error="")


@post(f"{BASE}/new", opt=WRITE, include_in_schema=False)
async def new_source(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[Any]:
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        async with pages.database.tenant(viewer) as tx:
            await get_agent(tx, agent_id)
            await pages.storage.check(tx)
            source = await verbs.create_source(
                tx, agent_id=agent_id, kind=form.get("kind", ""), name=form.get("name", ""), **_content(form)
            )
            await index_later(tx, source)
    except Invalid as error:
        async with pages.database.tenant(viewer) as tx:
            frame = await frame_of(tx, pages, agent_id)
        return render_agent(
            request,
            "source.html",
            frame,
            "/knowledge",
            status=400,
            source=None,
            values={**BLANK, **form},
            error=error.message,
        )
    return Redirect(f"/agents/{agent_id}/knowledge?done=added", status_code=303)


@post(f"{BASE}/files", opt=WRITE, include_in_schema=False, request_max_body_size=MOST_BYTES + FORM_BYTES)
async def new_file(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str) -> Response[Any]:
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
        await pages.storage.check(tx)
    name = ""
    try:
        form = await request.form()
        name, origin, text = await received(form.get("file"), form.get("name"))
        async with pages.database.tenant(viewer) as tx:
            source = await verbs.create_file_source(tx, agent_id=agent_id, name=name, origin=origin, content=text)
            await index_later(tx, source)
    except Invalid as error:
        words = error.fields[0].message if error.fields else error.message
        values = {**BLANK, "kind": "file", "name": name}
        return render_agent(
            request, "source.html", frame, "/knowledge", status=400, source=None, values=values, error=words
        )
    return Redirect(f"/agents/{agent_id}/knowledge?done=added", status_code=303)


@get(f"{BASE}/{{source_id:str}}", opt=READ, include_in_schema=False)
async def source_page(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, source_id: str
) -> Response[str]:
    async with pages.database.tenant(viewer) as tx:
        frame = await frame_of(tx, pages, agent_id)
        source = await verbs.get_source(tx, agent_id, source_id)
        pages_read = await verbs.list_pages(tx, agent_id, source_id) if source.kind == "url" else ()
    return render_agent(
        request, "source.html", frame, "/knowledge", source=source, values=_values(source), pages=pages_read, error=""
    )


@post(f"{BASE}/{{source_id:str}}", opt=WRITE, include_in_schema=False)
async def save_source(
    request: Request[Any, Any, Any], pages: Pages, viewer: Viewer, agent_id: str, source_id: str
) -> Response[Any]:
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        async with pages.database.tenant(viewer) as tx:
            await index_later(
                tx, await verbs.patch_source(tx, agent_id, source_id, name=form.get("name"), **_content(form))
            )
    except Invalid as error:
        async with pages.database.tenant(viewer) as tx:
            frame = await frame_of(tx, pages, agent_id)
            source = await verbs.get_source(tx, agent_id, source_id)
            pages_read = await verbs.list_pages(tx, agent_id, source_id)
        return render_agent(
            request, "source.html", frame, "/knowledge", status=400, source=source, values={**_values(source), **form},
            pages=pages_read, error=error.message,
        )  # fmt: skip
    return Redirect(f"/agents/{agent_id}/knowledge?done=saved", status_code=303)


@post(f"{BASE}/{{source_id:str}}/refresh", opt=WRITE, include_in_schema=False)
async def refresh_source(pages: Pages, viewer: Viewer, agent_id: str, source_id: str) -> Redirect:
    async with pages.database.tenant(viewer) as tx:
        await index_later(tx, await verbs.read_again(tx, agent_id, source_id))
    return Redirect(f"/agents/{agent_id}/knowledge?done=again", status_code=303)


@post(f"{BASE}/{{source_id:str}}/delete", opt=WRITE, include_in_schema=False)
async def delete_source(pages: Pages, viewer: Viewer, agent_id: str, source_id: str) -> Redirect:
    async with pages.database.tenant(viewer) as tx:
        await verbs.delete_source(tx, agent_id, source_id)
    return Redirect(f"/agents/{agent_id}/knowledge?done=deleted", status_code=303)


def _content(form: Mapping[str, str]) -> dict[str, Any]:
    if form.get("kind") == "file":  # its text is the file's
        return {}
    if form.get("kind") == "url":
        return {"website": _website(form)}
    text = form.get("text", "").replace("\r\n", "\n")
    return {"faq": faq_of(text)} if form.get("kind") == "faq" else {"content": text}


def _website(form: Mapping[str, str]) -> Website:
    """Invalid names the field that is no number."""
    pages, days = form.get("pages", "").strip(), form.get("days", "").strip()
    if not pages.isdigit() or len(pages) > 6:
        raise Invalid(fields=[FieldError(field="pages", message=f"a number between 1 and {verbs.MOST_PAGES}")])
    if days and (not days.isdigit() or len(days) > 6):
        raise Invalid(fields=[FieldError(field="days", message="a number of days, or nothing for never")])
    return Website(
        url=form.get("url", ""), most_pages=int(pages), refresh_s=int(days) * DAY_S if days.strip("0") else None
    )


def _values(source: Source) -> dict[str, str]:
    text = faq_text(source.faq) if source.kind == "faq" else source.content
    days = str(source.refresh_s // DAY_S) if source.refresh_s else ""
    return {"kind": source.kind, "name": source.name, "text": text, "url": source.url,
            "pages": str(source.most_pages), "days": days}  # fmt: skip


HANDLERS = [
    knowledge_page,
    new_source_page,
    new_source,
    new_file,
    source_page,
    save_source,
    refresh_source,
    delete_source,
]
