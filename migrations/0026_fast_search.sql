-- A search reads all of an agent's probes, as before, but no longer their vectors: first a sketch of 384 bits each (the
-- signs of the vector's numbers), in an index that holds nothing but one organization's rows of one source next to each
-- other. Only the nearest few hundred are compared exactly. An index over all organizations (HNSW) would have to be
-- walked through others' neighbours to find one's own.
ALTER TABLE knowledge_chunks NO FORCE ROW LEVEL SECURITY;
ALTER TABLE knowledge_probes NO FORCE ROW LEVEL SECURITY;

-- Half the numbers' bytes: the third decimal of a cosine decides nothing.
ALTER TABLE knowledge_probes ALTER COLUMN embedding TYPE halfvec(384);
ALTER TABLE knowledge_probes
  ADD COLUMN source_id text,
  ADD COLUMN sketch bit(384) GENERATED ALWAYS AS (binary_quantize(embedding)::bit(384)) STORED;
UPDATE knowledge_probes p SET source_id = c.source_id
  FROM knowledge_chunks c WHERE c.org_id = p.org_id AND c.id = p.chunk_id;
ALTER TABLE knowledge_probes ALTER COLUMN source_id SET NOT NULL;
CREATE INDEX knowledge_probes_sketches ON knowledge_probes (org_id, source_id) INCLUDE (chunk_id, number, sketch);
-- The index alone answers where a page is known to be visible to all, so it is told soon after rows are added.
ALTER TABLE knowledge_probes SET (autovacuum_vacuum_insert_threshold = 500, autovacuum_vacuum_insert_scale_factor = 0.02);

-- What stands before and after a passage is read with it.
CREATE INDEX knowledge_chunks_in_order ON knowledge_chunks (org_id, source_id, position);
DROP INDEX knowledge_chunks_of_source;

-- In how many of a source's chunks a word stands, and in which: what is asked for by name is found though no vector
-- knows the name, and a word's weight is looked up instead of counted. A B-tree of equal words and not a GIN index: row
-- security lets no operator of text search run before its own condition, so a GIN index would never be used.
CREATE TABLE knowledge_terms (
  org_id     uuid NOT NULL,
  source_id  text NOT NULL,
  term       text NOT NULL,
  chunks     integer NOT NULL,
  chunk_ids  text[],             -- null where there are so many that the word finds nothing
  PRIMARY KEY (org_id, source_id, term),
  FOREIGN KEY (org_id, source_id) REFERENCES knowledge_sources (org_id, id) ON DELETE CASCADE
);
CALL protect('knowledge_terms', 'SELECT, INSERT, DELETE');

-- By which edition of the cutting a source was indexed: the worker indexes those of an older one again. What was there
-- before is found meanwhile.
ALTER TABLE knowledge_sources ADD COLUMN edition integer NOT NULL DEFAULT 0;
DROP TRIGGER audited ON knowledge_sources;
CALL audited('knowledge_sources',
  quiet => '{status,progress_current,progress_total,chunk_count,embedding_model,edition,error_message,updated_at}');

ALTER TABLE knowledge_terms NO FORCE ROW LEVEL SECURITY;
INSERT INTO knowledge_terms (org_id, source_id, term, chunks, chunk_ids)
SELECT c.org_id, c.source_id, t.term, count(*), CASE WHEN count(*) <= 500 THEN array_agg(c.id) END
  FROM knowledge_chunks c CROSS JOIN LATERAL unnest(tsvector_to_array(c.words)) AS t (term)
 GROUP BY 1, 2, 3;
ALTER TABLE knowledge_terms FORCE ROW LEVEL SECURITY;
ALTER TABLE knowledge_chunks FORCE ROW LEVEL SECURITY;
ALTER TABLE knowledge_probes FORCE ROW LEVEL SECURITY;
