-- How often somebody has failed to prove that an account is theirs: by account, across calls, chats and processes.
-- `account` is a keyed digest, so the table tells nobody which accounts there are.
CREATE TABLE verification_attempts (
  org_id   uuid NOT NULL,
  account  bytea NOT NULL CHECK (length(account) = 32),
  began    timestamptz NOT NULL,
  count    integer NOT NULL CHECK (count > 0),
  PRIMARY KEY (org_id, account)
);
CALL protect('verification_attempts');
