-- Answers to retries are sealed from here on; what was remembered in the clear is forgotten, though not that it was done.
-- `quotes`: the answer may hold what somebody said, and goes with any deletion.
UPDATE idempotency SET body = NULL;
ALTER TABLE idempotency ADD COLUMN quotes boolean NOT NULL DEFAULT false;
