-- Where sound lies once it has left the machine on which it was written, and what a bucket still has to lose.

-- A row is there from before the upload begins. Size and digest are those of the sealed file.
CREATE TABLE stored_objects (
  org_id           uuid NOT NULL,
  conversation_id  text NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('recording')),
  region           text NOT NULL,
  bucket           text NOT NULL,
  key              text NOT NULL,
  size             bigint NOT NULL CHECK (size >= 0),
  sha256           bytea NOT NULL CHECK (length(sha256) = 32),
  state            text NOT NULL DEFAULT 'moving' CHECK (state IN ('moving', 'stored')),
  begun_at         timestamptz NOT NULL DEFAULT now(),
  stored_at        timestamptz,
  PRIMARY KEY (org_id, conversation_id, kind),
  FOREIGN KEY (org_id, conversation_id) REFERENCES conversations (org_id, id) ON DELETE CASCADE
);
CALL protect('stored_objects');

-- Stays until the bucket has shown that nothing of the object is left, in no version.
CREATE TABLE object_removals (
  org_id           uuid NOT NULL,
  bucket           text NOT NULL,
  key              text NOT NULL,
  region           text NOT NULL,
  conversation_id  text NOT NULL,
  asked_at         timestamptz NOT NULL DEFAULT now(),
  tried_at         timestamptz,
  tries            integer NOT NULL DEFAULT 0,
  error            text,
  PRIMARY KEY (org_id, bucket, key)
);
CREATE INDEX object_removals_of ON object_removals (org_id, conversation_id);
CALL protect('object_removals');

-- Whichever way a conversation or its sound goes, what lies in the bucket is asked for in the same transaction.
CREATE FUNCTION ask_object_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO object_removals (org_id, bucket, key, region, conversation_id)
  VALUES (OLD.org_id, OLD.bucket, OLD.key, OLD.region, OLD.conversation_id) ON CONFLICT DO NOTHING;
  RETURN OLD;
END $$;
CREATE TRIGGER ask_removal AFTER DELETE ON stored_objects FOR EACH ROW EXECUTE FUNCTION ask_object_removal();
