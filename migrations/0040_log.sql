-- The log of an organization: an append-only Merkle tree of its conversations' events, and the signed heads of it.
--
-- An event's leaf hash is queued with the event, in its transaction and without a number, so that calls wait for nobody.
-- Later one process at a time gives the queued leaves their places. What has a place is never changed or removed: the
-- serving role may only add rows. It holds hashes; what they are of lies sealed in the timeline and can be erased.

CREATE TABLE leaf_queue (
  org_id           uuid NOT NULL,
  n                bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  conversation_id  text NOT NULL,
  first_seq        integer NOT NULL,
  leaves           bytea NOT NULL CHECK (length(leaves) > 0 AND length(leaves) % 32 = 0),
  PRIMARY KEY (org_id, n)
);
CALL protect('leaf_queue', 'SELECT, INSERT, DELETE');

-- The leaves in their order: each row those of one conversation that were written together. `first` is the place of
-- the first of them; the last row ends where the log ends.
CREATE TABLE log_entries (
  org_id           uuid NOT NULL,
  first            bigint NOT NULL CHECK (first >= 0),
  conversation_id  text NOT NULL,
  first_seq        integer NOT NULL,
  leaves           bytea NOT NULL CHECK (length(leaves) > 0 AND length(leaves) % 32 = 0),
  PRIMARY KEY (org_id, first),
  UNIQUE (org_id, conversation_id, first_seq)
);
CALL protect('log_entries', 'SELECT, INSERT');

-- Roots of complete subtrees: level 1 of 256 leaves, level 2 of 256 of those, and so on. What lies between is computed.
CREATE TABLE log_nodes (
  org_id  uuid NOT NULL,
  level   smallint NOT NULL CHECK (level > 0),
  n       bigint NOT NULL CHECK (n >= 0),
  hash    bytea NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (org_id, level, n)
);
CALL protect('log_nodes', 'SELECT, INSERT');

-- The keys that sign. Each is endorsed by the one before it, so that whoever holds an old one can follow to the new.
CREATE TABLE log_keys (
  org_id       uuid NOT NULL,
  number       integer NOT NULL CHECK (number > 0),
  public       bytea NOT NULL CHECK (length(public) = 32),
  since        timestamptz NOT NULL,
  endorsement  bytea CHECK (length(endorsement) = 64),
  PRIMARY KEY (org_id, number),
  CHECK ((number = 1) = (endorsement IS NULL))
);
CALL protect('log_keys', 'SELECT, INSERT');
CALL audited('log_keys', 'INSERT');

-- The private half of the newest key alone, sealed: that of an older one is removed when it is replaced.
CREATE TABLE log_secrets (
  org_id  uuid NOT NULL,
  number  integer NOT NULL,
  sealed  bytea NOT NULL,
  PRIMARY KEY (org_id, number),
  FOREIGN KEY (org_id, number) REFERENCES log_keys (org_id, number)
);
CALL protect('log_secrets', 'SELECT, INSERT, DELETE');

CREATE TABLE checkpoints (
  org_id     uuid NOT NULL,
  size       bigint NOT NULL CHECK (size > 0),
  signed_at  timestamptz NOT NULL,
  key        integer NOT NULL,
  note       text NOT NULL,
  PRIMARY KEY (org_id, size),
  FOREIGN KEY (org_id, key) REFERENCES log_keys (org_id, number)
);
CALL protect('checkpoints', 'SELECT, INSERT');
