"""/agents/{id}/knowledge-gaps: what callers asked and the agent could not answer."""

from typing import Annotated, Any

from litestar import Router, get, patch, post
from litestar.params import Parameter

from flowyte.agents.publish import live_sources
from flowyte.agents.store import get_agent
from flowyte.api.agents import Input
from flowyte.api.knowledge import shown as source_shown
from flowyte.api.services import Asker, Services
from flowyte.api.shape import one
from flowyte.knowledge import gaps
from flowyte.knowledge.gap_store import Status
from flowyte.knowledge.sources import MOST_QUESTION

BASE = "/agents/{agent_id:str}/knowledge-gaps"
MOST_LISTED = 200

Limit = Annotated[int, Parameter(ge=1, le=MOST_LISTED)]


class GapChange(Input):
    status: Status


class GapAnswer(Input):
    """`question` is how it is asked; by default as its first caller asked it."""

    answer: str
    question: str | None = None


def shown(gap: gaps.Gap) -> dict[str, Any]:
    counted = gap.counted
    return {
        "id": counted.id,
        "agentId": counted.agent_id,
        "queryText": gap.query,
        "count": counted.count,
        "distinctCalls": counted.distinct_calls,
        "firstSeen": counted.first_seen,
        "lastSeen": counted.last_seen,
        "signals": list(counted.signals),
        "rankScore": counted.rank,
        "topScore": round(counted.top_score, 4),
        "classification": gap.classification,
        "status": counted.status,
        "sourceId": counted.source_id,
    }


@get(BASE, opt={"scope": "knowledge:read"}, operation_id="listKnowledgeGaps")
async def list_gaps(
    services: Services, principal: Asker, agent_id: str, status: Status | None = None, limit: Limit = 50
) -> dict[str, Any]:
    """By rank, heaviest first."""
    async with services.database.tenant(principal) as tx:
        await get_agent(tx, agent_id)
        found = await gaps.list_gaps(
            tx, services.sealer, now=services.clock.now(), agent_id=agent_id,
            statuses=(status,) if status else None, limit=limit,
        )  # fmt: skip
    return {
        "success": True,
        "data": [shown(gap) for gap in found],
        "pagination": {"limit": limit, "nextCursor": None},
    }


@patch(f"{BASE}/{{gap_id:str}}", opt={"scope": "knowledge:write"}, operation_id="updateKnowledgeGap")
async def update_gap(
    services: Services, principal: Asker, agent_id: str, gap_id: str, data: GapChange
) -> dict[str, Any]:
    async with services.database.tenant(principal) as tx:
        gap = await gaps.set_gap_status(tx, services.sealer, agent_id, gap_id, data.status, services.clock.now())
    return one(shown(gap))


@post(
    f"{BASE}/{{gap_id:str}}/answer",
    opt={"scope": "knowledge:write", "quotes": True},
    operation_id="answerKnowledgeGap",
    status_code=200,
)
async def answer_gap(
    services: Services, principal: Asker, agent_id: str, gap_id: str, data: GapAnswer
) -> dict[str, Any]:
    """Writes question and answer into a FAQ of the agent, one that callers meet already if there is one. The gap is
    `in_progress`, and `covered` once that is indexed and finds the answer."""
    now = services.clock.now()
    async with services.database.tenant(principal) as tx:
        gap = await gaps.get_gap(tx, services.sealer, agent_id, gap_id, now)
        await services.storage.check(tx)
        source = await gaps.answer_gap(
            tx, services.sealer, agent_id, gap_id, question=data.question or gap.query[:MOST_QUESTION],
            answer=data.answer, live=await live_sources(tx, agent_id), now=now,
        )  # fmt: skip
        gap = await gaps.get_gap(tx, services.sealer, agent_id, gap_id, now)
        return one({"gap": shown(gap), "source": await source_shown(tx, services, source)})


ROUTES = Router("/", route_handlers=[list_gaps, update_gap, answer_gap])
