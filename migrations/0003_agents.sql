-- Agents: a draft that changes, and versions that never do.

CREATE TABLE agents (
  org_id             uuid NOT NULL,
  id                 text NOT NULL,
  name               text NOT NULL,
  draft              jsonb NOT NULL,
  version            integer NOT NULL DEFAULT 1,
  published_version  text,
  is_active          boolean NOT NULL DEFAULT true,
  created_by         text NOT NULL,
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id)
);
CREATE INDEX agents_newest ON agents (org_id, created_at DESC, id DESC);
CALL protect('agents');

CREATE TABLE agent_versions (
  org_id      uuid NOT NULL,
  id          text NOT NULL,
  agent_id    text NOT NULL,
  number      integer NOT NULL,
  snapshot    jsonb NOT NULL,
  note        text NOT NULL,
  created_by  text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, agent_id, number),
  FOREIGN KEY (org_id, agent_id) REFERENCES agents (org_id, id) ON DELETE CASCADE
);
-- No UPDATE: a version is what it was. It goes only with its agent.
CALL protect('agent_versions', 'SELECT, INSERT');
