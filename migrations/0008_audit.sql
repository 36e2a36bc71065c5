-- Who changed what, from where: written by the database itself with the change, in the same transaction.
--
-- A trigger cannot be forgotten by a new operation and cannot say anything else than what happened. The serving role
-- may add rows and read them, not change or remove them. Values are not kept, only the names of what changed: they may
-- be personal, and what was deleted must be gone.

CREATE TABLE audit_events (
  org_id   uuid NOT NULL,
  id       text NOT NULL DEFAULT 'aud_' || replace(gen_random_uuid()::text, '-', ''),
  at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor    text NOT NULL,
  address  text NOT NULL,
  action   text NOT NULL,
  object   text NOT NULL,
  changed  text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (org_id, id)
);
CREATE INDEX audit_events_newest ON audit_events (org_id, at DESC, id DESC);
CALL protect('audit_events', 'SELECT, INSERT');

-- One row, by whoever the transaction was opened for.
CREATE FUNCTION note(org uuid, what text, of_object text, changed_columns text[] DEFAULT '{}') RETURNS void
LANGUAGE sql AS $$
  INSERT INTO audit_events (org_id, actor, address, action, object, changed)
  VALUES (org, coalesce(NULLIF(current_setting('app.actor', true), ''), 'unknown'),
          coalesce(current_setting('app.address', true), ''), what, of_object, changed_columns)
$$;

-- Arguments: columns whose change alone is not worth a row.
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
  new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
  present jsonb := CASE WHEN TG_OP = 'DELETE' THEN old_row ELSE new_row END;
  names text[] := '{}';
BEGIN
  IF TG_OP = 'UPDATE' THEN
    SELECT coalesce(array_agg(key ORDER BY key), '{}') INTO names FROM jsonb_each(new_row)
     WHERE value IS DISTINCT FROM old_row -> key AND key <> ALL (TG_ARGV);
    IF names = '{}' THEN
      RETURN NULL;
    END IF;
  END IF;
  PERFORM note((present ->> 'org_id')::uuid,
               TG_TABLE_NAME || CASE TG_OP WHEN 'INSERT' THEN '.created' WHEN 'UPDATE' THEN '.changed' ELSE '.deleted' END,
               coalesce(present ->> 'id', ''), names);
  RETURN NULL;
END $$;

CREATE PROCEDURE audited(tenant_table regclass, events text DEFAULT 'INSERT OR UPDATE OR DELETE', quiet text[] DEFAULT '{}')
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER audited AFTER %s ON %s FOR EACH ROW EXECUTE FUNCTION note_change(%s)', events, tenant_table,
    (SELECT coalesce(string_agg(quote_literal(name), ', '), '') FROM unnest(quiet) AS name));
END $$;
REVOKE EXECUTE ON PROCEDURE audited FROM PUBLIC;

CALL audited('organizations');
CALL audited('agents', quiet => '{version,updated_at}');
CALL audited('agent_versions', 'INSERT');
CALL audited('skills', quiet => '{updated_at}');
CALL audited('knowledge_sources', quiet => '{status,progress_current,progress_total,chunk_count,embedding_model,error_message,updated_at}');
CALL audited('api_keys', quiet => '{last_used}');
CALL audited('sessions', 'INSERT OR DELETE');
CALL audited('sign_in_links', 'INSERT');
CALL audited('org_keys');
CALL audited('messages', 'UPDATE OR DELETE');
-- That a conversation took place is told by the conversation; that it was removed is told here.
CALL audited('conversations', 'DELETE');
