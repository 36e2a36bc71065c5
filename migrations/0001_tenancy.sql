-- Organizations, their sessions and keys, and the boundary itself.
--
-- flowyte_owner runs this file and owns what it makes; flowyte_app serves and owns nothing. Every tenant table carries
-- org_id first in its key and goes through protect(), which is the only place where a policy is written. The tables
-- without org_id are few and each says why; the catalogue test holds this list against the database.

-- One policy for reading and writing. The sub-select is evaluated once a query instead of once a row, and NULLIF is
-- needed because the setting reads as '' and not as NULL once a transaction has set it locally.
CREATE PROCEDURE protect(tenant_table regclass, rights text DEFAULT 'SELECT, INSERT, UPDATE, DELETE')
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format(
    'CREATE POLICY tenant ON %s FOR ALL '
    'USING (org_id = (SELECT NULLIF(current_setting(''app.org'', true), '''')::uuid)) '
    'WITH CHECK (org_id = (SELECT NULLIF(current_setting(''app.org'', true), '''')::uuid))', tenant_table);
  EXECUTE format('GRANT %s ON %s TO flowyte_app', rights, tenant_table);
END $$;
REVOKE EXECUTE ON PROCEDURE protect FROM PUBLIC;

GRANT USAGE ON SCHEMA public TO flowyte_app;

CREATE TABLE organizations (
  org_id      uuid PRIMARY KEY,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  created_at  timestamptz NOT NULL DEFAULT now()
);
CALL protect('organizations');

-- Global: finds the organization of a credential before any is known. Holds digests and ids, nothing to read.
CREATE TABLE directory (
  kind    text NOT NULL CHECK (kind IN ('organization', 'key', 'session', 'link')),
  digest  bytea NOT NULL,
  org_id  uuid NOT NULL,
  PRIMARY KEY (kind, digest)
);
GRANT SELECT, INSERT, DELETE ON directory TO flowyte_app;

CREATE TABLE api_keys (
  org_id      uuid NOT NULL,
  id          text NOT NULL,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  digest      bytea NOT NULL,
  pepper      smallint NOT NULL,
  prefix      text NOT NULL,
  last_four   text NOT NULL,
  scopes      text[] NOT NULL,
  created_by  text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  expires_at  timestamptz,
  revoked_at  timestamptz,
  last_used   date,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, digest)
);
CALL protect('api_keys');

CREATE TABLE sessions (
  org_id      uuid NOT NULL,
  id          text NOT NULL,
  digest      bytea NOT NULL,
  role        text NOT NULL CHECK (role IN ('owner', 'admin', 'builder', 'analyst', 'billing')),
  created_at  timestamptz NOT NULL DEFAULT now(),
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, digest)
);
CALL protect('sessions');

-- A link signs in once: taking it deletes the row.
CREATE TABLE sign_in_links (
  org_id      uuid NOT NULL,
  digest      bytea NOT NULL,
  role        text NOT NULL CHECK (role IN ('owner', 'admin', 'builder', 'analyst', 'billing')),
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (org_id, digest)
);
CALL protect('sign_in_links');

-- The first answer to a request with an Idempotency-Key, replayed to its retries. Never holds a secret.
CREATE TABLE idempotency (
  org_id      uuid NOT NULL,
  principal   text NOT NULL,
  key         text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  request     bytea NOT NULL,
  status      smallint,
  body        bytea,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, principal, key)
);
CALL protect('idempotency');
