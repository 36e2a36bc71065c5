"""A db_query's statement: one read with `{parameters}`, parsed when it is saved. Pure.

This is the outer wall. Behind it the statement runs as a subquery, prepared, in a transaction that is READ ONLY, under
a timeout, as the role that the operator named: what slips through here still writes nothing to that database. What
this wall alone keeps away is what such a transaction does not: reading the server's files, calling other servers,
running text as a statement, and holding locks or sessions.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from flowyte.kit.errors import FlowyteError

_SLOT = re.compile(r"\{([A-Za-z][A-Za-z0-9_]{0,63})\}")

# A statement's parts that do something else than read. `Command` is what the parser knows by its first word only.
_FORBIDDEN = (
    exp.Into, exp.Lock, exp.DML, exp.DDL, exp.Command, exp.Copy, exp.Merge, exp.Set, exp.Transaction, exp.Use,
    exp.Placeholder, exp.SessionParameter,
)  # fmt: skip
# Functions, by the beginning of their names. `*_to_xml`, ts_stat, crosstab and connectby run the text that they are
# given; dblink and http call other servers; `pg_` holds files, locks, sessions and sleep; the rest keeps or changes
# state of the server or of its session.
_DENIED = (
    "pg_", "lo_", "dblink", "http", "net_", "query_to_xml", "table_to_xml", "schema_to_xml", "database_to_xml",
    "cursor_to_xml", "ts_stat", "ts_rewrite", "crosstab", "connectby", "normal_rand", "set_config", "current_setting",
    "nextval", "next_value_for", "nextvaluefor", "setval", "currval", "lastval", "txid_", "xpath_table", "plpy",
    "plpgsql", "inet_server", "inet_client", "system", "copy", "file_", "postgres_fdw", "aws_", "azure_", "cron_",
    "loread", "lowrite", "gen_random", "setseed",
)  # fmt: skip
_HARMLESS = frozenset({"pg_typeof"})


class Refused(FlowyteError):
    """This is not one read of a database."""


@dataclass(frozen=True, slots=True)
class Statement:
    """`sql` with $1, $2 …, which stand for `parameters` in this order."""

    sql: str
    parameters: tuple[str, ...]


@lru_cache(maxsize=256)
def read_statement(template: str) -> Statement:
    """Refused says why it is not one read."""
    if re.search(r"\$\d|\x00", template):
        raise Refused("write {name} for a parameter, not $1")
    order = tuple(dict.fromkeys(_SLOT.findall(template)))
    sql = _SLOT.sub(lambda found: f"${order.index(found[1]) + 1}", template).strip().removesuffix(";").strip()
    try:
        parsed = sqlglot.parse(sql, dialect="postgres")
    except (SqlglotError, RecursionError) as error:
        raise Refused("cannot be read as a statement of PostgreSQL") from error
    if len(parsed) != 1 or parsed[0] is None:
        raise Refused("one statement and no more")
    statement = parsed[0]
    if not isinstance(statement, exp.Select | exp.SetOperation):
        raise Refused("one that reads: SELECT …, or WITH … SELECT …")
    _look_through(statement)
    used = [node.name for node in statement.find_all(exp.Parameter)]
    if len(used) != len(_SLOT.findall(template)):
        raise Refused("a {parameter} stands for a whole value: not inside quotes, names or comments")
    return Statement(sql=sql, parameters=order)


def _look_through(statement: exp.Expression) -> None:
    for node in statement.walk():
        if isinstance(node, _FORBIDDEN):
            raise Refused(f"only reads: {type(node).__name__.upper()} is not taken")
        if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):
            raise Refused("functions of other schemas are not called")
        if isinstance(node, exp.Func):
            name = _name_of(node)
            if name not in _HARMLESS and name.startswith(_DENIED):
                raise Refused(f"the function {name} is not called from here")


def _name_of(node: exp.Func) -> str:
    if isinstance(node, exp.Anonymous):
        return str(node.name).lower()
    return str(node.sql_name()).lower()
