-- What a conversation leaves: one row, and its append-only timeline.
--
-- A timeline event is sealed under the conversation's own key, for nearly every kind of event can hold what somebody
-- said. So the database cannot search it; the search opens the newest conversations instead.

CREATE TABLE conversations (
  org_id           uuid NOT NULL,
  id               text NOT NULL,
  agent_id         text NOT NULL,
  agent_name       text NOT NULL,
  version_id       text,
  version_number   integer,
  channel          text NOT NULL CHECK (channel IN ('voice', 'chat')),
  line             text NOT NULL CHECK (line IN ('browser', 'twilio', 'api')),
  draft            boolean NOT NULL DEFAULT false,
  started_at       timestamptz NOT NULL DEFAULT now(),
  alive_at         timestamptz NOT NULL DEFAULT now(),
  ended_at         timestamptz,
  duration_ms      integer,
  cause            text,
  outcome          text CHECK (outcome IN ('completed', 'transferred', 'abandoned', 'error')),
  consent          text NOT NULL DEFAULT 'unknown',
  turns            integer NOT NULL DEFAULT 0,
  recording_state  text NOT NULL DEFAULT 'none' CHECK (recording_state IN ('none', 'recording', 'ready', 'partial')),
  recording_rate   integer,
  recording_from   integer,
  recording_ms     integer,
  generation       integer NOT NULL DEFAULT 1,
  latency          jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (org_id, id)
);
CREATE INDEX conversations_newest ON conversations (org_id, started_at DESC, id DESC);
CREATE INDEX conversations_open ON conversations (org_id, alive_at) WHERE ended_at IS NULL;
CALL protect('conversations');

CREATE TABLE timeline (
  org_id           uuid NOT NULL,
  conversation_id  text NOT NULL,
  seq              integer NOT NULL,
  at_ms            integer NOT NULL,
  at               timestamptz NOT NULL,
  type             text NOT NULL,
  sealed           bytea NOT NULL,
  PRIMARY KEY (org_id, conversation_id, seq),
  FOREIGN KEY (org_id, conversation_id) REFERENCES conversations (org_id, id) ON DELETE CASCADE
);
CALL protect('timeline', 'SELECT, INSERT, DELETE');
