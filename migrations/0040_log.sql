-- The log of an organization: an append-only Merkle tree of its conversations' events, and the signed heads of it.
--
-- An event's leaf hash is written with the event, in its row and without a place, so that calls wait for nobody. Later
-- one process at a time gives the new leaves their places. What has a place is never changed or removed: the serving
-- role may only add rows. The log holds hashes; what they are of lies sealed in the timeline and can be erased.

ALTER TABLE timeline ADD COLUMN leaf bytea CHECK (length(leaf) = 32);

-- Whether all of a conversation has its places. What is here already began before there was a log, and stays out of it.
ALTER TABLE conversations ADD COLUMN in_log boolean NOT NULL DEFAULT true;
ALTER TABLE conversations ALTER COLUMN in_log SET DEFAULT false;
CREATE INDEX conversations_not_in_log ON conversations (org_id, started_at, id) WHERE NOT in_log;

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

-- Leaves of conversations that were deleted before they had their places: deleting cannot keep anything out of the log.
CREATE TABLE leaf_queue (
  org_id           uuid NOT NULL,
  n                bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  conversation_id  text NOT NULL,
  first_seq        integer NOT NULL,
  leaves           bytea NOT NULL CHECK (length(leaves) > 0 AND length(leaves) % 32 = 0),
  PRIMARY KEY (org_id, n)
);
CALL protect('leaf_queue', 'SELECT, INSERT, DELETE');

-- The lock is that of who gives places (receipts/store.py), so that no leaf gets two.
CREATE FUNCTION keep_leaves_of_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.in_log THEN
    RETURN OLD;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('log/' || OLD.org_id::text, 0));
  INSERT INTO leaf_queue (org_id, conversation_id, first_seq, leaves)
  SELECT OLD.org_id, OLD.id, min(seq), string_agg(leaf, ''::bytea ORDER BY seq) FROM timeline
   WHERE org_id = OLD.org_id AND conversation_id = OLD.id AND leaf IS NOT NULL AND seq >= coalesce(
     (SELECT max(first_seq + length(leaves) / 32) FROM log_entries
       WHERE org_id = OLD.org_id AND conversation_id = OLD.id), 1)
  HAVING count(*) > 0;
  RETURN OLD;
END $$;
CREATE TRIGGER keep_leaves BEFORE DELETE ON conversations FOR EACH ROW EXECUTE FUNCTION keep_leaves_of_deleted();

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
