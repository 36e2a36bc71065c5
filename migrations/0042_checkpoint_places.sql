-- Where an organization wants its checkpoints sent, so that it holds what an operator could not change afterwards.
--
-- `webhook` is one row with an empty target, made when the first one goes out: events have endpoints of their own.
CREATE TABLE checkpoint_places (
  org_id   uuid NOT NULL,
  kind     text NOT NULL CHECK (kind IN ('webhook', 'email')),
  target   text NOT NULL CHECK (length(target) <= 254),
  seen     bigint NOT NULL DEFAULT 0,
  sent_at  timestamptz,
  problem  text NOT NULL DEFAULT '',
  PRIMARY KEY (org_id, kind, target)
);
CALL protect('checkpoint_places');
CALL audited('checkpoint_places', quiet => '{seen,sent_at,problem}');
