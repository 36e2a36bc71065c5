"""What a version freezes besides its own fields: the sources, skills and playbooks of that moment."""

from typing import Any

from flowyte.kit.db import TenantTx
from flowyte.knowledge.sources import list_sources
from flowyte.playbooks.store import list_playbooks
from flowyte.skills.spec import plain
from flowyte.skills.store import list_skills


async def parts_of(tx: TenantTx, agent_id: str) -> dict[str, Any]:
    return {
        "sourceIds": [source.id for source in await list_sources(tx, agent_id)],
        "skills": [{"id": stored.id, **plain(stored.skill)} for stored in await list_skills(tx, agent_id)],
        "playbooks": [
            {"id": one.id, "name": one.name, "description": one.description, "isEnabled": one.is_enabled,
             "graph": one.graph}
            for one in await list_playbooks(tx, agent_id)
        ],
    }  # fmt: skip
