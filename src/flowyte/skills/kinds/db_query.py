"""db_query: one read of the operator's own database, with what a caller said as bound values and never as SQL."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from flowyte.egress.client import Denied
from flowyte.egress.guard import Guard
from flowyte.egress.postgres import StatementRefused, Target, TooManyRows, WrongValue, read
from flowyte.kit.errors import VendorFailed
from flowyte.skills.credentials import CONNECTION
from flowyte.skills.kinds.webhook import Secrets, opened, small
from flowyte.skills.runner import Order, Outside, SkillFailed

SECONDS = 5.0  # a caller waits on the line; a look-up by a key takes milliseconds


class Reads(Protocol):
    """`egress.postgres.read`, or what looks on in its place."""

    async def __call__(
        self, guard: Guard, target: Target, sql: str, values: Sequence[object], *, seconds: float
    ) -> Sequence[Mapping[str, Any]]: ...


def querying(guard: Guard, secrets: Secrets, reads: Reads = read) -> Outside:
    async def db_query(order: Order, run_id: str) -> Mapping[str, Any]:
        kept = await opened(secrets, order)
        if CONNECTION not in kept:
            raise SkillFailed("No database is connected to this skill.", kind="secret_missing", happened="no")
        sql, values = statement_of(order)
        try:
            target = Target.parse(kept[CONNECTION].reveal())
            rows = await reads(guard, target, sql, values, seconds=SECONDS)
        except (Denied, WrongValue, StatementRefused, TooManyRows, VendorFailed) as error:
            kind = error.kind if isinstance(error, VendorFailed) else error.code
            raise SkillFailed(error.message, kind=kind, happened="no") from error  # a read changes nothing
        return small({"rows": list(rows), "count": len(rows)})

    return db_query


def statement_of(order: Order) -> tuple[str, Sequence[object]]:
    """Parsed again as when it was saved: what is run is what was checked."""
    from flowyte.skills.statement import Refused, read_statement  # the parser takes a quarter of a second to load

    try:
        statement = read_statement(str(order.skill.execution_config["sql_template"]))
    except Refused as error:
        raise SkillFailed(error.message, kind="statement_refused", happened="no") from error
    return statement.sql, [order.arguments.get(name) for name in statement.parameters]
