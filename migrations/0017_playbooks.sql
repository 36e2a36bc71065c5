-- Playbooks of an agent: the draft of each; versions hold copies of their own.
CREATE TABLE playbooks (
  org_id       uuid NOT NULL,
  id           text NOT NULL,
  agent_id     text NOT NULL,
  name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  description  text NOT NULL CHECK (length(description) <= 2000),
  is_enabled   boolean NOT NULL DEFAULT true,
  graph        jsonb NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, id),
  UNIQUE (org_id, agent_id, name)
);
CALL protect('playbooks');

CREATE FUNCTION delete_playbooks_of_agent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM playbooks WHERE org_id = OLD.org_id AND agent_id = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER playbooks_belong AFTER DELETE ON agents FOR EACH ROW EXECUTE FUNCTION delete_playbooks_of_agent();
