-- When each organization was made, beside its id, so that the one that runs the installation, the first, is found by one
-- statement: it was looked for by opening every organization in turn.

ALTER TABLE directory ADD COLUMN made_at timestamptz NOT NULL DEFAULT now();

DO $$
DECLARE
  org uuid;
BEGIN
  FOR org IN SELECT org_id FROM directory WHERE kind = 'organization' LOOP
    PERFORM set_config('app.org', org::text, true);
    UPDATE directory SET made_at = (SELECT created_at FROM organizations WHERE org_id = org)
     WHERE kind = 'organization' AND org_id = org AND EXISTS (SELECT FROM organizations WHERE org_id = org);
  END LOOP;
  PERFORM set_config('app.org', '', true);
END $$;
