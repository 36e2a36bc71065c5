-- Who accepted the agreement behind the list of sub-processors by name. It belongs to the organization of who runs this
-- installation, the first that was made. A text that somebody accepted is kept for as long as the acceptance.

CREATE TABLE nda_texts (
  org_id    uuid NOT NULL,
  digest    text NOT NULL,                 -- SHA-256 of the text, in hex
  version   text NOT NULL,
  text      text NOT NULL,
  first_at  timestamptz NOT NULL,
  PRIMARY KEY (org_id, digest)
);
CALL protect('nda_texts', 'SELECT, INSERT');

CREATE TABLE nda_acceptances (
  org_id       uuid NOT NULL,
  id           text NOT NULL,
  accepted_at  timestamptz NOT NULL,
  digest       text NOT NULL,
  sealed       bytea NOT NULL,             -- {name, company, email}; no network address is kept
  opened_at    timestamptz,                -- the list, for the first time
  revoked_at   timestamptz,
  revoked_by   text,
  PRIMARY KEY (org_id, id),
  FOREIGN KEY (org_id, digest) REFERENCES nda_texts (org_id, digest)
);
CREATE INDEX nda_acceptances_newest ON nda_acceptances (org_id, accepted_at DESC, id DESC);
CALL protect('nda_acceptances', 'SELECT, INSERT, UPDATE');
CALL audited('nda_acceptances', quiet => '{opened_at}');
