"""Credentials of skills: sealed when they come in, opened where a request is made, shown as a state only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flowyte.kit.db import TenantTx
from flowyte.kit.secret import SecretText
from flowyte.vault.seal import Sealer
from flowyte.webhooks.sign import new_secret

SIGNING = "signing"
MOST_VALUE = 4_000  # characters; a token of any known service is shorter


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """That a credential is set, when and by whom. Its value is not here."""

    skill_id: str
    name: str
    set_by: str
    set_at: datetime


async def keep(
    tx: TenantTx, sealer: Sealer, *, agent_id: str, skill_id: str, name: str, value: str, by: str
) -> None:  # fmt: skip
    """Set a credential, or replace it."""
    sealed = await sealer.seal(tx, "skill_secrets", "value", f"{skill_id}/{name}", value.encode())
    await tx.execute(
        "INSERT INTO skill_secrets (org_id, agent_id, skill_id, name, value, set_by) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (org_id, skill_id, name) DO UPDATE SET value = $5, set_by = $6, set_at = now()",
        tx.org, agent_id, skill_id, name, sealed, by,
    )  # fmt: skip


async def drop(tx: TenantTx, skill_id: str, name: str) -> None:
    await tx.execute(
        "DELETE FROM skill_secrets WHERE org_id = $1 AND skill_id = $2 AND name = $3", tx.org, skill_id, name
    )


async def kept(tx: TenantTx, agent_id: str) -> tuple[Kept, ...]:
    rows = await tx.fetch(
        "SELECT skill_id, name, set_by, set_at FROM skill_secrets WHERE org_id = $1 AND agent_id = $2 ORDER BY name",
        tx.org, agent_id,
    )  # fmt: skip
    return tuple(Kept(**dict(row)) for row in rows)


async def opened(tx: TenantTx, sealer: Sealer, skill_id: str) -> Mapping[str, SecretText]:
    """All credentials of a skill, for the request that needs them."""
    rows = await tx.fetch("SELECT name, value FROM skill_secrets WHERE org_id = $1 AND skill_id = $2", tx.org, skill_id)
    found = {}
    for row in rows:
        plain = await sealer.open(tx, "skill_secrets", "value", f"{skill_id}/{row['name']}", row["value"])
        found[str(row["name"])] = SecretText(plain.decode())
    return found


def new_signing_secret() -> str:
    """As Standard Webhooks writes one."""
    return new_secret("v1")[0].reveal()
