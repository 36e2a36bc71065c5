-- What somebody reported about the security of this installation. It belongs to the organization of who runs it, the
-- first that was made; the text and the contact are sealed, for they may tell how to break in.

CREATE TABLE security_reports (
  org_id       uuid NOT NULL,
  id           text NOT NULL,             -- the number that the reporter was given
  received_at  timestamptz NOT NULL,
  sealed       bytea NOT NULL,            -- {report, contact}
  seen_at      timestamptz,
  PRIMARY KEY (org_id, id)
);
CREATE INDEX security_reports_newest ON security_reports (org_id, received_at DESC, id DESC);
CALL protect('security_reports');
CALL audited('security_reports');
