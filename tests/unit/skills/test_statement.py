"""What is taken for one read of a database, and what is not. The wall behind this one: test_db_query.py."""

import pytest

from flowyte.skills.statement import Refused, read_statement

READS = [
    "SELECT a FROM t WHERE n = {name}",
    "select a, count(*) from t join u using (id) where n = {name} group by a having count(*) > 1 order by 2 limit 5;",
    "TABLE t",
    "WITH x AS (SELECT a FROM t WHERE n = {name}) SELECT a FROM x",
    "WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x WHERE n < {most}) SELECT n FROM x",
    "SELECT a FROM t WHERE n ILIKE '%' || {name} || '%'",
    "SELECT a FROM t WHERE n = {name} UNION SELECT a FROM u WHERE n = {name}",
    "SELECT lower(a), coalesce(b, 0), now() - interval '1 day', to_char(d, 'DD Mon') FROM t",
    "SELECT a -> 'b' ->> 'c', a @> '{{}}'::jsonb FROM t WHERE x = ANY (ARRAY[1, 2]) AND n = {name}::int",
    "SELECT a FROM shop.orders AS o WHERE EXISTS (SELECT FROM lines l WHERE l.id = o.id AND l.n = {name})",
    "SELECT row_number() OVER (PARTITION BY a ORDER BY b) AS n FROM t -- the newest\n",
    "SELECT CASE WHEN a > 1 THEN 'many' ELSE 'few' END FROM t",
    'SELECT "pg_size" FROM "update"',
]

HOSTILE = [
    "",
    ";",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE t",
    "INSERT INTO t VALUES (1)",
    "INSERT INTO t VALUES (1) RETURNING a",
    "UPDATE t SET a = 1",
    "DELETE FROM t",
    "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE",
    "TRUNCATE t",
    "DROP TABLE t",
    "CREATE TABLE x AS SELECT 1",
    "ALTER TABLE t ADD b int",
    "GRANT ALL ON t TO public",
    "COPY t TO PROGRAM 'id'",
    "COPY (SELECT 1) TO '/tmp/x'",
    "DO $$ BEGIN DELETE FROM t; END $$",
    "CALL p()",
    "EXECUTE s",
    "PREPARE s AS SELECT 1",
    "EXPLAIN ANALYZE DELETE FROM t",
    "VACUUM",
    "LISTEN c",
    "NOTIFY c",
    "SET transaction_read_only = off",
    "RESET ALL",
    "SHOW ALL",
    "BEGIN",
    "COMMIT",
    "LOCK TABLE t",
    "DECLARE c CURSOR FOR SELECT 1",
    "VALUES (1)",
    "SELECT a INTO x FROM t",
    "SELECT a FROM t FOR UPDATE",
    "SELECT a FROM t FOR SHARE",
    "SELECT a FROM (SELECT a FROM t FOR UPDATE) x",
    "WITH x AS (DELETE FROM t RETURNING a) SELECT a FROM x",
    "WITH x AS (INSERT INTO t VALUES (1) RETURNING a) SELECT a FROM x",
    "WITH x AS (UPDATE t SET a = 1 RETURNING a) SELECT a FROM x",
    "SELECT a FROM t WHERE b IN (WITH x AS (DELETE FROM t RETURNING a) SELECT a FROM x)",
    "SELECT pg_sleep(10)",
    "SELECT PG_SLEEP(10)",
    'SELECT "pg_sleep"(10)',
    "SELECT pg_catalog.pg_sleep(10)",
    "SELECT a FROM t ORDER BY pg_sleep(1)",
    "SELECT a FROM t WHERE b = (SELECT pg_sleep(1)::text)",
    "SELECT * FROM pg_sleep(1)",
    "SELECT * FROM t, LATERAL pg_sleep(1)",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT * FROM pg_ls_dir('/')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/x')",
    "SELECT dblink('host=10.0.0.1', 'DELETE FROM t')",
    "SELECT * FROM dblink_exec('DELETE FROM t')",
    "SELECT nextval('s')",
    "SELECT setval('s', 1)",
    "SELECT set_config('transaction_read_only', 'off', false)",
    "SELECT current_setting('app.org')",
    "SELECT query_to_xml('DELETE FROM t', true, true, '')",
    "SELECT * FROM ts_stat('DELETE FROM t')",
    "SELECT * FROM crosstab('DELETE FROM t') AS x (a int)",
    "SELECT net.http_get('http://10.0.0.1/')",
    "SELECT http_get('http://10.0.0.1/')",
    "SELECT public.wipe()",
    "SELECT pg_terminate_backend(1)",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_notify('c', 'x')",
    "SELECT a FROM t WHERE n = '{name}'",
    "SELECT a FROM t WHERE n LIKE '%{name}%'",
    'SELECT a AS "{name}" FROM t',
    "SELECT a FROM t -- {name}",
    "SELECT a FROM t /* {name} */",
    "SELECT $$ {name} $$",
    "SELECT a FROM t WHERE n = $1",
    "SELECT a FROM t WHERE n = ?",
    "SELECT 1 WHERE (",
    "SELECT \x00",
    "(" * 5_000,
]


@pytest.mark.parametrize("template", READS)
def test_a_read_is_taken(template: str) -> None:
    read_statement(template)


@pytest.mark.parametrize("template", HOSTILE)
def test_anything_else_is_refused_with_a_reason(template: str) -> None:
    with pytest.raises(Refused) as refused:
        read_statement(template)
    assert len(refused.value.message) > 10


def test_parameters_are_numbered_and_one_that_is_used_twice_is_one() -> None:
    statement = read_statement("SELECT a FROM t WHERE n = {name} AND (m = {most} OR o = {name});")
    assert statement.sql == "SELECT a FROM t WHERE n = $1 AND (m = $2 OR o = $1)"
    assert statement.parameters == ("name", "most")
