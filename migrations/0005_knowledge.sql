-- What agents may quote. A source is cut into chunks (what is quoted); a chunk is found through its probes (what is
-- compared with a question): a FAQ entry has one for each way of asking, a section one for each sentence.
--
-- Search is exact: an agent's few thousand vectors are read through the index below, so no approximate index can lose
-- a right answer to another organization's neighbours.

CREATE TABLE knowledge_sources (
  org_id            uuid NOT NULL,
  id                text NOT NULL,
  agent_id          text NOT NULL,
  kind              text NOT NULL CHECK (kind IN ('text', 'faq')),
  name              text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  content           text NOT NULL DEFAULT '',
  faq               jsonb NOT NULL DEFAULT '[]',
  status            text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'indexing', 'indexed', 'failed')),
  progress_current  integer NOT NULL DEFAULT 0,
  progress_total    integer NOT NULL DEFAULT 0,
  chunk_count       integer NOT NULL DEFAULT 0,
  embedding_model   text,
  error_message     text,
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id)
);
CREATE INDEX knowledge_sources_of_agent ON knowledge_sources (org_id, agent_id, created_at);
CALL protect('knowledge_sources');

CREATE TABLE knowledge_chunks (
  org_id     uuid NOT NULL,
  id         text NOT NULL,
  source_id  text NOT NULL,
  position   integer NOT NULL,
  title      text NOT NULL,
  body       text NOT NULL,
  words      tsvector NOT NULL,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, source_id) REFERENCES knowledge_sources (org_id, id) ON DELETE CASCADE
);
CREATE INDEX knowledge_chunks_of_source ON knowledge_chunks (org_id, source_id);
CALL protect('knowledge_chunks', 'SELECT, INSERT, DELETE');

CREATE TABLE knowledge_probes (
  org_id     uuid NOT NULL,
  chunk_id   text NOT NULL,
  number     integer NOT NULL,
  asked      text NOT NULL,
  embedding  vector(384) NOT NULL,
  PRIMARY KEY (org_id, chunk_id, number),
  FOREIGN KEY (org_id, chunk_id) REFERENCES knowledge_chunks (org_id, id) ON DELETE CASCADE
);
CALL protect('knowledge_probes', 'SELECT, INSERT, DELETE');
