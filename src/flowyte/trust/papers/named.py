"""The list by name: shown to who accepted the agreement, by a signed link of limited life that can be taken back.

The acceptance is the record: who, when, and the very text. No network address is kept of it. Nothing of the list is
kept with it: the link shows the list as it is on the day.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Conflict, FieldError, Invalid, NotFound, Unauthenticated, Unavailable
from flowyte.kit.ids import new_id
from flowyte.tenancy import attempts
from flowyte.tenancy.organizations import only_organization, system_principal
from flowyte.tenancy.people import Door, normal_email
from flowyte.tenancy.principal import Principal
from flowyte.trust.papers.model import Agreement
from flowyte.vault.seal import Sealer

LINK_LIFE = timedelta(days=7)  # long enough for a review by several people; then it is asked for again
MOST_NAME = 200
MOST_STANDING = 10_000  # more is an attack on the form
PURPOSE = "named-list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    id: str
    name: str
    company: str
    email: str
    version: str
    digest: str
    accepted_at: datetime
    opened_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    name: str
    company: str
    email: str


async def accept(door: Door, sealer: Sealer, asker: Asker, agreement: Agreement, *, shown: str, address: str) -> str:
    """Record it, and the token of its link. `shown` is the digest of the text that stood on the asker's page: Conflict
    when it was another. Invalid for missing fields; TooMany over the limits of an address or of a mailbox."""
    asker = _checked(asker)
    if shown != agreement.digest:
        raise Conflict("The agreement has changed since you opened this page. Read it again.")
    await count(door, address, asker.email, PURPOSE)
    org = await operator_of(door.database)
    acceptance, now = new_id("nda"), door.clock.now()
    async with door.database.tenant(system_principal(org)) as tx:
        standing = await tx.fetchval("SELECT count(*) FROM nda_acceptances WHERE org_id = $1", org)
        if standing >= MOST_STANDING:
            raise Unavailable("Too many have asked already. Write to whoever runs this installation.")
        await tx.execute(
            "INSERT INTO nda_texts (org_id, digest, version, text, first_at) VALUES ($1, $2, $3, $4, $5) "
            "ON CONFLICT DO NOTHING", org, agreement.digest, agreement.version, agreement.text, now,
        )  # fmt: skip
        content = msgspec.json.encode({"name": asker.name, "company": asker.company, "email": asker.email})
        await tx.execute(
            "INSERT INTO nda_acceptances (org_id, id, accepted_at, digest, sealed) VALUES ($1, $2, $3, $4, $5)",
            org, acceptance, now, agreement.digest,
            await sealer.seal(tx, "nda_acceptances", "sealed", acceptance, content),
        )  # fmt: skip
    claims = {"o": str(org), "a": acceptance}
    return door.signer.sign(PURPOSE, claims, ttl_s=int(LINK_LIFE.total_seconds()))


async def open_list(door: Door, sealer: Sealer, token: str) -> Acceptance:
    """Whose link it is. Unauthenticated for one that is forged, over, or was taken back."""
    claims = door.signer.verify(PURPOSE, token)
    async with door.database.tenant(system_principal(uuid.UUID(claims["o"]))) as tx:
        opened = await tx.execute(
            "UPDATE nda_acceptances SET opened_at = coalesce(opened_at, $3) "
            "WHERE org_id = $1 AND id = $2 AND revoked_at IS NULL", tx.org, claims["a"], door.clock.now(),
        )  # fmt: skip
        if opened == "UPDATE 0":
            raise Unauthenticated
        return (await list_acceptances(tx, sealer, only=str(claims["a"])))[0]


async def list_acceptances(
    tx: TenantTx, sealer: Sealer, *, only: str | None = None, limit: int = 100
) -> list[Acceptance]:
    """Newest first."""
    rows = await tx.fetch(
        "SELECT a.*, t.version FROM nda_acceptances a JOIN nda_texts t ON t.org_id = a.org_id AND t.digest = a.digest "
        "WHERE a.org_id = $1 AND ($2::text IS NULL OR a.id = $2) ORDER BY a.accepted_at DESC, a.id DESC LIMIT $3",
        tx.org, only, limit,
    )  # fmt: skip
    return [
        Acceptance(
            id=row["id"], version=row["version"], digest=row["digest"], accepted_at=row["accepted_at"],
            opened_at=row["opened_at"], revoked_at=row["revoked_at"], revoked_by=row["revoked_by"],
            **msgspec.json.decode(await sealer.open(tx, "nda_acceptances", "sealed", row["id"], row["sealed"])),
        )
        for row in rows
    ]  # fmt: skip


async def get_acceptance(tx: TenantTx, sealer: Sealer, acceptance: str) -> Acceptance:
    found = await list_acceptances(tx, sealer, only=acceptance)
    if not found:
        raise NotFound
    return found[0]


async def revoke(tx: TenantTx, clock: Clock, by: Principal, acceptance: str) -> None:
    """Its link shows nothing from now on. What was accepted, and that it was, stays."""
    changed = await tx.execute(
        "UPDATE nda_acceptances SET revoked_at = coalesce(revoked_at, $3), revoked_by = coalesce(revoked_by, $4) "
        "WHERE org_id = $1 AND id = $2", tx.org, acceptance, clock.now(), by.signature,
    )  # fmt: skip
    if changed == "UPDATE 0":
        raise NotFound


async def text_of(tx: TenantTx, digest: str) -> str:
    """As it was accepted."""
    found: str | None = await tx.fetchval("SELECT text FROM nda_texts WHERE org_id = $1 AND digest = $2",
                                          tx.org, digest)  # fmt: skip
    if found is None:
        raise NotFound
    return found


async def count(door: Door, address: str, email: str, what: str) -> None:
    """By who asks, and by the mailbox from wherever it is asked: nobody's is filled through our forms."""
    await attempts.count(door.database, door.peppers, door.clock, address, what)
    await attempts.count(door.database, door.peppers, door.clock, f"mailbox {email}", what)


async def operator_of(database: Database) -> uuid.UUID:
    try:
        return await only_organization(database)
    except NotFound:
        raise Unavailable("Nobody runs this installation yet. Try again later.") from None


def _checked(asker: Asker) -> Asker:
    name, company = (part.replace("\0", "").strip() for part in (asker.name, asker.company))
    faults = [
        FieldError(field=field, message=f"has 1 to {MOST_NAME} characters")
        for field, value in (("name", name), ("company", company))
        if not 1 <= len(value) <= MOST_NAME
    ]
    try:
        email = normal_email(asker.email)
    except Invalid as error:
        faults, email = [*faults, *error.fields], ""
    if faults:
        raise Invalid(fields=faults)
    return Asker(name=name, company=company, email=email)
