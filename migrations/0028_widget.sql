-- How an agent's chat looks and speaks on somebody's site. What is saved here is what the next visitor sees: it is no part of a version.
CREATE TABLE widgets (
  org_id      uuid NOT NULL,
  id          text NOT NULL,               -- the agent's
  settings    jsonb NOT NULL,              -- {theme, copy, behavior}, as the API has them
  updated_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, id) REFERENCES agents (org_id, id) ON DELETE CASCADE
);
CALL protect('widgets');
CALL audited('widgets', quiet => '{updated_at}');

-- The key's own text, sealed, so that the snippet can be copied again. Keys from before have none: their owner pastes it.
ALTER TABLE publishable_keys ADD COLUMN sealed bytea;

-- A chat that began on somebody's site is told apart from one of a program.
ALTER TABLE conversations DROP CONSTRAINT conversations_line_check;
ALTER TABLE conversations ADD CONSTRAINT conversations_line_check CHECK (line IN ('browser', 'twilio', 'api', 'widget'));
