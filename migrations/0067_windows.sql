-- Windows for receipts and for logs, beside those for recordings and whole conversations.

-- Logs are the organization's: no agent has a window of its own for them. At least a month, so that whoever gets into an
-- account cannot have its own traces swept away before somebody looks.
ALTER TABLE retention_windows ADD COLUMN receipts_days integer CHECK (receipts_days BETWEEN 1 AND 3650);
ALTER TABLE retention_windows ADD COLUMN logs_days integer
  CHECK (logs_days IS NULL OR logs_days BETWEEN 30 AND 3650 AND agent_id = '');

-- What took place is gone, event by event, and what was said with it; the row with its numbers stays, and the leaves in
-- the log, which prove a receipt that was given out before.
ALTER TABLE conversations ADD COLUMN receipt_over boolean NOT NULL DEFAULT false;

-- The audit log still loses nothing but what is past the organization's window and under no hold, whoever asks.
GRANT DELETE ON audit_events TO flowyte_app;
CREATE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM retention_windows w WHERE w.org_id = OLD.org_id AND w.agent_id = ''
                AND OLD.at < now() - make_interval(days => w.logs_days))
     AND NOT EXISTS (SELECT FROM legal_holds h WHERE h.org_id = OLD.org_id AND h.lifted_at IS NULL
                        AND (h.kind = 'organization' OR h.subject = OLD.object)) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'the audit log keeps this row' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_audit BEFORE DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION keep_audit();
