"""/agents/{id}/knowledge: sources and a look at what a question finds."""

from typing import Any

from litestar import Request, Router, delete, get, patch, post

from flowyte.agents.store import get_agent
from flowyte.api.agents import Input
from flowyte.api.services import Asker, Services
from flowyte.api.shape import one
from flowyte.jobs.queue import defer
from flowyte.knowledge import sources as verbs
from flowyte.knowledge.files import FORM_BYTES, MOST_BYTES, received
from flowyte.knowledge.ingest import INDEX_SOURCE
from flowyte.knowledge.model import Source
from flowyte.knowledge.search import REJECT_BELOW, search

BASE = "/agents/{agent_id:str}/knowledge"


class NewSource(Input):
    kind: str
    name: str
    content: str | None = None
    faq: list[dict[str, Any]] | None = None


class SourceChange(Input):
    name: str | None = None
    content: str | None = None
    faq: list[dict[str, Any]] | None = None


class Preview(Input):
    query: str
    source_ids: list[str] | None = None


def shown(source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "agentId": source.agent_id,
        "kind": source.kind,
        "name": source.name,
        "fileName": source.origin or None,
        "status": source.status,
        "progress": {"current": source.progress_current, "total": source.progress_total},
        "chunkCount": source.chunk_count,
        "embeddingModel": source.embedding_model,
        "errorMessage": source.error_message,
        "createdAt": source.created_at,
        "updatedAt": source.updated_at,
    }


@get(f"{BASE}/sources", opt={"scope": "knowledge:read"}, operation_id="listSources")
async def list_sources(services: Services, principal: Asker, agent_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        found = await verbs.list_sources(tx, agent_id)
    return {
        "success": True,
        "data": [shown(source) for source in found],
        "pagination": {"limit": 100, "nextCursor": None, "total": len(found)},
    }


@post(f"{BASE}/sources", opt={"scope": "knowledge:write"}, operation_id="createSource")
async def create_source(services: Services, principal: Asker, agent_id: str, data: NewSource) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        await services.storage.check(tx)
        source = await verbs.create_source(
            tx, agent_id=agent_id, kind=data.kind, name=data.name, content=data.content, faq=data.faq
        )
        await defer(tx, INDEX_SOURCE, source.id)
    return one(shown(source))


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
        await defer(tx, INDEX_SOURCE, source.id)
    return one(shown(source))


@get(f"{BASE}/sources/{{source_id:str}}", opt={"scope": "knowledge:read"}, operation_id="getSource")
async def get_source(services: Services, principal: Asker, agent_id: str, source_id: str) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        source = await verbs.get_source(tx, agent_id, source_id)
    faq = [{"question": f.question, "alternatives": list(f.alternatives), "answer": f.answer} for f in source.faq]
    content = {"content": source.content, "faq": faq}
    return one({**shown(source), **content})


@patch(f"{BASE}/sources/{{source_id:str}}", opt={"scope": "knowledge:write"}, operation_id="updateSource")
async def update_source(
    services: Services, principal: Asker, agent_id: str, source_id: str, data: SourceChange
) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        source = await verbs.patch_source(tx, agent_id, source_id, name=data.name, content=data.content, faq=data.faq)
        await defer(tx, INDEX_SOURCE, source.id)
    return one(shown(source))


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
        {"id": p.chunk_id, "sourceId": p.source_id, "question": p.title, "answer": p.text, "similarity": p.score}
        for p in found
    ]
    top = found[0].score if found else 0.0
    return one({"chunks": chunks, "topScore": top, "answered": top >= REJECT_BELOW})


ROUTES = Router(
    "/",
    route_handlers=[
        list_sources, create_source, create_file_source, get_source, update_source, delete_source, preview,
    ],
)  # fmt: skip
