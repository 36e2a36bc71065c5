"""Finding the passages that answer a question: by meaning and by words, in one exact statement.

The score is `0.75 × closeness of the best probe + 0.25 × share of the question's words that the chunk has`, each word
weighed by how rare it is among the agent's chunks. Closeness alone takes "Do you fix cars?" for "Do you fix teeth?";
words alone do not survive a paraphrase. `bench/retrieval.py` chose the weights and the threshold.
"""

from collections.abc import Sequence

from flowyte.conversation.reply import Passage
from flowyte.kit.db import TenantTx
from flowyte.knowledge.store import vector_text

# Measured on the clinic, where 0.44 to 0.46 are alike: below, wrong answers begin; above, right ones go.
REJECT_BELOW = 0.45
MEANING_WEIGHT = 0.75
MOST_QUERY = 1_000  # characters; a turn that long is a story, and its beginning says enough

# `candidates` is bounded by the agent; a rare word is worth up to ln(1 + n), one that every chunk has next to nothing.
# `terms` must be materialized: inlined, it would count the words anew for every candidate.
_SEARCH = """
WITH candidates AS MATERIALIZED (
  SELECT c.id, c.source_id, c.title, c.body, c.url, c.words,
         (SELECT 1 - min(p.embedding <=> $4::text::vector) FROM knowledge_probes p
           WHERE p.org_id = $1 AND p.chunk_id = c.id) AS meaning
    FROM knowledge_chunks c JOIN knowledge_sources s ON s.org_id = c.org_id AND s.id = c.source_id
   WHERE c.org_id = $1 AND s.agent_id = $2 AND ($5::text[] IS NULL OR s.id = ANY ($5))
), terms AS MATERIALIZED (
  SELECT t.term, ln(1 + (SELECT count(*) FROM candidates)
                    / (0.5 + (SELECT count(*) FROM candidates WHERE words @@ t.asked))) AS weight, t.asked
    FROM (SELECT term, plainto_tsquery('simple', term) AS asked
            FROM unnest(tsvector_to_array(to_tsvector('english', $3))) AS term) t
)
SELECT c.id, c.source_id, c.title, c.body, c.url, c.meaning, coalesce(w.share, 0) AS words,
       greatest(0, least(1, $6 * c.meaning + (1 - $6) * coalesce(w.share, 0)))::float8 AS score
  FROM candidates c
  LEFT JOIN LATERAL (
    SELECT sum(t.weight) FILTER (WHERE c.words @@ t.asked) / sum(t.weight) AS share FROM terms t) w ON true
 ORDER BY score DESC, c.id
 LIMIT $7
"""


async def search(
    tx: TenantTx, *, agent_id: str, source_ids: Sequence[str] | None, query: str, embedding: Sequence[float],
    limit: int = 5, meaning_weight: float = MEANING_WEIGHT,
) -> tuple[Passage, ...]:  # fmt: skip
    """The best passages, best first; the caller compares `score` (0 to 1) with REJECT_BELOW.

    `source_ids` are those a version was published with; None means all that the agent has now (its draft).
    `embedding` is the query's, 384 numbers of length one.
    """
    rows = await tx.fetch(
        _SEARCH, tx.org, agent_id, query[:MOST_QUERY].replace("\x00", ""), vector_text(embedding),
        None if source_ids is None else list(source_ids), meaning_weight, limit,
    )  # fmt: skip
    return tuple(
        Passage(
            source_id=row["source_id"], chunk_id=row["id"], text=row["body"], title=row["title"],
            score=float(row["score"]), url=row["url"],
        )
        for row in rows
    )  # fmt: skip
