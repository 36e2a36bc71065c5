"""What a version freezes besides its own fields: the sources that the agent has at that moment."""

from typing import Any

from flowyte.kit.db import TenantTx
from flowyte.knowledge.sources import list_sources


async def parts_of(tx: TenantTx, agent_id: str) -> dict[str, Any]:
    return {"sourceIds": [source.id for source in await list_sources(tx, agent_id)]}
