"""The catalogue gate: reads a migrated database and names everything that would let a tenant's row escape.

It only reads. Each rule's message says which table. `GLOBAL_TABLES` is the whole list of tables without an
organization, each with the reason why it may be so.
"""

from collections.abc import Awaitable, Callable

import asyncpg

GLOBAL_TABLES = {
    "schema_migrations": "which files ran; no data of anybody",
    "directory": "finds the organization of a credential before one is known; digests and ids only",
    "people": "one account may belong to several organizations; keyed digests only, addresses stand with members",
    "memberships": "where a person may go after signing in, before an organization is known; ids only",
    "recovery_codes": "signing in comes before an organization is known; keyed digests only",
    "passkeys": "signing in comes before an organization is known; public keys",
    "installation": "in which region this database is; one word, which only its owner may change",
    "spent": "one-time tokens of those who are not signed in; keyed digests only",
    "attempts": "counts guesses of those who are not signed in; keyed digests only",
    **dict.fromkeys(
        ("pgqueuer", "pgqueuer_log", "pgqueuer_schedules", "pgqueuer_statistics"),
        "a worker takes a job before it knows whose it is; ids only",
    ),
}
OF_ORGANIZATIONS = "(org_id = ( SELECT (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid AS \"nullif\"))"
"""What stands on the table `organizations`: the row of the one that the transaction was opened for."""
POLICY = (
    "(org_id = ( SELECT o.org_id\n   FROM (organizations o\n     JOIN installation i ON ((i.region = o.region)))\n"
    "  WHERE (o.org_id = ( SELECT (NULLIF(current_setting('app.org'::text, true), ''::text))::uuid AS \"nullif\"))))"
)
"""What stands on every other one: the rows of that organization, if it is kept in this database's region."""
APP = "flowyte_app"


async def ask(dsn: str, read: Callable[[asyncpg.Connection], Awaitable[list[str]]]) -> list[str]:
    """`violations` or `tenant_tables` of the database at `dsn`, on a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        return await read(connection)
    finally:
        await connection.close()


async def violations(connection: asyncpg.Connection) -> list[str]:
    """One line for each; none when every rule holds. Any role that may read the catalogue can ask."""
    return [
        *await _tables(connection),
        *await _policies(connection),
        *await _keys(connection),
        *await _doors(connection),
        *await _rights(connection),
        *await _role(connection),
    ]


async def tenant_tables(connection: asyncpg.Connection) -> list[str]:
    """Every table and partition that holds rows of organizations."""
    rows = await connection.fetch(
        """SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relname <> ALL($1)
              AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname""",
        list(GLOBAL_TABLES),
    )
    return [row["relname"] for row in rows]


async def _tables(connection: asyncpg.Connection) -> list[str]:
    rows = await connection.fetch(
        """SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
                  (SELECT attnotnull FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id') AS org
             FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"""
    )
    found = []
    for row in rows:
        name = row["relname"]
        if name in GLOBAL_TABLES:
            continue
        if not row["org"]:
            found.append(f"{name}: org_id is missing or may be null")
        if not (row["relrowsecurity"] and row["relforcerowsecurity"]):
            found.append(f"{name}: row security is not enabled and forced")
    return found


async def _policies(connection: asyncpg.Connection) -> list[str]:
    rows = await connection.fetch(
        """SELECT c.relname, count(p.polname) AS policies,
                  bool_and(p.polcmd = '*' AND p.polpermissive AND p.polroles = '{0}') AS for_all,
                  min(pg_get_expr(p.polqual, c.oid)) AS reads, min(pg_get_expr(p.polwithcheck, c.oid)) AS writes
             FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
            WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname"""
    )
    return [
        f"{row['relname']}: the one policy of protect() is not what stands here"
        for row in rows
        if row["relname"] not in GLOBAL_TABLES
        and (row["policies"] != 1 or not row["for_all"] or {row["reads"], row["writes"]} != {_policy(row["relname"])})
    ]


def _policy(table: str) -> str:
    return OF_ORGANIZATIONS if table == "organizations" else POLICY


async def _keys(connection: asyncpg.Connection) -> list[str]:
    """A unique index without org_id tells that another tenant has a value; a foreign key without it reaches there."""
    names = list(GLOBAL_TABLES)
    indexes = await connection.fetch(
        """SELECT i.indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
            WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace AND c.relname <> ALL($1)
              AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id'
                                 AND a.attnum = ANY(i.indkey))""",
        names,
    )
    foreign = await connection.fetch(
        """SELECT k.conname AS name FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
            WHERE k.contype = 'f' AND c.relnamespace = 'public'::regnamespace AND c.relname <> ALL($1)
              AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id'
                                 AND a.attnum = ANY(k.conkey))""",
        names,
    )
    return [f"{row['name']}: a unique index without org_id" for row in indexes] + [
        f"{row['name']}: a foreign key without org_id" for row in foreign
    ]


async def _doors(connection: asyncpg.Connection) -> list[str]:
    views = await connection.fetch(
        """SELECT relname, relkind::text AS kind FROM pg_class c WHERE relnamespace = 'public'::regnamespace
              AND (relkind = 'm' OR relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY(reloptions), false))"""
    )
    definers = await connection.fetch(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    return [f"{row['relname']}: a view that reads with its owner's rights" for row in views] + [
        f"{row['proname']}: a function that runs with its owner's rights" for row in definers
    ]


async def _rights(connection: asyncpg.Connection) -> list[str]:
    rows = await connection.fetch(
        """SELECT c.relname, r.privilege FROM pg_class c,
                  unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) AS r(privilege)
            WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
              AND has_table_privilege($1, c.oid, r.privilege)""",
        APP,
    )
    return [f"{row['relname']}: {APP} holds {row['privilege']}" for row in rows]


async def _role(connection: asyncpg.Connection) -> list[str]:
    """What would let the serving role step round every policy at once."""
    row = await connection.fetchrow(
        """SELECT rolsuper, rolbypassrls, has_schema_privilege(rolname, 'public', 'CREATE') AS creates,
                  EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) AS owns,
                  EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid) AS member
             FROM pg_roles r WHERE rolname = $1""",
        APP,
    )
    if row is None:
        return [f"{APP}: the role does not exist"]
    faults = {
        "rolsuper": "is a superuser",
        "rolbypassrls": "bypasses row security",
        "creates": "may create tables",
        "owns": "owns a table",
        "member": "may become another role",
    }
    return [f"{APP}: {words}" for name, words in faults.items() if row[name]]
