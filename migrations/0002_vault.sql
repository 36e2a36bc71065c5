-- Wrapped keys. The key-encryption key itself is never in the database.

CREATE TABLE org_keys (
  org_id      uuid NOT NULL,
  version     integer NOT NULL,
  kek_id      text NOT NULL,
  wrapped     bytea NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, version)
);
CALL protect('org_keys');

-- One key a conversation, for its recording and transcript: deleting this row makes them unreadable everywhere.
CREATE TABLE conversation_keys (
  org_id           uuid NOT NULL,
  conversation_id  text NOT NULL,
  wrapped          bytea NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, conversation_id)
);
CALL protect('conversation_keys', 'SELECT, INSERT, DELETE');
