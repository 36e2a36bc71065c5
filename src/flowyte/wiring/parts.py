"""What a version freezes besides its own fields: the sources and skills that the agent has at that moment."""

from typing import Any

from flowyte.kit.db import TenantTx
from flowyte.knowledge.sources import list_sources
from flowyte.skills.spec import plain
from flowyte.skills.store import list_skills


async def parts_of(tx: TenantTx, agent_id: str) -> dict[str, Any]:
    return {
        "sourceIds": [source.id for source in await list_sources(tx, agent_id)],
        "skills": [{"id": stored.id, **plain(stored.skill)} for stored in await list_skills(tx, agent_id)],
    }
