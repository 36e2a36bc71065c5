-- Where an organization's data are kept. This database is of one region; an organization that is pinned to another one
-- has no rows here that the serving role could read or write, whatever a process is told in its settings.

-- One row, which the owner alone may change.
CREATE TABLE installation (
  one       boolean PRIMARY KEY DEFAULT true CHECK (one),
  region    text NOT NULL CHECK (region ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  named_at  timestamptz NOT NULL DEFAULT now()
);
INSERT INTO installation (region) VALUES ('local');
GRANT SELECT ON installation TO flowyte_app;

CREATE FUNCTION here() RETURNS text LANGUAGE sql STABLE AS 'SELECT region FROM installation';

ALTER TABLE organizations ADD COLUMN region text NOT NULL DEFAULT 'local';
ALTER TABLE organizations ALTER COLUMN region SET DEFAULT here();
-- Of which organizations the sweepers take care; a key leads to its organization wherever that is.
ALTER TABLE directory ADD COLUMN region text NOT NULL DEFAULT 'local';
ALTER TABLE directory ALTER COLUMN region SET DEFAULT here();

-- Every table but organizations itself: the rows of the one organization that is open, if it is kept here. The row of
-- an organization can be read anywhere by its own key, so that a refusal can say where it is.
CREATE OR REPLACE PROCEDURE protect(tenant_table regclass, rights text DEFAULT 'SELECT, INSERT, UPDATE, DELETE')
LANGUAGE plpgsql AS $$
DECLARE
  mine text := '(org_id = (SELECT o.org_id FROM organizations o JOIN installation i ON i.region = o.region '
               'WHERE o.org_id = (SELECT NULLIF(current_setting(''app.org'', true), '''')::uuid)))';
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant_table);
  EXECUTE format('CREATE POLICY tenant ON %s FOR ALL USING %s WITH CHECK %s', tenant_table, mine, mine);
  EXECUTE format('GRANT %s ON %s TO flowyte_app', rights, tenant_table);
END $$;
REVOKE EXECUTE ON PROCEDURE protect FROM PUBLIC;

DO $$
DECLARE
  mine text := '(org_id = (SELECT o.org_id FROM organizations o JOIN installation i ON i.region = o.region '
               'WHERE o.org_id = (SELECT NULLIF(current_setting(''app.org'', true), '''')::uuid)))';
  each_table regclass;
BEGIN
  FOR each_table IN SELECT polrelid FROM pg_policy WHERE polname = 'tenant' AND polrelid <> 'organizations'::regclass LOOP
    EXECUTE format('ALTER POLICY tenant ON %s USING %s WITH CHECK %s', each_table, mine, mine);
  END LOOP;
END $$;

-- Told at the begin of a transaction, before anything is asked: FW421 with both regions.
CREATE FUNCTION refuse_elsewhere() RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
  theirs text; ours text;
BEGIN
  SELECT o.region, i.region INTO theirs, ours FROM organizations o, installation i
   WHERE o.org_id = NULLIF(current_setting('app.org', true), '')::uuid AND o.region <> i.region;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'FW421', MESSAGE = theirs, DETAIL = ours;
  END IF;
END $$;

-- The serving role can pin an organization to no other region, and move none. A move is in the organization's audit log.
CREATE FUNCTION keep_region() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = 'flowyte_app' AND (TG_OP = 'INSERT' AND NEW.region <> here() OR
                                       TG_OP = 'UPDATE' AND NEW.region <> OLD.region) THEN
    RAISE EXCEPTION 'an organization stays in the region where it was made' USING ERRCODE = 'FW422';
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.region <> OLD.region AND OLD.region = here() THEN
    PERFORM note(NEW.org_id, 'organizations.moved', OLD.region || ' to ' || NEW.region);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_region BEFORE INSERT OR UPDATE ON organizations FOR EACH ROW EXECUTE FUNCTION keep_region();
-- Of one that comes here the log is open only afterwards.
CREATE FUNCTION note_arrival() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.region <> OLD.region AND NEW.region = here() THEN
    PERFORM note(NEW.org_id, 'organizations.moved', OLD.region || ' to ' || NEW.region);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER note_arrival AFTER UPDATE ON organizations FOR EACH ROW EXECUTE FUNCTION note_arrival();
DROP TRIGGER audited ON organizations;
CALL audited('organizations', quiet => '{region}');

-- For the owner: pin one organization to another region. From the commit on it is not opened here.
CREATE PROCEDURE move_organization(org uuid, target text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.org', org::text, true), set_config('app.actor', 'operator', true);
  IF EXISTS (SELECT FROM stored_objects WHERE org_id = org AND region <> target) OR
     EXISTS (SELECT FROM object_removals WHERE org_id = org) THEN
    RAISE EXCEPTION 'objects of this organization lie in another region' USING ERRCODE = 'FW423';
  END IF;
  UPDATE directory SET region = target WHERE org_id = org;
  UPDATE organizations SET region = target WHERE org_id = org AND region <> target;
END $$;

-- For the owner: this database, with all that is pinned to its region, is in another region from now on.
CREATE PROCEDURE move_installation(target text) LANGUAGE plpgsql AS $$
DECLARE
  org uuid; before text := here();
BEGIN
  FOR org IN SELECT DISTINCT org_id FROM directory WHERE kind = 'organization' AND region = before LOOP
    PERFORM set_config('app.org', org::text, true), set_config('app.actor', 'operator', true);
    UPDATE stored_objects SET region = target WHERE org_id = org AND region = before;
    UPDATE object_removals SET region = target WHERE org_id = org AND region = before;
    UPDATE organizations SET region = target WHERE org_id = org AND region <> target;
  END LOOP;
  UPDATE directory SET region = target WHERE region = before;
  UPDATE installation SET region = target, named_at = now();
END $$;
REVOKE EXECUTE ON PROCEDURE move_organization, move_installation FROM PUBLIC;
