"""Reports of vulnerabilities: taken from anybody, sealed, kept for who runs this installation, answered by a number.

Nothing of a report is shown to whoever sends one. It is read by the owners of the organization that runs the
installation, the first that was made, and mailed to nobody: a letter would carry it in the clear.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import FieldError, Invalid, NotFound, Unavailable
from flowyte.kit.ids import new_id
from flowyte.tenancy import attempts
from flowyte.tenancy.organizations import only_organization, system_principal
from flowyte.vault.digest import Peppers
from flowyte.vault.seal import Sealer

MOST_CHARACTERS = 20_000  # a report with a proof of concept; a longer one has an attachment, and asks for a contact
MOST_CONTACT = 300
MOST_KEPT = 1_000  # unseen ones; more is an attack on the form


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    id: str
    received_at: datetime
    report: str
    contact: str
    seen_at: datetime | None


async def take_report(
    database: Database, sealer: Sealer, peppers: Peppers, clock: Clock, *, report: str, contact: str, address: str
) -> str:
    """The report's number. Invalid for an empty or endless one; TooMany for an address that sends many."""
    report, contact = report.replace("\0", "").strip(), contact.replace("\0", "").strip()
    faults = []
    if not 20 <= len(report) <= MOST_CHARACTERS:
        faults.append(FieldError(field="report", message=f"has 20 to {MOST_CHARACTERS:,} characters"))
    if len(contact) > MOST_CONTACT:
        faults.append(FieldError(field="contact", message=f"has up to {MOST_CONTACT} characters"))
    if faults:
        raise Invalid(fields=faults)
    await attempts.count(database, peppers, clock, address, "security-report")
    try:
        org = await only_organization(database)
    except NotFound:
        raise Unavailable("Nobody runs this installation yet. Try again later.") from None
    number = new_id("vul")
    async with database.tenant(system_principal(org)) as tx:
        if await count_unseen(tx) >= MOST_KEPT:
            raise Unavailable("Too many reports wait already. Try again later.")
        content = msgspec.json.encode({"report": report, "contact": contact})
        sealed = await sealer.seal(tx, "security_reports", "sealed", number, content)
        await tx.execute(
            "INSERT INTO security_reports (org_id, id, received_at, sealed) VALUES ($1, $2, $3, $4)",
            org, number, clock.now(), sealed,
        )  # fmt: skip
    return number


async def count_unseen(tx: TenantTx) -> int:
    count: int = await tx.fetchval(
        "SELECT count(*) FROM security_reports WHERE org_id = $1 AND seen_at IS NULL", tx.org
    )
    return count


async def list_reports(tx: TenantTx, sealer: Sealer, *, limit: int = 100) -> list[Report]:
    """Newest first, opened."""
    rows = await tx.fetch(
        "SELECT * FROM security_reports WHERE org_id = $1 ORDER BY received_at DESC, id DESC LIMIT $2", tx.org, limit
    )
    found = []
    for row in rows:
        content = msgspec.json.decode(await sealer.open(tx, "security_reports", "sealed", row["id"], row["sealed"]))
        found.append(Report(id=row["id"], received_at=row["received_at"], seen_at=row["seen_at"], **content))
    return found


async def mark_seen(tx: TenantTx, clock: Clock, report_id: str) -> None:
    changed = await tx.execute(
        "UPDATE security_reports SET seen_at = coalesce(seen_at, $3) WHERE org_id = $1 AND id = $2",
        tx.org, report_id, clock.now(),
    )  # fmt: skip
    if changed == "UPDATE 0":
        raise NotFound
