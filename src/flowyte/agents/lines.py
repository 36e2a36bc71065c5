"""Telephone lines: a carrier's number, whose webhook is checked with the carrier's token, and the agent behind it."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flowyte.agents.definition import normalised
from flowyte.agents.store import get_agent
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Conflict, FieldError, Invalid, NotFound
from flowyte.kit.ids import new_id
from flowyte.kit.secret import SecretText
from flowyte.tenancy.principal import Principal
from flowyte.vault.seal import Sealer
from flowyte.webhooks.emit import emit

ACCOUNT = re.compile(r"AC[0-9a-f]{32}")
TOKEN = re.compile(r"[\x21-\x7e]{16,128}")
_COLUMNS = "id, e164, agent_id, provider, account_sid, created_at, token_set_at, token_set_by, token_last_four"


NO_TOKEN = FieldError(field="authToken", message="is no auth token: 16 to 128 characters without spaces")


class NumberTaken(Conflict):
    """This number is here already; assign it to another agent or remove it first."""

    code = "number_exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    id: str
    e164: str
    agent_id: str | None
    provider: str
    account_sid: str
    created_at: datetime
    token_set_at: datetime
    token_set_by: str
    token_last_four: str


async def import_line(
    tx: TenantTx, sealer: Sealer, *, e164: str, agent_id: str | None, account_sid: str, auth_token: str
) -> Line:
    """Keep a number that its owner has at the carrier. Invalid names what cannot be right."""
    number = normalised(e164)
    faults = []
    if number is None:
        faults.append(FieldError(field="e164", message="is no phone number"))
    if not ACCOUNT.fullmatch(account_sid):
        faults.append(FieldError(field="accountSid", message="begins with AC and has 32 hexadecimal digits after it"))
    if not TOKEN.fullmatch(auth_token):
        faults.append(NO_TOKEN)
    if faults:
        raise Invalid(fields=faults)
    if agent_id is not None:
        await get_agent(tx, agent_id)
    if await tx.fetchval("SELECT 1 FROM phone_lines WHERE org_id = $1 AND e164 = $2", tx.org, number):
        raise NumberTaken
    line_id = new_id("num")
    sealed = await sealer.seal(tx, "phone_lines", "auth_token", line_id, auth_token.encode())
    await tx.execute(
        "INSERT INTO phone_lines (org_id, id, e164, agent_id, provider, account_sid, auth_token, token_last_four) "
        "VALUES ($1, $2, $3, $4, 'twilio', $5, $6, $7)",
        tx.org, line_id, number, agent_id, account_sid, sealed, auth_token[-4:],
    )  # fmt: skip
    await tx.execute("INSERT INTO directory (kind, digest, org_id) VALUES ('number', $1, $2)", _digest(line_id), tx.org)
    await emit(tx, "number.changed", {"numberId": line_id, "change": "imported", "agentId": agent_id})
    return await get_line(tx, line_id)


async def replace_token(tx: TenantTx, sealer: Sealer, line_id: str, auth_token: str, by: Principal) -> Line:
    """The carrier's new token, from the next webhook on."""
    if not TOKEN.fullmatch(auth_token):
        raise Invalid(fields=[NO_TOKEN])
    await get_line(tx, line_id)
    sealed = await sealer.seal(tx, "phone_lines", "auth_token", line_id, auth_token.encode())
    await tx.execute(
        "UPDATE phone_lines SET auth_token = $3, token_last_four = $4, token_set_at = now(), token_set_by = $5 "
        "WHERE org_id = $1 AND id = $2",
        tx.org, line_id, sealed, auth_token[-4:], by.signature,
    )  # fmt: skip
    return await get_line(tx, line_id)


async def list_lines(tx: TenantTx, *, before: str | None = None, limit: int = 20) -> list[Line]:
    """Newest first; `before` is the id that the last page ended with."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM phone_lines WHERE org_id = $1 AND ($2::text IS NULL OR (created_at, id) < "
        "(SELECT created_at, id FROM phone_lines WHERE org_id = $1 AND id = $2)) "
        "ORDER BY created_at DESC, id DESC LIMIT $3",
        tx.org, before, limit,
    )  # fmt: skip
    return [Line(**dict(row)) for row in rows]


async def get_line(tx: TenantTx, line_id: str) -> Line:
    row = await tx.fetchrow(f"SELECT {_COLUMNS} FROM phone_lines WHERE org_id = $1 AND id = $2", tx.org, line_id)
    if row is None:
        raise NotFound
    return Line(**dict(row))


async def assign(tx: TenantTx, line_id: str, agent_id: str | None) -> Line:
    """From the next call on; None takes the line off its agent."""
    await get_line(tx, line_id)
    if agent_id is not None:
        await get_agent(tx, agent_id)
    await tx.execute("UPDATE phone_lines SET agent_id = $3 WHERE org_id = $1 AND id = $2", tx.org, line_id, agent_id)
    await emit(tx, "number.changed", {"numberId": line_id, "change": "assigned", "agentId": agent_id})
    return await get_line(tx, line_id)


async def delete_line(tx: TenantTx, line_id: str) -> None:
    """Its webhook is answered like one that never was."""
    await get_line(tx, line_id)
    await tx.execute("DELETE FROM phone_lines WHERE org_id = $1 AND id = $2", tx.org, line_id)
    await tx.execute("DELETE FROM directory WHERE kind = 'number' AND digest = $1", _digest(line_id))
    await emit(tx, "number.changed", {"numberId": line_id, "change": "removed", "agentId": None})


async def token_of(tx: TenantTx, sealer: Sealer, line_id: str) -> SecretText:
    """What the carrier signs its webhooks with."""
    sealed = await tx.fetchval("SELECT auth_token FROM phone_lines WHERE org_id = $1 AND id = $2", tx.org, line_id)
    if sealed is None:
        raise NotFound
    return SecretText((await sealer.open(tx, "phone_lines", "auth_token", line_id, sealed)).decode())


async def owner_of(database: Database, line_id: str) -> UUID | None:
    """The organization of a line, before any identity is known."""
    async with database.platform() as tx:
        org: UUID | None = await tx.fetchval(
            "SELECT org_id FROM directory WHERE kind = 'number' AND digest = $1", _digest(line_id)
        )
    return org


def _digest(line_id: str) -> bytes:
    return hashlib.sha256(line_id.encode()).digest()
