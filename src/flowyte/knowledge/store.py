"""All SQL of knowledge but the search itself, which has a file of its own."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from flowyte.kit.db import TenantTx
from flowyte.knowledge.model import Chunk, Faq, KeptPage, Kind, Source, Status, Website

# Chunks listed under a word: one that stands in more of them says little about which is meant.
MOST_LISTED = 500

Row = Any  # a database record: read by name here and nowhere else

_COLUMNS = (
    "id, agent_id, kind, name, content, faq, status, progress_current, progress_total, chunk_count, "
    "embedding_model, edition, error_message, origin, url, most_pages, refresh_s, refresh_at, read_at, last_change, "
    "reading, created_at, updated_at"
)


async def insert_source(
    tx: TenantTx, *, id: str, agent_id: str, kind: Kind, name: str, content: str = "", faq: Sequence[Faq] = (),
    origin: str = "", website: Website | None = None,
) -> Source:  # fmt: skip
    site = website or Website(url="", most_pages=1, refresh_s=None)
    row = await tx.fetchrow(
        f"INSERT INTO knowledge_sources "
        f"(org_id, id, agent_id, kind, name, content, faq, origin, url, most_pages, refresh_s) "
        f"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING {_COLUMNS}",
        tx.org, id, agent_id, kind, name, content, _plain(faq), origin, site.url, site.most_pages, site.refresh_s,
    )  # fmt: skip
    return _source(row)


async def read_source(tx: TenantTx, source_id: str, *, lock: bool = False) -> Source | None:
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM knowledge_sources WHERE org_id = $1 AND id = $2{' FOR UPDATE' if lock else ''}",
        tx.org,
        source_id,
    )
    return _source(row) if row else None


async def read_sources(tx: TenantTx, agent_id: str) -> tuple[Source, ...]:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM knowledge_sources WHERE org_id = $1 AND agent_id = $2 ORDER BY created_at, id",
        tx.org,
        agent_id,
    )
    return tuple(_source(row) for row in rows)


async def read_sources_before(tx: TenantTx, edition: int) -> tuple[Source, ...]:
    """What was written here, and was indexed by an older edition of the cutting."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM knowledge_sources "
        "WHERE org_id = $1 AND status = 'indexed' AND kind <> 'url' AND edition < $2 ORDER BY id",
        tx.org,
        edition,
    )
    return tuple(_source(row) for row in rows)


async def update_source(tx: TenantTx, source: Source) -> Source:
    """Writes what an owner can change, and the status that follows from it; `pending` takes a reading its claim."""
    row = await tx.fetchrow(
        f"UPDATE knowledge_sources SET name = $3, content = $4, faq = $5, status = $6, error_message = $7, url = $8, "
        f"most_pages = $9, refresh_s = $10, refresh_at = $11, updated_at = now(), "
        f"reading = CASE WHEN $6 = 'pending' THEN NULL ELSE reading END "
        f"WHERE org_id = $1 AND id = $2 RETURNING {_COLUMNS}",
        tx.org, source.id, source.name, source.content, _plain(source.faq), source.status, source.error_message,
        source.url, source.most_pages, source.refresh_s, source.refresh_at,
    )  # fmt: skip
    return _source(row)


async def delete_source(tx: TenantTx, source_id: str) -> bool:
    status = await tx.execute("DELETE FROM knowledge_sources WHERE org_id = $1 AND id = $2", tx.org, source_id)
    return status == "DELETE 1"


async def set_status(
    tx: TenantTx, source_id: str, status: Status, *, current: int = 0, total: int = 0,
    model: str | None = None, edition: int | None = None, error: str | None = None,
) -> None:  # fmt: skip
    """`current` and `total` are chunks."""
    await tx.execute(
        "UPDATE knowledge_sources SET status = $3, progress_current = $4, progress_total = $5, "
        "chunk_count = CASE WHEN $3 = 'indexed' THEN $4 ELSE chunk_count END, "
        "embedding_model = coalesce($6, embedding_model), edition = coalesce($7, edition), error_message = $8, "
        "updated_at = now() "
        "WHERE org_id = $1 AND id = $2",
        tx.org, source_id, status, current, total, model, edition, error,
    )  # fmt: skip


async def replace_chunks(
    tx: TenantTx, source_id: str, chunks: Sequence[tuple[str, Chunk]], vectors: Sequence[Sequence[float]]
) -> None:
    """`chunks` with their new ids; `vectors` of all their probes, in order. The old ones go in the same transaction."""
    await tx.execute("DELETE FROM knowledge_chunks WHERE org_id = $1 AND source_id = $2", tx.org, source_id)
    await add_chunks(tx, source_id, chunks, vectors)


async def add_chunks(
    tx: TenantTx, source_id: str, chunks: Sequence[tuple[str, Chunk]], vectors: Sequence[Sequence[float]]
) -> None:
    await tx.executemany(
        "INSERT INTO knowledge_chunks (org_id, id, source_id, position, title, body, url, words) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, to_tsvector('english', $8))",
        [
            (tx.org, id, source_id, place, chunk.title, chunk.text, chunk.url,
             " ".join((chunk.title, chunk.text, *chunk.probes)))
            for place, (id, chunk) in enumerate(chunks)
        ],
    )  # fmt: skip
    probes = [(id, number, asked) for id, chunk in chunks for number, asked in enumerate(chunk.probes)]
    await tx.executemany(
        "INSERT INTO knowledge_probes (org_id, source_id, chunk_id, number, asked, embedding) "
        "VALUES ($1, $2, $3, $4, $5, $6::text::halfvec)",
        [(tx.org, source_id, *probe, vector_text(vector)) for probe, vector in zip(probes, vectors, strict=True)],
    )
    await count_terms(tx, source_id)


async def count_terms(tx: TenantTx, source_id: str) -> None:
    """In which chunks each word of the source stands, anew."""
    await tx.execute("DELETE FROM knowledge_terms WHERE org_id = $1 AND source_id = $2", tx.org, source_id)
    await tx.execute(
        "INSERT INTO knowledge_terms (org_id, source_id, term, chunks, chunk_ids) "
        "SELECT $1, $2, t.term, count(*), CASE WHEN count(*) <= $3 THEN array_agg(c.id) END "
        "FROM knowledge_chunks c CROSS JOIN LATERAL unnest(tsvector_to_array(c.words)) AS t (term) "
        "WHERE c.org_id = $1 AND c.source_id = $2 GROUP BY t.term",
        tx.org, source_id, MOST_LISTED,
    )  # fmt: skip


async def read_vectors(tx: TenantTx, source_id: str) -> dict[str, list[float]]:
    """By their text, of all probes of a source."""
    rows = await tx.fetch(
        "SELECT p.asked, p.embedding::text AS vector FROM knowledge_probes p "
        "JOIN knowledge_chunks c ON c.org_id = p.org_id AND c.id = p.chunk_id "
        "WHERE c.org_id = $1 AND c.source_id = $2",
        tx.org, source_id,
    )  # fmt: skip
    return {row["asked"]: msgspec.json.decode(row["vector"], type=list[float]) for row in rows}


async def read_pages(tx: TenantTx, source_id: str) -> tuple[KeptPage, ...]:
    rows = await tx.fetch(
        "SELECT url, title, digest, characters, missed, read_at FROM knowledge_pages "
        "WHERE org_id = $1 AND source_id = $2 ORDER BY url",
        tx.org, source_id,
    )  # fmt: skip
    return tuple(KeptPage(**dict(row)) for row in rows)


async def keep_page(tx: TenantTx, source_id: str, url: str, *, title: str, digest: bytes, characters: int) -> None:
    await tx.execute(
        "INSERT INTO knowledge_pages (org_id, source_id, url, title, digest, characters) "
        "VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (org_id, source_id, url) DO UPDATE SET title = $4, digest = $5, characters = $6, missed = NULL, "
        "read_at = now()",
        tx.org, source_id, url, title, digest, characters,
    )  # fmt: skip


async def miss_page(tx: TenantTx, source_id: str, url: str, reason: str) -> None:
    """What was read of it before stays."""
    await tx.execute(
        "INSERT INTO knowledge_pages (org_id, source_id, url, missed) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (org_id, source_id, url) DO UPDATE SET missed = $4",
        tx.org, source_id, url, reason,
    )  # fmt: skip


async def drop_pages(tx: TenantTx, source_id: str, urls: Sequence[str]) -> None:
    await tx.execute(
        "DELETE FROM knowledge_pages WHERE org_id = $1 AND source_id = $2 AND url = ANY ($3)", tx.org, source_id, urls
    )


async def drop_chunks_of(tx: TenantTx, source_id: str, urls: Sequence[str]) -> None:
    await tx.execute(
        "DELETE FROM knowledge_chunks WHERE org_id = $1 AND source_id = $2 AND url = ANY ($3)", tx.org, source_id, urls
    )


async def finish_reading(
    tx: TenantTx, source_id: str, changes: Mapping[str, int], *, model: str, edition: int, error: str | None
) -> Source:
    """The website was read: what came of it, and when it is read again."""
    row = await tx.fetchrow(
        "UPDATE knowledge_sources SET status = 'indexed', read_at = now(), last_change = $3, embedding_model = $4, "
        "edition = $5, error_message = $6, refresh_at = now() + make_interval(secs => refresh_s), updated_at = now(), "
        "chunk_count = n, progress_current = p, progress_total = p "
        "FROM (SELECT count(*)::int AS n FROM knowledge_chunks WHERE org_id = $1 AND source_id = $2) c, "
        "(SELECT count(*)::int AS p FROM knowledge_pages "
        "WHERE org_id = $1 AND source_id = $2 AND digest IS NOT NULL) d "
        f"WHERE org_id = $1 AND id = $2 RETURNING {_COLUMNS}",
        tx.org, source_id, dict(changes), model, edition, error,
    )  # fmt: skip
    return _source(row)


async def begin_reading(tx: TenantTx, source_id: str, reading: str) -> Source | None:
    row = await tx.fetchrow(
        "UPDATE knowledge_sources SET status = 'indexing', reading = $3, progress_current = 0, progress_total = 0, "
        f"error_message = NULL, updated_at = now() WHERE org_id = $1 AND id = $2 RETURNING {_COLUMNS}",
        tx.org, source_id, reading,
    )  # fmt: skip
    return _source(row) if row else None


async def note_progress(tx: TenantTx, source: Source, *, current: int, total: int) -> bool:
    """False when this reading has lost its claim."""
    status = await tx.execute(
        "UPDATE knowledge_sources SET progress_current = $4, progress_total = $5 "
        "WHERE org_id = $1 AND id = $2 AND reading = $3",
        tx.org, source.id, source.reading, current, total,
    )  # fmt: skip
    return status == "UPDATE 1"


async def fail_reading(tx: TenantTx, source: Source, error: str) -> Source | None:
    """A website that could not be read is asked again when it was to be. None when the claim is lost."""
    row = await tx.fetchrow(
        "UPDATE knowledge_sources SET status = 'failed', error_message = $4, updated_at = now(), refresh_at = now() "
        f"+ make_interval(secs => refresh_s) WHERE org_id = $1 AND id = $2 AND reading = $3 RETURNING {_COLUMNS}",
        tx.org, source.id, source.reading, error,
    )  # fmt: skip
    return _source(row) if row else None


async def bytes_kept(tx: TenantTx) -> int:
    """Of all sources, as they were given."""
    kept = await tx.fetchval(
        "SELECT coalesce((SELECT sum(octet_length(content) + octet_length(faq::text)) FROM knowledge_sources "
        "WHERE org_id = $1), 0)::bigint + coalesce((SELECT sum(characters) FROM knowledge_pages WHERE org_id = $1), 0)",
        tx.org,
    )  # fmt: skip
    return int(kept)


def vector_text(vector: Sequence[float]) -> str:
    """As pgvector reads it; seven digits are all that a 32-bit number has."""
    return "[" + ",".join(f"{float(number):.7g}" for number in vector) + "]"


def _plain(faq: Sequence[Faq]) -> list[dict[str, object]]:
    return [{"question": e.question, "answer": e.answer, "alternatives": list(e.alternatives)} for e in faq]


def _source(row: Row) -> Source:
    fields = dict(row)
    entries = cast(list[dict[str, Any]], fields.pop("faq"))
    faq = tuple(
        Faq(question=e["question"], answer=e["answer"], alternatives=tuple(e.get("alternatives", ()))) for e in entries
    )
    return Source(**fields, faq=faq)
