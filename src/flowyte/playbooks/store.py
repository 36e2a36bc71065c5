"""Playbooks of an agent in PostgreSQL. A graph is checked by whoever saves it, with the agent's skills at hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Conflict, FieldError, Invalid, NotFound
from flowyte.kit.ids import new_id
from flowyte.playbooks.model import Graph

_COLUMNS = "id, agent_id, name, description, is_enabled, graph, created_at, updated_at"
MOST_PLAYBOOKS = 50  # of one agent: each is read whole with every version

EMPTY: dict[str, Any] = {
    "flowId": "",
    "nodes": [
        {"id": "start", "type": "start", "position": {}, "data": {}},
        {"id": "end", "type": "end", "position": {}, "data": {"say": "Thank you."}},
    ],
    "connections": [{"id": "c1", "source": "start", "target": "end", "sourceHandle": None, "targetHandle": None}],
}
"""What a playbook without a graph has: it passes the check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    id: str
    agent_id: str
    name: str
    description: str
    is_enabled: bool
    graph: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class PlaybookNotFound(NotFound):
    """There is no such playbook."""


class NameTaken(Conflict):
    """This agent already has a playbook of that name."""

    code = "name_taken"


async def create_playbook(
    tx: TenantTx, *, agent_id: str, name: str, description: str, is_enabled: bool, graph: Graph
) -> Playbook:
    _check(name, description)
    count = await tx.fetchval("SELECT count(*) FROM playbooks WHERE org_id = $1 AND agent_id = $2", tx.org, agent_id)
    if count >= MOST_PLAYBOOKS:
        raise Conflict(f"An agent has at most {MOST_PLAYBOOKS} playbooks.", code="too_many_playbooks")
    row = await tx.fetchrow(
        "INSERT INTO playbooks (org_id, id, agent_id, name, description, is_enabled, graph) "
        f"VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (org_id, agent_id, name) DO NOTHING RETURNING {_COLUMNS}",
        tx.org, new_id("pbk"), agent_id, name, description, is_enabled, msgspec.to_builtins(graph),
    )  # fmt: skip
    if row is None:
        raise NameTaken
    return Playbook(**dict(row))


async def list_playbooks(tx: TenantTx, agent_id: str) -> list[Playbook]:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM playbooks WHERE org_id = $1 AND agent_id = $2 ORDER BY created_at, id",
        tx.org, agent_id,
    )  # fmt: skip
    return [Playbook(**dict(row)) for row in rows]


async def get_playbook(tx: TenantTx, agent_id: str, playbook_id: str, *, lock: bool = False) -> Playbook:
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM playbooks WHERE org_id = $1 AND agent_id = $2 AND id = $3"
        f"{' FOR UPDATE' if lock else ''}",
        tx.org, agent_id, playbook_id,
    )  # fmt: skip
    if row is None:
        raise PlaybookNotFound
    return Playbook(**dict(row))


async def change_playbook(tx: TenantTx, agent_id: str, playbook_id: str, changes: Mapping[str, Any]) -> Playbook:
    """Any of name, description, is_enabled and graph (as a `Graph`)."""
    old = await get_playbook(tx, agent_id, playbook_id, lock=True)
    name, description = changes.get("name", old.name), changes.get("description", old.description)
    _check(name, description)
    if await tx.fetchval(
        "SELECT true FROM playbooks WHERE org_id = $1 AND agent_id = $2 AND name = $3 AND id <> $4",
        tx.org, agent_id, name, playbook_id,
    ):  # fmt: skip
        raise NameTaken
    graph = msgspec.to_builtins(changes["graph"]) if "graph" in changes else old.graph
    row = await tx.fetchrow(
        "UPDATE playbooks SET name = $4, description = $5, is_enabled = $6, graph = $7, updated_at = now() "
        f"WHERE org_id = $1 AND agent_id = $2 AND id = $3 RETURNING {_COLUMNS}",
        tx.org, agent_id, playbook_id, name, description, changes.get("is_enabled", old.is_enabled), graph,
    )  # fmt: skip
    return Playbook(**dict(row or {}))  # it is there: it is locked


async def delete_playbook(tx: TenantTx, agent_id: str, playbook_id: str) -> None:
    status = await tx.execute(
        "DELETE FROM playbooks WHERE org_id = $1 AND agent_id = $2 AND id = $3", tx.org, agent_id, playbook_id
    )
    if status != "DELETE 1":
        raise PlaybookNotFound


def _check(name: str, description: str) -> None:
    faults = []
    if not name.strip() or len(name) > 64 or "\x00" in name:
        faults.append(FieldError(field="name", message="is 1 to 64 characters"))
    if len(description) > 2_000 or "\x00" in description:
        faults.append(FieldError(field="description", message="is at most 2000 characters"))
    if faults:
        raise Invalid(fields=faults)
