"""Eight ways in which the protection of a table is broken by a slip in a migration. R3 of the design, one by one."""

ORG = "org_id = (SELECT NULLIF(current_setting('app.org', true), '')::uuid)"

# name: statements, with the table's name in place of {table}
MUTANTS = {
    "disabled": "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "not forced on the owner": "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
    "policy dropped": "DROP POLICY tenant ON {table}",
    "reads everything": "ALTER POLICY tenant ON {table} USING (true)",
    "writes anything": "ALTER POLICY tenant ON {table} WITH CHECK (true)",
    "a second, open policy": "CREATE POLICY extra ON {table} FOR SELECT USING (true)",
    "open without an organization": f"ALTER POLICY tenant ON {{table}} USING ({ORG} OR "
    "NULLIF(current_setting('app.org', true), '') IS NULL)",
    # Looks right at every single policy, and lets a row be given away.
    "split, and moving forgotten": f"DROP POLICY tenant ON {{table}}; "
    f"CREATE POLICY tenant_read ON {{table}} FOR SELECT USING ({ORG}); "
    f"CREATE POLICY tenant_add ON {{table}} FOR INSERT WITH CHECK ({ORG}); "
    f"CREATE POLICY tenant_change ON {{table}} FOR UPDATE USING ({ORG}) WITH CHECK (true); "
    f"CREATE POLICY tenant_remove ON {{table}} FOR DELETE USING ({ORG})",
}


def statements(mutant: str, table: str) -> str:
    return MUTANTS[mutant].replace("{table}", table)
