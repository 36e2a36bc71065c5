-- What goes with an agent and with a conversation, whoever deletes them. By trigger and not by foreign key, for rooms
-- write their rows without asking the other room first; row security holds in here as everywhere.

CREATE FUNCTION delete_what_belongs_to_agent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM knowledge_sources WHERE org_id = OLD.org_id AND agent_id = OLD.id;
  DELETE FROM skills WHERE org_id = OLD.org_id AND agent_id = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER what_belongs AFTER DELETE ON agents FOR EACH ROW EXECUTE FUNCTION delete_what_belongs_to_agent();

CREATE FUNCTION delete_what_belongs_to_conversation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM messages WHERE org_id = OLD.org_id AND conversation_id = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER what_belongs AFTER DELETE ON conversations
  FOR EACH ROW EXECUTE FUNCTION delete_what_belongs_to_conversation();

-- Keys of retries are kept for a day; the worker sweeps what is older.
CREATE INDEX idempotency_age ON idempotency (org_id, created_at);
