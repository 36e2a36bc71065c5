"""All SQL of knowledge but the search itself, which has a file of its own."""

from collections.abc import Sequence
from typing import Any, cast

from flowyte.kit.db import TenantTx
from flowyte.knowledge.model import Chunk, Faq, Kind, Source, Status

Row = Any  # a database record: read by name here and nowhere else

_COLUMNS = (
    "id, agent_id, kind, name, content, faq, status, progress_current, progress_total, chunk_count, "
    "embedding_model, error_message, origin, created_at, updated_at"
)


async def insert_source(
    tx: TenantTx, *, id: str, agent_id: str, kind: Kind, name: str, content: str, faq: Sequence[Faq], origin: str = ""
) -> Source:
    row = await tx.fetchrow(
        f"INSERT INTO knowledge_sources (org_id, id, agent_id, kind, name, content, faq, origin) "
        f"VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING {_COLUMNS}",
        tx.org, id, agent_id, kind, name, content, _plain(faq), origin,
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


async def update_source(tx: TenantTx, source: Source) -> Source:
    """Writes what an owner can change, and the status that follows from it."""
    row = await tx.fetchrow(
        f"UPDATE knowledge_sources SET name = $3, content = $4, faq = $5, status = $6, error_message = $7, "
        f"updated_at = now() WHERE org_id = $1 AND id = $2 RETURNING {_COLUMNS}",
        tx.org, source.id, source.name, source.content, _plain(source.faq), source.status, source.error_message,
    )  # fmt: skip
    return _source(row)


async def delete_source(tx: TenantTx, source_id: str) -> bool:
    status = await tx.execute("DELETE FROM knowledge_sources WHERE org_id = $1 AND id = $2", tx.org, source_id)
    return status == "DELETE 1"


async def set_status(
    tx: TenantTx, source_id: str, status: Status, *, current: int = 0, total: int = 0,
    model: str | None = None, error: str | None = None,
) -> None:  # fmt: skip
    """`current` and `total` are chunks."""
    await tx.execute(
        "UPDATE knowledge_sources SET status = $3, progress_current = $4, progress_total = $5, "
        "chunk_count = CASE WHEN $3 = 'indexed' THEN $4 ELSE chunk_count END, "
        "embedding_model = coalesce($6, embedding_model), error_message = $7, updated_at = now() "
        "WHERE org_id = $1 AND id = $2",
        tx.org, source_id, status, current, total, model, error,
    )  # fmt: skip


async def replace_chunks(
    tx: TenantTx, source_id: str, chunks: Sequence[tuple[str, Chunk]], vectors: Sequence[Sequence[float]]
) -> None:
    """`chunks` with their new ids; `vectors` of all their probes, in order. The old ones go in the same transaction."""
    await tx.execute("DELETE FROM knowledge_chunks WHERE org_id = $1 AND source_id = $2", tx.org, source_id)
    await tx.executemany(
        "INSERT INTO knowledge_chunks (org_id, id, source_id, position, title, body, words) "
        "VALUES ($1, $2, $3, $4, $5, $6, to_tsvector('english', $7))",
        [
            (tx.org, id, source_id, place, chunk.title, chunk.text, " ".join((chunk.title, chunk.text, *chunk.probes)))
            for place, (id, chunk) in enumerate(chunks)
        ],
    )
    probes = [(id, number, asked) for id, chunk in chunks for number, asked in enumerate(chunk.probes)]
    await tx.executemany(
        "INSERT INTO knowledge_probes (org_id, chunk_id, number, asked, embedding) "
        "VALUES ($1, $2, $3, $4, $5::text::vector)",
        [(tx.org, *probe, vector_text(vector)) for probe, vector in zip(probes, vectors, strict=True)],
    )


async def bytes_kept(tx: TenantTx) -> int:
    """Of all sources, as they were given."""
    kept = await tx.fetchval(
        "SELECT coalesce(sum(octet_length(content) + octet_length(faq::text)), 0)::bigint FROM knowledge_sources "
        "WHERE org_id = $1", tx.org,
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
