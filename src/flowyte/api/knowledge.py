"""/agents/{id}/knowledge: sources and a look at what a question finds."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, Router, delete, get, patch, post

from flowyte.agents.store import get_agent
from flowyte.api.agents import Input
from flowyte.api.services import ApiServices, Asker, Services
from flowyte.api.shape import one
from flowyte.kit.db import TenantTx
from flowyte.knowledge import sources as verbs
from flowyte.knowledge.files import FORM_BYTES, MOST_BYTES, received
from flowyte.knowledge.gaps import coverage
from flowyte.knowledge.ingest import index_later
from flowyte.knowledge.model import Source, Website
from flowyte.knowledge.search import REJECT_BELOW, search

BASE = "/agents/{agent_id:str}/knowledge"


class NewSource(Input):
    """`url`, `maxPages` and `refreshSeconds` (null: never by itself) are for the kind `url`."""

    kind: str
    name: str
    content: str | None = None
    faq: list[dict[str, Any]] | None = None
    url: str | None = None
    max_pages: int = verbs.USUAL_PAGES
    refresh_seconds: int | None = verbs.USUAL_REFRESH_S


class SourceChange(Input):
    name: str | None = None
    content: str | None = None
    faq: list[dict[str, Any]] | None = None
    url: str | None = None
    max_pages: int | None = None
    refresh_seconds: int | msgspec.UnsetType | None = msgspec.UNSET


class Preview(Input):
    query: str
    source_ids: list[str] | None = None


async def shown(tx: TenantTx, services: ApiServices, source: Source) -> dict[str, Any]:
    return _shown(source, await coverage(tx, source.agent_id, services.clock.now()))


def _shown(source: Source, scores: Mapping[str, float] | None) -> dict[str, Any]:
    """`scores` as `gaps.coverage` gives them: none before anything was asked, 0 for a source that answered nothing."""
    return {
        "id": source.id,
        "agentId": source.agent_id,
        "kind": source.kind,
        "name": source.name,
        "fileName": source.origin or None,
        **(_website(source) if source.kind == "url" else {}),
        "status": source.status,
        "progress": {"current": source.progress_current, "total": source.progress_total},
        "chunkCount": source.chunk_count,
        "coverageScore": None if scores is None else scores.get(source.id, 0.0),
        "embeddingModel": source.embedding_model,
        "errorMessage": source.error_message,
        "createdAt": source.created_at,
        "updatedAt": source.updated_at,
    }


def _website(source: Source) -> dict[str, Any]:
    return {
        "url": source.url,
        "maxPages": source.most_pages,
        "refreshSeconds": source.refresh_s,
        "refreshAt": source.refresh_at,
        "readAt": source.read_at,
        "lastChange": dict(source.last_change),
    }


@get(f"{BASE}/sources", opt={"scope": "knowledge:read"}, operation_id="listSources")
async def list_sources(services: Services, principal: Asker, agent_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        found = await verbs.list_sources(tx, agent_id)
        scores = await coverage(tx, agent_id, services.clock.now())
    return {
        "success": True,
        "data": [_shown(source, scores) for source in found],
        "pagination": {"limit": 100, "nextCursor": None, "total": len(found)},
    }


@post(f"{BASE}/sources", opt={"scope": "knowledge:write"}, operation_id="createSource")
async def create_source(services: Services, principal: Asker, agent_id: str, data: NewSource) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        await services.storage.check(tx)
        source = await verbs.create_source(
            tx, agent_id=agent_id, kind=data.kind, name=data.name, content=data.content, faq=data.faq,
            website=Website(url=data.url or "", most_pages=data.max_pages, refresh_s=data.refresh_seconds),
        )  # fmt: skip
        await index_later(tx, source)
        return one(await shown(tx, services, source))


@post(
    f"{BASE}/files", opt={"scope": "knowledge:write"}, operation_id="createFileSource",
    request_max_body_size=MOST_BYTES + FORM_BYTES,
)  # fmt: skip
async def create_file_source(
    request: Request[Any, Any, Any], services: Services, principal: Asker, agent_id: str
) -> dict[str, Any]:
    """A form (`multipart/form-data`) with `file`, and `name` where the source is to be called otherwise. The file is
    read at once: what cannot be read is refused here; PDF, DOCX, HTML, Markdown, text and CSV can."""
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        await services.storage.check(tx)
    form = await request.form()
    name, origin, text = await received(form.get("file"), form.get("name"))
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        source = await verbs.create_file_source(tx, agent_id=agent_id, name=name, origin=origin, content=text)
        await index_later(tx, source)
        return one(await shown(tx, services, source))


@get(f"{BASE}/sources/{{source_id:str}}", opt={"scope": "knowledge:read"}, operation_id="getSource")
async def get_source(services: Services, principal: Asker, agent_id: str, source_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        source = await verbs.get_source(tx, agent_id, source_id)
        told = await shown(tx, services, source)
    faq = [{"question": f.question, "alternatives": list(f.alternatives), "answer": f.answer} for f in source.faq]
    content = {"content": source.content, "faq": faq}
    return one({**told, **content})


@patch(f"{BASE}/sources/{{source_id:str}}", opt={"scope": "knowledge:write"}, operation_id="updateSource")
async def update_source(
    services: Services, principal: Asker, agent_id: str, source_id: str, data: SourceChange
) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        website = _changed(data, await verbs.get_source(tx, agent_id, source_id))
        source = await verbs.patch_source(
            tx, agent_id, source_id, name=data.name, content=data.content, faq=data.faq, website=website
        )
        await index_later(tx, source)
        return one(await shown(tx, services, source))


def _changed(data: SourceChange, source: Source) -> Website | None:
    """The website as it shall be; None when nothing of it was sent."""
    if data.url is None and data.max_pages is None and data.refresh_seconds is msgspec.UNSET:
        return None
    return Website(
        url=source.url if data.url is None else data.url,
        most_pages=source.most_pages if data.max_pages is None else data.max_pages,
        refresh_s=source.refresh_s if isinstance(data.refresh_seconds, msgspec.UnsetType) else data.refresh_seconds,
    )


@post(
    f"{BASE}/sources/{{source_id:str}}/refresh", opt={"scope": "knowledge:write"}, operation_id="refreshSource",
    status_code=200,
)  # fmt: skip
async def refresh_source(services: Services, principal: Asker, agent_id: str, source_id: str) -> dict[str, Any]:
    """Read it again now: a website from the web, any other source from what is kept of it."""
    async with services.database.tenant(principal) as tx:
        source = await verbs.read_again(tx, agent_id, source_id)
        await index_later(tx, source)
        return one(await shown(tx, services, source))


@get(f"{BASE}/sources/{{source_id:str}}/pages", opt={"scope": "knowledge:read"}, operation_id="listSourcePages")
async def list_pages(services: Services, principal: Asker, agent_id: str, source_id: str) -> dict[str, Any]:
    """Of a website: each page as of the last reading, with the reason where it could not be read."""
    async with services.database.tenant(principal) as tx:
        pages = await verbs.list_pages(tx, agent_id, source_id)
    data = [
        {"url": p.url, "title": p.title, "characters": p.characters, "errorMessage": p.missed, "readAt": p.read_at}
        for p in pages
    ]
    return {"success": True, "data": data, "pagination": {"limit": 200, "nextCursor": None, "total": len(data)}}


@delete(
    f"{BASE}/sources/{{source_id:str}}", opt={"scope": "knowledge:write"}, operation_id="deleteSource", status_code=200
)
async def delete_source(services: Services, principal: Asker, agent_id: str, source_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        await verbs.delete_source(tx, agent_id, source_id)
    return one({"id": source_id, "deleted": True})


@post(f"{BASE}/preview", opt={"scope": "knowledge:read"}, operation_id="previewKnowledge", status_code=200)
async def preview(services: Services, principal: Asker, agent_id: str, data: Preview) -> dict[str, Any]:
    embedding = await services.embed(data.query)
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        found = await search(tx, agent_id=agent_id, source_ids=data.source_ids, query=data.query, embedding=embedding)
    chunks = [
        {
            "id": p.chunk_id,
            "sourceId": p.source_id,
            "question": p.title,
            "answer": p.text,
            "context": p.whole,
            "similarity": p.likeness,
            "sureness": p.score,
            "sourceUrl": p.url or None,
        }  # fmt: skip
        for p in found
    ]
    top = found[0].score if found else 0.0
    doubt = found[0].doubt if found else ""
    return one({"chunks": chunks, "topScore": top, "answered": top >= REJECT_BELOW, "doubt": doubt or None})


ROUTES = Router(
    "/",
    route_handlers=[
        list_sources, create_source, create_file_source, get_source, update_source, refresh_source, list_pages,
        delete_source, preview,
    ],
)  # fmt: skip
