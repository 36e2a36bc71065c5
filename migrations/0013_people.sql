-- People, which organizations they belong to, and the invitations that bring them there.
--
-- A person may belong to several organizations, so the account cannot be a row of one of them. What is global is what
-- signing in needs before an organization is known: digests and ids. The address that can be read stands in each
-- organization's own list of members, where its row security holds it.

-- Global: one account signs in to several organizations. The e-mail's keyed digest and a keyed password hash.
CREATE TABLE people (
  id          text PRIMARY KEY,
  email       bytea NOT NULL UNIQUE,
  password    text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE (password) ON people TO flowyte_app;

-- Global: where a person may go after signing in. Ids only.
CREATE TABLE memberships (
  person     text NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  org_id     uuid NOT NULL,
  joined_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (person, org_id)
);
GRANT SELECT, INSERT, DELETE ON memberships TO flowyte_app;

-- Global: whoever guesses is not signed in. Keyed digests of addresses and accounts, and how often.
CREATE TABLE attempts (
  digest  bytea PRIMARY KEY,
  began   timestamptz NOT NULL,
  count   integer NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON attempts TO flowyte_app;

CREATE TABLE members (
  org_id     uuid NOT NULL,
  id         text NOT NULL,
  email      text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  role       text NOT NULL CHECK (role IN ('owner', 'admin', 'builder', 'analyst', 'billing')),
  joined_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id)
);
CALL protect('members');
CALL audited('members');

CREATE TABLE invites (
  org_id      uuid NOT NULL,
  id          text NOT NULL,
  email       text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  role        text NOT NULL CHECK (role IN ('owner', 'admin', 'builder', 'analyst', 'billing')),
  digest      bytea NOT NULL,
  invited_by  text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, email),
  UNIQUE (org_id, digest)
);
CALL protect('invites');
CALL audited('invites');

-- A session of a person ends with the membership, and has the member's role of the moment. One of a link has its own.
ALTER TABLE sessions ADD COLUMN person text;
ALTER TABLE sessions ADD COLUMN address text NOT NULL DEFAULT '';
ALTER TABLE sessions ADD FOREIGN KEY (org_id, person) REFERENCES members (org_id, id) ON DELETE CASCADE;

ALTER TABLE directory DROP CONSTRAINT directory_kind_check;
ALTER TABLE directory ADD CONSTRAINT directory_kind_check
  CHECK (kind IN ('organization', 'key', 'session', 'link', 'number', 'invite'));
