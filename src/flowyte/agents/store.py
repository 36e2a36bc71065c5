"""All SQL of agents and their versions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flowyte.kit.db import TenantTx
from flowyte.kit.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """`draft` has the API's field names. `version` counts the draft's changes, not its publications."""

    id: str
    name: str
    draft: dict[str, Any]
    version: int
    published_version: str | None
    is_active: bool
    created_by: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    id: str
    agent_id: str
    number: int
    snapshot: dict[str, Any]
    note: str
    created_by: str
    created_at: datetime


_AGENT = "id, name, draft, version, published_version, is_active, created_by, created_at, updated_at"
_VERSION = "id, agent_id, number, snapshot, note, created_by, created_at"


async def insert_agent(tx: TenantTx, agent_id: str, draft: dict[str, Any], created_by: str) -> None:
    await tx.execute(
        "INSERT INTO agents (org_id, id, name, draft, created_by) VALUES ($1, $2, $3, $4, $5)",
        tx.org, agent_id, draft["name"], draft, created_by,
    )  # fmt: skip


async def get_agent(tx: TenantTx, agent_id: str, *, lock: bool = False) -> Agent:
    """NotFound for an id that is not of this organization. `lock` holds it for a change."""
    row = await tx.fetchrow(
        f"SELECT {_AGENT} FROM agents WHERE org_id = $1 AND id = $2{' FOR UPDATE' if lock else ''}", tx.org, agent_id
    )
    if row is None:
        raise NotFound
    return Agent(**dict(row))


async def list_agents(tx: TenantTx, *, before: str | None = None, limit: int = 20) -> list[Agent]:
    """Newest first; `before` is the id that the last page ended with."""
    rows = await tx.fetch(
        f"SELECT {_AGENT} FROM agents WHERE org_id = $1 AND ($2::text IS NULL OR (created_at, id) < "
        "(SELECT created_at, id FROM agents WHERE org_id = $1 AND id = $2)) "
        "ORDER BY created_at DESC, id DESC LIMIT $3",
        tx.org, before, limit,
    )  # fmt: skip
    return [Agent(**dict(row)) for row in rows]


async def save_draft(tx: TenantTx, agent_id: str, draft: dict[str, Any]) -> None:
    await tx.execute(
        "UPDATE agents SET draft = $3, name = $4, version = version + 1, updated_at = now() "
        "WHERE org_id = $1 AND id = $2",
        tx.org, agent_id, draft, draft["name"],
    )  # fmt: skip


async def point_at(tx: TenantTx, agent_id: str, version_id: str) -> None:
    await tx.execute(
        "UPDATE agents SET published_version = $3, version = version + 1, updated_at = now() "
        "WHERE org_id = $1 AND id = $2",
        tx.org, agent_id, version_id,
    )  # fmt: skip


async def insert_version(tx: TenantTx, version: Version) -> None:
    await tx.execute(
        "INSERT INTO agent_versions (org_id, id, agent_id, number, snapshot, note, created_by) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.org, version.id, version.agent_id, version.number, version.snapshot, version.note, version.created_by,
    )  # fmt: skip


async def last_number(tx: TenantTx, agent_id: str) -> int:
    number = await tx.fetchval(
        "SELECT max(number) FROM agent_versions WHERE org_id = $1 AND agent_id = $2", tx.org, agent_id
    )
    return number or 0


async def get_version(tx: TenantTx, agent_id: str, version_id: str) -> Version:
    row = await tx.fetchrow(
        f"SELECT {_VERSION} FROM agent_versions WHERE org_id = $1 AND agent_id = $2 AND id = $3",
        tx.org, agent_id, version_id,
    )  # fmt: skip
    if row is None:
        raise NotFound
    return Version(**dict(row))


async def list_versions(tx: TenantTx, agent_id: str) -> list[Version]:
    await get_agent(tx, agent_id)
    rows = await tx.fetch(
        f"SELECT {_VERSION} FROM agent_versions WHERE org_id = $1 AND agent_id = $2 ORDER BY number DESC",
        tx.org, agent_id,
    )  # fmt: skip
    return [Version(**dict(row)) for row in rows]


async def delete_agent(tx: TenantTx, agent_id: str) -> None:
    """With its versions; its conversations stay, for they are somebody's record."""
    if await tx.fetchval("DELETE FROM agents WHERE org_id = $1 AND id = $2 RETURNING 1", tx.org, agent_id) is None:
        raise NotFound
