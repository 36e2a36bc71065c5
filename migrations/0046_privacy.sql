-- A trigger without arguments has no list of quiet columns, and against no list every comparison is unknown: changes of
-- tables that were audited without one left no row. Now they do.
CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
  new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
  present jsonb := CASE WHEN TG_OP = 'DELETE' THEN old_row ELSE new_row END;
  names text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    SELECT coalesce(array_agg(key ORDER BY key), '{}') INTO names FROM jsonb_each(new_row)
     WHERE value IS DISTINCT FROM old_row -> key AND key <> ALL (coalesce(TG_ARGV, '{}'));
    IF names = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  PERFORM note((present ->> 'org_id')::uuid,
               TG_TABLE_NAME || CASE TG_OP WHEN 'INSERT' THEN '.created' WHEN 'UPDATE' THEN '.changed' ELSE '.deleted' END,
               coalesce(present ->> 'id', ''), names);
  RETURN NULL;
END $$;

-- How long things are kept, what must not be deleted, and what persons have asked for.

-- Windows in days; null: until somebody deletes it. The row of agent '' is the organization's.
CREATE TABLE retention_windows (
  org_id           uuid NOT NULL,
  agent_id         text NOT NULL DEFAULT '',
  recordings_days  integer CHECK (recordings_days BETWEEN 1 AND 3650),
  transcripts_days integer CHECK (transcripts_days BETWEEN 1 AND 3650),
  PRIMARY KEY (org_id, agent_id)
);
CALL protect('retention_windows');
CALL audited('retention_windows');

-- A hold keeps one conversation, an agent's, or all of the organization's from being deleted, by whomever.
CREATE TABLE legal_holds (
  org_id      uuid NOT NULL,
  id          text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('conversation', 'agent', 'organization')),
  subject     text NOT NULL DEFAULT '',
  reason      text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  placed_by   text NOT NULL,
  placed_at   timestamptz NOT NULL DEFAULT now(),
  lifted_by   text,
  lifted_at   timestamptz,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX legal_holds_standing ON legal_holds (org_id, kind, subject) WHERE lifted_at IS NULL;
CALL protect('legal_holds', 'SELECT, INSERT, UPDATE');
CALL audited('legal_holds');

-- Who asked is sealed; the digest finds a second request of the same person while the first is open.
CREATE TABLE privacy_requests (
  org_id        uuid NOT NULL,
  id            text NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('access', 'deletion')),
  regime        text NOT NULL CHECK (regime IN ('gdpr', 'ccpa')),
  person        bytea NOT NULL,            -- sealed {phone, email}; emptied once a deletion is done
  digest        bytea NOT NULL,            -- keyed
  state         text NOT NULL CHECK (state IN ('received', 'verified', 'running', 'done', 'refused')),
  received_at   timestamptz NOT NULL,
  confirm_by    timestamptz,               -- CCPA: ten business days
  due_at        timestamptz NOT NULL,
  verified_by   text,
  verified_how  text CHECK (length(verified_how) <= 500),
  refused_because text CHECK (length(refused_because) <= 500),
  found         bytea,                     -- sealed list of conversations
  report        jsonb,                     -- the manifest: stores and results, no personal data
  certificate   text,                      -- the signed manifest of a deletion
  finished_at   timestamptz,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX privacy_requests_newest ON privacy_requests (org_id, received_at DESC, id DESC);
CREATE UNIQUE INDEX privacy_requests_open ON privacy_requests (org_id, digest, kind)
  WHERE state IN ('received', 'verified', 'running');
CALL protect('privacy_requests');
CALL audited('privacy_requests', quiet => '{found,report,certificate}');

-- A recording whose window is over: the conversation stays, its sound does not.
ALTER TABLE conversations DROP CONSTRAINT conversations_recording_state_check;
ALTER TABLE conversations ADD CONSTRAINT conversations_recording_state_check
  CHECK (recording_state IN ('none', 'recording', 'ready', 'partial', 'expired'));
