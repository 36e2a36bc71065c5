"""The job that makes a source findable: cut it, embed it, replace what was there."""

import asyncio

from flowyte.kit.db import TenantTx
from flowyte.kit.ids import new_id
from flowyte.knowledge import store
from flowyte.knowledge.chunk import chunk_faq, chunk_text
from flowyte.knowledge.model import EMBEDDING_MODEL, Chunk, Embedder, Source

INDEX_SOURCE = "index_source"  # the task's name in the queue


async def begin_indexing(tx: TenantTx, source_id: str) -> None:
    """Show `indexing` while the job runs: in a transaction of its own, before `index_source`."""
    await store.set_status(tx, source_id, "indexing")


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
    vectors = await asyncio.to_thread(embedder.embed, probes)
    await store.replace_chunks(tx, source_id, [(new_id("chk"), chunk) for chunk in chunks], vectors.tolist())
    await store.set_status(
        tx, source_id, "indexed", current=len(chunks), total=len(chunks), model=EMBEDDING_MODEL
    )  # fmt: skip
    return await store.read_source(tx, source_id)


def _chunks(source: Source) -> tuple[Chunk, ...]:
    return chunk_faq(source.faq) if source.kind == "faq" else chunk_text(source.content, name=source.name)
