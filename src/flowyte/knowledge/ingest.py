"""The jobs that make a source findable: read it where it stands elsewhere, cut it, embed it, replace what was there."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from flowyte.egress.client import Denied
from flowyte.jobs.queue import defer
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Invalid, VendorFailed
from flowyte.kit.ids import new_id
from flowyte.knowledge import store
from flowyte.knowledge.chunk import chunk_faq, chunk_text
from flowyte.knowledge.crawl import Asks, Crawl, Manners, crawl
from flowyte.knowledge.model import EMBEDDING_MODEL, Chunk, Embedder, Source
from flowyte.tenancy.principal import Principal

INDEX_SOURCE = "index_source"  # the tasks' names in the queue
REFRESH_SOURCE = "refresh_source"
MOST_EMBEDDED = 256  # texts at once: between two batches a live call's question gets its turn


async def begin_indexing(tx: TenantTx, source_id: str) -> Source | None:
    """Show `indexing` while the job runs: in a transaction of its own, before `index_source` or `read_website`."""
    await store.set_status(tx, source_id, "indexing")
    return await store.read_source(tx, source_id)


async def index_source(tx: TenantTx, embedder: Embedder, source_id: str) -> Source | None:
    """Index a source; running it again changes nothing but the chunk ids. None when it was deleted meanwhile.

    The old chunks are found until this transaction commits, so a live conversation never meets an empty source.
    """
    source = await store.read_source(tx, source_id, lock=True)
    if source is None:
        return None
    chunks = _chunks(source)
    if not chunks:
        await store.set_status(tx, source_id, "failed", error="There is no text in this source.")
        return await store.read_source(tx, source_id)
    probes = [probe for chunk in chunks for probe in chunk.probes]
    vectors = await _embedded(embedder, probes)
    await store.replace_chunks(tx, source_id, [(new_id("chk"), chunk) for chunk in chunks], vectors)
    await store.set_status(
        tx, source_id, "indexed", current=len(chunks), total=len(chunks), model=EMBEDDING_MODEL
    )  # fmt: skip
    return await store.read_source(tx, source_id)


async def read_website(
    database: Database, owner: Principal, asks: Asks, embedder: Embedder, source: Source, manners: Manners | None = None
) -> None:
    """Crawl, then replace what changed. Pages that are the same, or could not be read, keep their chunks."""

    async def told(current: int, total: int) -> None:
        async with database.tenant(owner) as tx:
            await store.set_status(tx, source.id, "indexing", current=current, total=total)

    try:
        found = await crawl(asks, source.url, source.most_pages, told, manners)
        if not found.pages:
            raise Invalid("There is no text on these pages.")
    except (Invalid, Denied, VendorFailed) as error:
        async with database.tenant(owner) as tx:
            await store.set_status(tx, source.id, "failed", error=error.message[:500])
            await store.try_again_later(tx, source.id)
            await _schedule(tx, source.id)
        return
    async with database.tenant(owner) as tx:
        kept = {page.url: page.digest for page in await store.read_pages(tx, source.id)}
    new = [page for page in found.pages if kept.get(page.url) != page.digest]
    chunks = [(new_id("chk"), replace(chunk, url=page.url)) for page in new
              for chunk in chunk_text(page.text, name=page.title or source.name)]  # fmt: skip
    vectors = await _embedded(embedder, [probe for _, chunk in chunks for probe in chunk.probes])
    async with database.tenant(owner) as tx:
        if await store.read_source(tx, source.id, lock=True) is None:
            return  # deleted meanwhile
        gone = _gone(kept, found)
        await store.drop_chunks_of(tx, source.id, [*gone, *(page.url for page in new)])
        await store.drop_pages(tx, source.id, gone)
        for page in found.pages:
            await store.keep_page(
                tx, source.id, page.url, title=page.title, digest=page.digest, characters=len(page.text)
            )
        for missed in found.missed:
            if not missed.gone:
                await store.miss_page(tx, source.id, missed.url, missed.reason)
        await store.add_chunks(tx, source.id, chunks, vectors)
        changes = {
            "added": sum(kept.get(page.url) is None for page in new),
            "changed": sum(kept.get(page.url) is not None for page in new),
            "removed": sum(kept[url] is not None for url in gone),
            "unchanged": len(found.pages) - len(new),
        }
        await store.finish_reading(tx, source.id, changes, model=EMBEDDING_MODEL, error=_told_of(found, source))
        await _schedule(tx, source.id)


def _gone(kept: Mapping[str, bytes | None], found: Crawl) -> list[str]:
    """Pages that were there and are not: told so by the site, or linked no more. Where the reading ended early, or a
    page with links could not be read, what was not met may still be there."""
    met = {page.url for page in found.pages}
    gone = {missed.url for missed in found.missed if missed.gone}
    unread = {missed.url for missed in found.missed if not missed.gone}
    if found.cut or unread:
        return sorted(gone & set(kept))
    return sorted(set(kept) - met)


def _told_of(found: Crawl, source: Source) -> str | None:
    """What the owner should know though it went well."""
    unread = sum(not missed.gone for missed in found.missed)
    words = [f"{unread} of its pages could not be read."] if unread else []
    words += [f"There are more pages than the {source.most_pages} that are read."] if found.cut else []
    return " ".join(words) or None


async def _schedule(tx: TenantTx, source_id: str) -> None:
    source = await store.read_source(tx, source_id)
    if source and source.refresh_at:
        await defer(tx, REFRESH_SOURCE, source.id, of=source.refresh_at.isoformat(), at=source.refresh_at)


async def refresh_source(tx: TenantTx, clock: Clock, source_id: str) -> None:
    """The time that was set has come: read it again, unless it was set anew meanwhile."""
    source = await store.read_source(tx, source_id, lock=True)
    if source and source.refresh_at and source.refresh_at <= clock.now():
        waiting = await store.update_source(tx, replace(source, status="pending", refresh_at=None))
        await index_later(tx, waiting)


async def index_later(tx: TenantTx, source: Source) -> None:
    """In the same transaction as the change. Each change has a job of its own, also while another runs."""
    await defer(tx, INDEX_SOURCE, source.id, of=source.updated_at.isoformat())


async def _embedded(embedder: Embedder, texts: Sequence[str]) -> list[list[float]]:
    vectors: list[list[float]] = []
    for start in range(0, len(texts), MOST_EMBEDDED):
        vectors += (await asyncio.to_thread(embedder.embed, list(texts[start : start + MOST_EMBEDDED]))).tolist()
    return vectors


def _chunks(source: Source) -> tuple[Chunk, ...]:
    return chunk_faq(source.faq) if source.kind == "faq" else chunk_text(source.content, name=source.name)
