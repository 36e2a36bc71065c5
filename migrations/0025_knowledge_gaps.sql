-- What callers asked, folded from conversations that ended. A question that was answered is a count for its source; one
-- that was not is kept in its words, sealed under its conversation's key, and belongs to a gap.
CREATE TABLE knowledge_gaps (
  org_id      uuid NOT NULL,
  id          text NOT NULL,
  agent_id    text NOT NULL,
  status      text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'in_progress', 'covered', 'dismissed')),
  source_id   text,                         -- where its answer was written, if it was by way of the gap
  covered_at  timestamptz,
  updated_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id)
);
CREATE INDEX knowledge_gaps_of_agent ON knowledge_gaps (org_id, agent_id, status);
CALL protect('knowledge_gaps');

-- A gap's figures are counted from these rows, so a conversation that is deleted is counted no more.
CREATE TABLE knowledge_questions (
  org_id           uuid NOT NULL,
  conversation_id  text NOT NULL,
  seq              integer NOT NULL,        -- of the search in the conversation's timeline
  agent_id         text NOT NULL,
  asked_at         timestamptz NOT NULL,
  top_score        real NOT NULL,
  source_id        text,                    -- the source that answered
  gap_id           text,                    -- the gap, when none did
  signals          text[] NOT NULL DEFAULT '{}',
  asked            bytea,                   -- its words and their vector; only of a gap's
  vector           bytea,
  PRIMARY KEY (org_id, conversation_id, seq),
  FOREIGN KEY (org_id, conversation_id) REFERENCES conversations (org_id, id) ON DELETE CASCADE
);
CREATE INDEX knowledge_questions_of_agent ON knowledge_questions (org_id, agent_id, asked_at);
CREATE INDEX knowledge_questions_of_gap ON knowledge_questions (org_id, gap_id, asked_at) WHERE gap_id IS NOT NULL;
CALL protect('knowledge_questions');

-- A gap that nobody asks any more, because its conversations are deleted, is none. The lock is that of the fold, which
-- may be adding a question to this very gap.
CREATE FUNCTION delete_gap_without_questions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.gap_id IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended('gaps/' || OLD.org_id || '/' || OLD.agent_id, 0));
    DELETE FROM knowledge_gaps g WHERE g.org_id = OLD.org_id AND g.id = OLD.gap_id AND NOT EXISTS (
      SELECT FROM knowledge_questions q WHERE q.org_id = OLD.org_id AND q.gap_id = OLD.gap_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER gap_without_questions AFTER DELETE ON knowledge_questions
  FOR EACH ROW EXECUTE FUNCTION delete_gap_without_questions();

CREATE FUNCTION delete_questions_of_agent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM knowledge_questions WHERE org_id = OLD.org_id AND agent_id = OLD.id;
  DELETE FROM knowledge_gaps WHERE org_id = OLD.org_id AND agent_id = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER questions_belong AFTER DELETE ON agents FOR EACH ROW EXECUTE FUNCTION delete_questions_of_agent();
