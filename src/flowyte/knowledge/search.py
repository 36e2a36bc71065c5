"""Finding the passages that answer a question: by meaning and by words, in one statement.

Three steps. Of all probes of the agent's sources, the few hundred whose sketches (384 signs) are nearest to the
question's; with them, the chunks that hold its rarest words. These are compared exactly: closeness of the best probe,
and the share of the question's words that the chunk has, each weighed by how rare it is among the agent's chunks.
The best ones are read with what stands beside them. What that makes of them, and whether one may be quoted, is for
`decide`. `bench/retrieval.py` measures.
"""

from collections.abc import Sequence

from flowyte.conversation.reply import Passage
from flowyte.kit.db import TenantTx
from flowyte.knowledge.decide import REJECT_BELOW, Candidate, Part, Question, judged
from flowyte.knowledge.store import vector_text

__all__ = ["REJECT_BELOW", "search"]

MEANING_WEIGHT = 0.75  # against words, in choosing the candidates that are looked at closely
MOST_QUERY = 1_000  # characters; a turn that long is a story, and its beginning says enough
NEAREST = 300  # probes compared exactly; the sketches lose one in 1,000 of the best five (bench/retrieval.py)
NAMED = 100  # chunks looked at for their words alone
CONSIDERED = 20  # candidates that the decision compares with each other
BESIDE = 2  # chunks of the same section before and after, that are read with each of them

# Row security lets no arithmetic run before its own condition: what an index is asked for is computed a step earlier.
# A rare word is worth up to ln(1 + 2n), one that every chunk has next to nothing. Steps are materialized: inlined, each
# would be done anew for every candidate.
_SEARCH = f"""
WITH question AS MATERIALIZED (
  SELECT $4::text::halfvec AS vector, binary_quantize($4::text::halfvec)::bit(384) AS sketch
), sources AS MATERIALIZED (
  SELECT id, kind, chunk_count FROM knowledge_sources
   WHERE org_id = $1 AND agent_id = $2 AND ($5::text[] IS NULL OR id = ANY ($5))
), near AS MATERIALIZED (
  SELECT chunk_id FROM knowledge_probes
   WHERE org_id = $1 AND source_id = ANY (ARRAY (SELECT id FROM sources))
   ORDER BY sketch <~> (SELECT sketch FROM question) LIMIT {{nearest}}
), listed AS MATERIALIZED (
  SELECT t.term, k.chunks, k.chunk_ids
    FROM unnest(tsvector_to_array(to_tsvector('english', $3))) AS t (term)
    LEFT JOIN knowledge_terms k
      ON k.org_id = $1 AND k.source_id = ANY (ARRAY (SELECT id FROM sources)) AND k.term = t.term
), terms AS MATERIALIZED (
  SELECT term, plainto_tsquery('simple', term) AS asked, coalesce(sum(chunks), 0)::int AS df,
         ln(1 + (SELECT greatest(1, sum(chunk_count)) FROM sources)
              / (0.5 + coalesce(sum(chunks), 0)))::float8 AS weight
    FROM listed GROUP BY term
), named AS MATERIALIZED (
  SELECT l.chunk_id FROM terms t JOIN (SELECT term, unnest(chunk_ids) AS chunk_id FROM listed) l USING (term)
   GROUP BY l.chunk_id ORDER BY sum(t.weight) DESC, l.chunk_id LIMIT {NAMED}
), candidates AS MATERIALIZED (
  SELECT c.id, c.source_id, c.position, c.title, c.body, c.url, c.words, p.meaning, p.probe
    FROM (SELECT chunk_id FROM near UNION SELECT chunk_id FROM named) f
    JOIN knowledge_chunks c ON c.org_id = $1 AND c.id = f.chunk_id
    CROSS JOIN LATERAL (
      SELECT 1 - (embedding <=> (SELECT vector FROM question)) AS meaning, asked AS probe FROM knowledge_probes
       WHERE org_id = $1 AND chunk_id = c.id ORDER BY 1 DESC LIMIT 1) p
), ranked AS MATERIALIZED (
  SELECT c.*, c.position - {BESIDE} AS since, c.position + {BESIDE} AS until,
         (SELECT kind FROM sources s WHERE s.id = c.source_id) AS kind,
         coalesce(w.share, 0) AS share, coalesce(w.lacking, '{{{{}}}}') AS lacking,
         greatest(0, least(1, {MEANING_WEIGHT} * c.meaning
                              + (1 - {MEANING_WEIGHT}) * coalesce(w.share, 0)))::float8 AS score
    FROM candidates c
    LEFT JOIN LATERAL (
      SELECT sum(t.weight) FILTER (WHERE c.words @@ t.asked) / sum(t.weight) AS share,
             array_agg(t.term) FILTER (WHERE NOT c.words @@ t.asked) AS lacking FROM terms t) w ON true
   ORDER BY score DESC, c.id
   LIMIT {CONSIDERED}
), parts AS MATERIALIZED (
  SELECT r.id AS middle, n.id, n.position, n.body, n.words
    FROM ranked r JOIN knowledge_chunks n
      ON n.org_id = $1 AND n.source_id = r.source_id AND n.title = r.title AND n.url = r.url
     AND n.position BETWEEN r.since AND r.until AND (r.kind <> 'faq' OR n.id = r.id)
), beside AS (
  SELECT middle, jsonb_agg(jsonb_build_array(id, position, body) ORDER BY position) AS parts FROM parts GROUP BY middle
), nearby AS (
  SELECT middle, sum(weight) FILTER (WHERE said) / sum(weight) AS share
    FROM (SELECT p.middle, t.weight, bool_or(p.words @@ t.asked) AS said
            FROM parts p CROSS JOIN terms t GROUP BY p.middle, t.term, t.weight) each
   GROUP BY middle
)
SELECT r.id, source_id, kind, position, title, body, url, meaning, probe, r.share, lacking, score, b.parts,
       coalesce(n.share, 0) AS nearby, tsvector_to_array(to_tsvector('english', probe)) AS probe_terms,
       (SELECT coalesce(jsonb_object_agg(term, jsonb_build_array(df, weight)), '{{{{}}}}') FROM terms) AS terms,
       (SELECT sum(chunk_count) FROM sources)::int AS n
  FROM ranked r JOIN beside b ON b.middle = r.id LEFT JOIN nearby n ON n.middle = r.id
 ORDER BY score DESC, r.id
"""


async def search(
    tx: TenantTx, *, agent_id: str, source_ids: Sequence[str] | None, query: str, embedding: Sequence[float],
    limit: int = 5, nearest: int = NEAREST,
) -> tuple[Passage, ...]:  # fmt: skip
    """The best passages, best first; the caller compares `score` (0 to 1) with REJECT_BELOW.

    `source_ids` are those a version was published with; None means all that the agent has now (its draft).
    `embedding` is the query's, 384 numbers of length one. `nearest` is for measuring what the sketches lose.
    """
    question, found = await candidates(
        tx, agent_id=agent_id, source_ids=source_ids, query=query, embedding=embedding, nearest=nearest
    )
    return judged(question, found)[:limit]


async def candidates(
    tx: TenantTx, *, agent_id: str, source_ids: Sequence[str] | None, query: str, embedding: Sequence[float],
    nearest: int = NEAREST,
) -> tuple[Question, list[Candidate]]:  # fmt: skip
    """What the decision is made from."""
    asked = query[:MOST_QUERY].replace("\x00", "")
    # Planning this statement anew takes 5 ms, a fifth of a search; its best plan is the same for every agent.
    await tx.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    rows = await tx.fetch(
        _SEARCH.format(nearest=int(nearest)), tx.org, agent_id, asked, vector_text(embedding),
        None if source_ids is None else list(source_ids),
    )  # fmt: skip
    terms = {term: (int(n), float(weight)) for term, (n, weight) in rows[0]["terms"].items()} if rows else {}
    question = Question(text=asked, terms=terms, chunks=int(rows[0]["n"] or 0) if rows else 0)
    return question, [
        Candidate(
            source_id=row["source_id"], chunk_id=row["id"], position=row["position"], title=row["title"],
            text=row["body"], faq=row["kind"] == "faq", url=row["url"], meaning=float(row["meaning"]),
            share=float(row["share"]), nearby=float(row["nearby"]), likeness=float(row["score"]),
            lacking=frozenset(row["lacking"]), probe_terms=frozenset(row["probe_terms"]),
            parts=tuple(Part(*part) for part in row["parts"]),
        )
        for row in rows
    ]  # fmt: skip
