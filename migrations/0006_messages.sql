-- Skills of an agent, and the messages that were taken.

CREATE TABLE skills (
  org_id      uuid NOT NULL,
  id          text NOT NULL,
  agent_id    text NOT NULL,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  spec        jsonb NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, agent_id, name)
);
CALL protect('skills');

-- Who called, their number and what they said are sealed. The unique key makes filing happen once for one intent,
-- however often an interruption or a retry asks for it.
CREATE TABLE messages (
  org_id           uuid NOT NULL,
  id               text NOT NULL,
  agent_id         text NOT NULL,
  conversation_id  text NOT NULL,
  intent_key       text NOT NULL CHECK (length(intent_key) BETWEEN 1 AND 200),
  name             bytea NOT NULL,
  phone_e164       bytea NOT NULL,
  body             bytea NOT NULL,
  status           text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'read')),
  created_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, conversation_id, intent_key)
);
CREATE INDEX messages_newest ON messages (org_id, created_at DESC, id DESC);
CALL protect('messages');
