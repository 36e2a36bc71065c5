-- Rotation of both levels, and organizations that bring a key of their own.

ALTER TABLE org_keys ADD COLUMN rewrapped_at timestamptz;

-- The key-encryption key that an organization brought: its address in a key service, which is no secret. A row here
-- says what wraps this organization's keys from now on.
CREATE TABLE own_keys (
  org_id      uuid NOT NULL PRIMARY KEY,
  kek_id      text NOT NULL CHECK (length(kek_id) BETWEEN 1 AND 500),
  created_at  timestamptz NOT NULL DEFAULT now()
);
CALL protect('own_keys');
CALL audited('own_keys');

-- A conversation's key is sealed again when its organization's key gets a new version; nothing else of it may change.
GRANT UPDATE (wrapped) ON conversation_keys TO flowyte_app;
