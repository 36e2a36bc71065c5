-- Telephone numbers and the agents that answer them. The carrier's token is sealed; it checks who sends a webhook.
--
-- A webhook comes without an identity of ours: its address holds the line's id, which is 128 random bits, and the
-- directory finds the organization. Two organizations may name the same number: the carrier decides whose webhook it
-- calls, and neither learns of the other.

ALTER TABLE directory DROP CONSTRAINT directory_kind_check;
ALTER TABLE directory ADD CONSTRAINT directory_kind_check
  CHECK (kind IN ('organization', 'key', 'session', 'link', 'number'));

CREATE TABLE phone_lines (
  org_id       uuid NOT NULL,
  id           text NOT NULL,
  e164         text NOT NULL CHECK (e164 ~ '^\+[1-9][0-9]{6,14}$'),
  agent_id     text,
  provider     text NOT NULL CHECK (provider IN ('twilio')),
  account_sid  text NOT NULL,
  auth_token   bytea NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, e164),
  FOREIGN KEY (org_id, agent_id) REFERENCES agents (org_id, id) ON DELETE SET NULL (agent_id)
);
CALL protect('phone_lines');
CALL audited('phone_lines');
