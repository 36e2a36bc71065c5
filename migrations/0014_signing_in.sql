-- More than a password: codes of an authenticator, recovery codes, passkeys; and what an organization asks of its people.
--
-- The tables of accounts are global for the reason that `people` is (0013): they are read before an organization is
-- known. They hold digests, random bytes and public keys.

-- The authenticator's secret is not here: it is derived from these random bytes by a key that is not in the database.
-- `totp_step` is the last half minute whose code was taken, so that no code is taken twice.
ALTER TABLE people ADD COLUMN totp bytea;
ALTER TABLE people ADD COLUMN totp_step bigint NOT NULL DEFAULT 0;
GRANT UPDATE (totp, totp_step) ON people TO flowyte_app;

-- Global: see above. Each row is one code that signs in once.
CREATE TABLE recovery_codes (
  person  text NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  digest  bytea NOT NULL,
  PRIMARY KEY (person, digest)
);
GRANT SELECT, INSERT, DELETE ON recovery_codes TO flowyte_app;

-- Global: see above. The public half of each key that a device of the person keeps.
CREATE TABLE passkeys (
  credential  bytea PRIMARY KEY,
  person      text NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  id          text NOT NULL UNIQUE,
  name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  public_key  bytea NOT NULL,
  uses        bigint NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  last_used   date
);
CREATE INDEX passkeys_of_person ON passkeys (person);
GRANT SELECT, INSERT, UPDATE (uses, last_used), DELETE ON passkeys TO flowyte_app;

-- Global: digests of signed tokens that are good once and were used, for as long as they would still be good.
CREATE TABLE spent (
  digest      bytea PRIMARY KEY,
  expires_at  timestamptz NOT NULL
);
GRANT SELECT, INSERT, DELETE ON spent TO flowyte_app;

-- `strong`: signed in by a passkey, or with a code besides the password.
ALTER TABLE sessions ADD COLUMN strong boolean NOT NULL DEFAULT false;
ALTER TABLE sessions ADD COLUMN browser text NOT NULL DEFAULT '';

CREATE TABLE sign_in_policies (
  org_id         uuid PRIMARY KEY,
  second_factor  boolean NOT NULL,
  session_hours  integer NOT NULL CHECK (session_hours BETWEEN 1 AND 168),
  email_domains  text[] NOT NULL
);
CALL protect('sign_in_policies');
CALL audited('sign_in_policies');
