-- Where an organization wants its checkpoints sent, so that it holds what an operator could not change afterwards.
--
-- `webhook` is one row with an empty target, made when the first one goes out: events have endpoints of their own.
-- Of a bucket, the target is the address below which checkpoints are put, and `sealed` the key pair that may put them.
CREATE TABLE checkpoint_places (
  org_id   uuid NOT NULL,
  kind     text NOT NULL CHECK (kind IN ('webhook', 'email', 'bucket')),
  target   text NOT NULL CHECK (length(target) <= 2000),
  seen     bigint NOT NULL DEFAULT 0,
  sent_at  timestamptz,
  problem  text NOT NULL DEFAULT '',
  region   text NOT NULL DEFAULT '',
  sealed   bytea CHECK ((sealed IS NOT NULL) = (kind = 'bucket')),
  PRIMARY KEY (org_id, kind, target)
);
CALL protect('checkpoint_places');
CALL audited('checkpoint_places', quiet => '{seen,sent_at,problem}');
