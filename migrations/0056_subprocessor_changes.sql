-- The list of sub-processors as each organization was last told of it, who asked to be told by letter, and the letters.
--
-- A row of subprocessor_lists and what tells of it (an event, letters) are written in one transaction, and the number
-- is the key: two workers that see the same change tell of it once.

CREATE TABLE subprocessor_lists (
  org_id   uuid NOT NULL,
  number   integer NOT NULL,
  digest   text NOT NULL,                  -- SHA-256 of the list, names included
  at       timestamptz NOT NULL,
  parties  jsonb NOT NULL,                 -- as they were told, by category; of the names a digest
  PRIMARY KEY (org_id, number)
);
CALL protect('subprocessor_lists', 'SELECT, INSERT');

CREATE TABLE subprocessor_subscribers (
  org_id        uuid NOT NULL,
  id            text NOT NULL,
  digest        bytea NOT NULL,            -- keyed, of the address
  sealed        bytea NOT NULL,            -- the address
  confirmed_at  timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, digest)
);
CALL protect('subprocessor_subscribers', 'SELECT, INSERT, DELETE');

CREATE TABLE subprocessor_letters (
  org_id         uuid NOT NULL,
  id             text NOT NULL,
  number         integer NOT NULL,         -- of the list
  subscriber_id  text NOT NULL,
  state          text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
  attempts       integer NOT NULL DEFAULT 0,
  made_at        timestamptz NOT NULL,
  settled_at     timestamptz,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, number, subscriber_id),
  FOREIGN KEY (org_id, number) REFERENCES subprocessor_lists (org_id, number),
  FOREIGN KEY (org_id, subscriber_id) REFERENCES subprocessor_subscribers (org_id, id) ON DELETE CASCADE
);
CREATE INDEX subprocessor_letters_of_subscriber ON subprocessor_letters (org_id, subscriber_id);
CALL protect('subprocessor_letters', 'SELECT, INSERT, UPDATE');
