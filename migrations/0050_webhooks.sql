-- Events out, as Standard Webhooks 1.0 has them: where they go, what happened, and how delivering it went.
--
-- A message and its deliveries are written in the transaction of what happened. Their bodies hold ids and states, never
-- what anybody said, so they are not sealed. Secrets are.

CREATE TABLE webhook_endpoints (
  org_id           uuid NOT NULL,
  id               text NOT NULL,
  url              text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
  description      text NOT NULL DEFAULT '' CHECK (length(description) <= 200),
  events           text[] NOT NULL DEFAULT '{}',   -- types; empty: all of them
  algorithm        text NOT NULL CHECK (algorithm IN ('v1', 'v1a')),
  secret           bytea NOT NULL,                 -- sealed: whsec_… or whsk_…
  public_key       text,                           -- whpk_… of v1a
  last_four        text NOT NULL,
  old_secret       bytea,                          -- signs too until old_until
  old_until        timestamptz,
  is_enabled       boolean NOT NULL DEFAULT true,
  disabled_because text,
  failing_since    timestamptz,                    -- null after a success
  created_by       text NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  rotated_at       timestamptz,
  PRIMARY KEY (org_id, id)
);
CALL protect('webhook_endpoints');
CALL audited('webhook_endpoints', quiet => '{failing_since}');

CREATE TABLE webhook_messages (
  org_id  uuid NOT NULL,
  id      text NOT NULL,                           -- the webhook-id, the same at every attempt
  type    text NOT NULL,
  at      timestamptz NOT NULL,
  body    bytea NOT NULL,                          -- the very bytes that are signed and sent
  PRIMARY KEY (org_id, id)
);
CREATE INDEX webhook_messages_oldest ON webhook_messages (org_id, at);
CALL protect('webhook_messages', 'SELECT, INSERT, DELETE');

CREATE TABLE webhook_deliveries (
  org_id       uuid NOT NULL,
  id           text NOT NULL,
  message_id   text NOT NULL,
  endpoint_id  text NOT NULL,
  state        text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed', 'cancelled')),
  attempts     integer NOT NULL DEFAULT 0,
  next_at      timestamptz,
  created_at   timestamptz NOT NULL,
  settled_at   timestamptz,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, message_id) REFERENCES webhook_messages (org_id, id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, endpoint_id) REFERENCES webhook_endpoints (org_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (org_id, endpoint_id, created_at DESC, id DESC);
CREATE INDEX webhook_deliveries_of_message ON webhook_deliveries (org_id, message_id);
CALL protect('webhook_deliveries');

CREATE TABLE webhook_attempts (
  org_id       uuid NOT NULL,
  delivery_id  text NOT NULL,
  number       integer NOT NULL,
  at           timestamptz NOT NULL,
  duration_ms  integer NOT NULL,
  status       integer,                            -- of the answer; null when there was none
  error        text,                               -- why it counts as failed
  PRIMARY KEY (org_id, delivery_id, number),
  FOREIGN KEY (org_id, delivery_id) REFERENCES webhook_deliveries (org_id, id) ON DELETE CASCADE
);
CALL protect('webhook_attempts', 'SELECT, INSERT, DELETE');
