"""The job that makes what an operator wrote findable: cut it, embed it, replace what was there."""

import asyncio
from collections.abc import Sequence

from flowyte.jobs.queue import defer
from flowyte.kit.db import TenantTx
from flowyte.kit.ids import new_id
from flowyte.knowledge import store
from flowyte.knowledge.chunk import chunk_faq, chunk_text
from flowyte.knowledge.model import EDITION, EMBEDDING_MODEL, Chunk, Embedder, Source

INDEX_SOURCE = "index_source"  # the tasks' names in the queue
READ_WEBSITE = "read_website"
REFRESH_SOURCE = "refresh_source"
MOST_EMBEDDED = 256  # texts at once: between two batches a live call's question gets its turn


async def begin_indexing(tx: TenantTx, source_id: str) -> Source | None:
    """Show `indexing` while the job runs: in a transaction of its own, before `index_source` or `read_website`.

    The source has the claim of this reading; whoever held it before has lost it. None when it was deleted.
    """
    return await store.begin_reading(tx, source_id, new_id("rdg"))


async def index_source(tx: TenantTx, embedder: Embedder, source_id: str) -> Source | None:
    """Index a source; running it again changes nothing but the chunk ids. None when it was deleted meanwhile.

    The old chunks are found until this transaction commits, so a live conversation never meets an empty source. What
    was embedded before is not embedded again: an entry that is added to a thousand costs one.
    """
    source = await store.read_source(tx, source_id, lock=True)
    if source is None:
        return None
    chunks = _chunks(source)
    if not chunks:
        await store.set_status(tx, source_id, "failed", error="There is no text in this source.")
        return await store.read_source(tx, source_id)
    probes = [probe for chunk in chunks for probe in chunk.probes]
    known = await store.read_vectors(tx, source_id) if source.embedding_model == EMBEDDING_MODEL else {}
    new = [probe for probe in dict.fromkeys(probes) if probe not in known]
    known |= zip(new, await embedded(embedder, new), strict=True)
    vectors = [known[probe] for probe in probes]
    await store.replace_chunks(tx, source_id, [(new_id("chk"), chunk) for chunk in chunks], vectors)
    await store.set_status(
        tx, source_id, "indexed", current=len(chunks), total=len(chunks), model=EMBEDDING_MODEL, edition=EDITION
    )  # fmt: skip
    return await store.read_source(tx, source_id)


async def index_later(tx: TenantTx, source: Source) -> None:
    """What a source waits for, in the same transaction as the change that made it wait: to be read now, each change by
    a job of its own, or to be read again at its time."""
    if source.status == "pending":
        task = READ_WEBSITE if source.kind == "url" else INDEX_SOURCE
        await defer(tx, task, source.id, of=source.updated_at.isoformat())
    elif source.refresh_at:
        await defer(tx, REFRESH_SOURCE, source.id, of=source.refresh_at.isoformat(), at=source.refresh_at)


async def index_again(tx: TenantTx) -> None:
    """After an upgrade that cuts sources differently. A website is cut anew when it is next read: that somebody else's
    server is asked is for its owner to say."""
    for source in await store.read_sources_before(tx, EDITION):
        await defer(tx, INDEX_SOURCE, source.id, of=f"edition {EDITION}")


async def embedded(embedder: Embedder, texts: Sequence[str]) -> list[list[float]]:
    """A vector a text, off the event loop."""
    vectors: list[list[float]] = []
    for start in range(0, len(texts), MOST_EMBEDDED):
        vectors += (await asyncio.to_thread(embedder.embed, list(texts[start : start + MOST_EMBEDDED]))).tolist()
    return vectors


def _chunks(source: Source) -> tuple[Chunk, ...]:
    return chunk_faq(source.faq) if source.kind == "faq" else chunk_text(source.content, name=source.name)
