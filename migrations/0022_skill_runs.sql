-- What skills have done: one row for one intent, claimed before anything happens. A row that is claimed and whose
-- process is gone is in doubt: whether the other side did it is not known, so it is not done again.
CREATE TABLE skill_runs (
  org_id           uuid NOT NULL,
  id               text NOT NULL,
  agent_id         text NOT NULL,
  conversation_id  text NOT NULL,
  intent_key       text NOT NULL CHECK (length(intent_key) BETWEEN 1 AND 200),
  skill            text NOT NULL CHECK (length(skill) BETWEEN 1 AND 64),
  kind             text NOT NULL,
  is_write         boolean NOT NULL,
  state            text NOT NULL DEFAULT 'claimed' CHECK (state IN ('claimed', 'done', 'failed', 'in_doubt')),
  arguments        bytea NOT NULL,
  result           bytea,
  error_code       text,
  claimed_at       timestamptz NOT NULL,
  deadline         timestamptz NOT NULL,
  finished_at      timestamptz,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, conversation_id, intent_key)
);
CREATE INDEX skill_runs_unfinished ON skill_runs (org_id, deadline) WHERE state IN ('claimed', 'in_doubt');
CALL protect('skill_runs');

-- Credentials of a skill (headers, a database's address): sealed on their way in, never given out.
CREATE TABLE skill_secrets (
  org_id    uuid NOT NULL,
  agent_id  text NOT NULL,
  skill_id  text NOT NULL,
  name      text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  value     bytea NOT NULL,
  set_by    text NOT NULL,
  set_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, skill_id, name)
);
CALL protect('skill_secrets');

CREATE FUNCTION delete_what_belongs_to_skill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM skill_secrets WHERE org_id = OLD.org_id AND skill_id = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER what_belongs AFTER DELETE ON skills FOR EACH ROW EXECUTE FUNCTION delete_what_belongs_to_skill();

CREATE OR REPLACE FUNCTION delete_what_belongs_to_conversation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM messages WHERE org_id = OLD.org_id AND conversation_id = OLD.id;
  DELETE FROM skill_runs WHERE org_id = OLD.org_id AND conversation_id = OLD.id;
  RETURN NULL;
END $$;
