-- A second party that looks at an organization's log: it signs each head that continues the last one it saw.

CREATE TABLE witnesses (
  org_id      uuid NOT NULL,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  public      bytea NOT NULL CHECK (length(public) = 32),
  url         text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
  seen        bigint NOT NULL DEFAULT 0,
  problem     text NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, name)
);
CALL protect('witnesses');
CALL audited('witnesses', quiet => '{seen,problem}');

CREATE TABLE cosignatures (
  org_id   uuid NOT NULL,
  size     bigint NOT NULL,
  witness  text NOT NULL,
  line     text NOT NULL,
  PRIMARY KEY (org_id, size, witness),
  FOREIGN KEY (org_id, size) REFERENCES checkpoints (org_id, size)
);
CALL protect('cosignatures', 'SELECT, INSERT');
