"""One digest of everything that decides who sees which row: what is proved of one database holds for its equals."""

import hashlib

import asyncpg

QUERIES = (
    """SELECT c.relname, c.relkind::text, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner),
              (SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM unnest(c.relacl) AS x
                WHERE x::text LIKE 'flowyte%')
         FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relnamespace = 'public'::regnamespace
        ORDER BY 1""",
    """SELECT c.relname, p.polname, p.polcmd::text, p.polpermissive, p.polroles::text,
              pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid)
         FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
        WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1, 2""",
    """SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
          AND NOT a.attisdropped ORDER BY 1, 2""",
    """SELECT c.relname, k.conname, k.contype::text, pg_get_constraintdef(k.oid)
         FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1, 2""",
    """SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname LIKE 'flowyte%' ORDER BY 1""",
)


async def fingerprint(connection: asyncpg.Connection) -> str:
    """SHA-256 over tables, owners, rights, policies, columns and constraints of the public schema."""
    digest = hashlib.sha256()
    for query in QUERIES:
        for row in await connection.fetch(query):
            digest.update(repr(tuple(row)).encode() + b"\n")
    return digest.hexdigest()
