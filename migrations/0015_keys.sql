-- A key that another has replaced goes on until it expires, so that both work while the new one is put in place.
ALTER TABLE api_keys ADD COLUMN replaced_by text;

-- Keys that stand in the source of a web page: everybody can read them, so they open one agent's chat and no more.
CREATE TABLE publishable_keys (
  org_id           uuid NOT NULL,
  id               text NOT NULL,
  agent_id         text NOT NULL,
  name             text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  digest           bytea NOT NULL,
  pepper           smallint NOT NULL,
  prefix           text NOT NULL,
  last_four        text NOT NULL,
  allowed_origins  text[] NOT NULL,
  rate_limit_rpm   integer NOT NULL CHECK (rate_limit_rpm BETWEEN 1 AND 10000),
  created_by       text NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  expires_at       timestamptz,
  revoked_at       timestamptz,
  last_used        date,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, digest),
  FOREIGN KEY (org_id, agent_id) REFERENCES agents (org_id, id) ON DELETE CASCADE
);
CALL protect('publishable_keys');
CALL audited('publishable_keys', quiet => '{last_used}');

ALTER TABLE directory DROP CONSTRAINT directory_kind_check;
ALTER TABLE directory ADD CONSTRAINT directory_kind_check
  CHECK (kind IN ('organization', 'key', 'pubkey', 'session', 'link', 'number', 'invite'));

-- What is asked about the credentials of every live call, each second: which of them still stand.
CREATE INDEX directory_digest ON directory (digest);
