"""/audit-events: who did what to which object, searched and exported. Reading it is itself an entry."""

import csv
import io
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, Router, get
from litestar.params import QueryParameter

from flowyte.api.agents import Limit
from flowyte.api.services import Asker, Services
from flowyte.api.shape import camel, decode_cursor, page
from flowyte.tenancy import audit

EXPORTED = 10_000  # newest that an export holds; ask for more with `to` set to the last one's time
COLUMNS = ("id", "at", "actor", "address", "action", "object", "changed")
Word = Annotated[str | None, QueryParameter(max_length=120)]


@get("/audit-events", opt={"scope": "audit:read"}, operation_id="listAuditEvents")
async def list_events(
    services: Services,
    principal: Asker,
    limit: Limit = 20,
    cursor: str | None = None,
    actor: Word = None,
    action: Word = None,
    object_: Annotated[str | None, QueryParameter(name="object", max_length=120)] = None,
    since: Annotated[datetime | None, QueryParameter(name="from")] = None,
    until: Annotated[datetime | None, QueryParameter(name="to")] = None,
) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        found = await audit.events(
            tx,
            actor=actor,
            action=action,
            object=object_,
            since=since,
            until=until,
            before=decode_cursor(cursor),
            limit=limit + 1,
        )
        if cursor is None:  # the pages that follow belong to the same reading
            await audit.note(tx, "audit.read", "")
    return page(found, limit, camel)


@get("/audit-events/export", opt={"scope": "audit:read"}, operation_id="exportAuditEvents")
async def export_events(
    services: Services,
    principal: Asker,
    format_: Annotated[Literal["csv", "jsonl"], QueryParameter(name="format")] = "jsonl",
    since: Annotated[datetime | None, QueryParameter(name="from")] = None,
    until: Annotated[datetime | None, QueryParameter(name="to")] = None,
) -> Response[bytes]:
    async with services.database.tenant(principal) as tx:
        found = await audit.events(tx, since=since, until=until, limit=EXPORTED)
        await audit.note(tx, "audit.exported", "")
    body, kind = (as_csv(found), "text/csv") if format_ == "csv" else (as_lines(found), "application/jsonl")
    headers = {"Content-Disposition": f'attachment; filename="audit.{format_}"', "Cache-Control": "no-store"}
    return Response(body, media_type=kind, headers=headers)


def as_lines(found: list[audit.AuditEvent]) -> bytes:
    return b"".join(msgspec.json.encode(event) + b"\n" for event in found)


def as_csv(found: list[audit.AuditEvent]) -> bytes:
    """With the columns' names first. A cell that a spreadsheet would run as a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for event in found:
        cells = (event.id, event.at.isoformat(), event.actor, event.address, event.action, event.object)
        writer.writerow([_plain(cell) for cell in (*cells, " ".join(event.changed))])
    return text.getvalue().encode()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


ROUTES = Router("/", route_handlers=[list_events, export_events])
