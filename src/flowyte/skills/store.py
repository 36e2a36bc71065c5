"""Skills of an agent in PostgreSQL: create, list, read, change, delete."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flowyte.kit.db import TenantTx
from flowyte.kit.errors import Conflict, NotFound
from flowyte.kit.ids import new_id
from flowyte.skills.spec import Skill, plain, read_skill, thawed

_COLUMNS = "id, agent_id, spec, created_at, updated_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSkill:
    id: str
    agent_id: str
    skill: Skill
    created_at: datetime
    updated_at: datetime


class SkillNotFound(NotFound):
    """There is no such skill."""


class NameTaken(Conflict):
    """This agent already has a skill of that name."""

    code = "name_taken"


async def create_skill(tx: TenantTx, *, agent_id: str, fields: Mapping[str, object]) -> StoredSkill:
    """Check and keep a skill. Invalid names the field; NameTaken when the agent has one of that name."""
    skill = read_skill(fields)
    row = await tx.fetchrow(
        "INSERT INTO skills (org_id, id, agent_id, name, spec) VALUES ($1, $2, $3, $4, $5) "
        f"ON CONFLICT (org_id, agent_id, name) DO NOTHING RETURNING {_COLUMNS}",
        tx.org, new_id("skl"), agent_id, skill.name, plain(skill),
    )  # fmt: skip
    if row is None:
        raise NameTaken
    return _stored(row)


async def list_skills(tx: TenantTx, agent_id: str) -> tuple[StoredSkill, ...]:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM skills WHERE org_id = $1 AND agent_id = $2 ORDER BY created_at, id", tx.org, agent_id
    )
    return tuple(_stored(row) for row in rows)


async def get_skill(tx: TenantTx, agent_id: str, skill_id: str) -> StoredSkill:
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM skills WHERE org_id = $1 AND agent_id = $2 AND id = $3", tx.org, agent_id, skill_id
    )
    if row is None:
        raise SkillNotFound
    return _stored(row)


async def patch_skill(tx: TenantTx, agent_id: str, skill_id: str, changes: Mapping[str, object]) -> StoredSkill:
    """Change the given fields; the whole is checked again."""
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM skills WHERE org_id = $1 AND agent_id = $2 AND id = $3 FOR UPDATE",
        tx.org,
        agent_id,
        skill_id,
    )
    if row is None:
        raise SkillNotFound
    skill = read_skill({**row["spec"], **changes})
    taken = await tx.fetchval(
        "SELECT true FROM skills WHERE org_id = $1 AND agent_id = $2 AND name = $3 AND id <> $4",
        tx.org, agent_id, skill.name, skill_id,
    )  # fmt: skip
    if taken:
        raise NameTaken
    changed = await tx.fetchrow(
        "UPDATE skills SET name = $3, spec = $4, updated_at = now() WHERE org_id = $1 AND id = $2 "
        f"RETURNING {_COLUMNS}",
        tx.org, skill_id, skill.name, plain(skill),
    )  # fmt: skip
    return _stored(changed)


async def delete_skill(tx: TenantTx, agent_id: str, skill_id: str) -> None:
    status = await tx.execute(
        "DELETE FROM skills WHERE org_id = $1 AND agent_id = $2 AND id = $3", tx.org, agent_id, skill_id
    )
    if status != "DELETE 1":
        raise SkillNotFound


def _stored(row: Any) -> StoredSkill:
    return StoredSkill(
        id=row["id"], agent_id=row["agent_id"], skill=thawed(row["spec"]),
        created_at=row["created_at"], updated_at=row["updated_at"],
    )  # fmt: skip
