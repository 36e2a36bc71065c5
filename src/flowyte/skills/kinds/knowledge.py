"""knowledge_query: a search in the sources that the skill names, of those that its version was published with."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from flowyte.conversation.reply import Passage
from flowyte.skills.runner import Order, Outside, SkillFailed

Search = Callable[[Order, str, Sequence[str] | None], Awaitable[Sequence[Passage]]]
"""The passages that are good enough to answer with, best first, of these sources; None: of all that the agent has."""


def searching(search: Search) -> Outside:
    async def knowledge_query(order: Order, run_id: str) -> Mapping[str, Any]:
        query = str(order.arguments.get("query") or "").strip()
        if not query:
            raise SkillFailed("There is nothing to look up.", kind="invalid_arguments", happened="no")
        passages = await search(order, query, sources_of(order))
        return {"found": [{"title": passage.title, "text": passage.whole} for passage in passages]}

    return knowledge_query


def sources_of(order: Order) -> list[str] | None:
    """Those of the skill; a version's own where the skill names none."""
    frozen = order.agent.get("sourceIds")
    of_version = [str(source) for source in frozen] if isinstance(frozen, list | tuple) else None
    named = [str(source) for source in order.skill.execution_config.get("sourceIds") or ()]
    if not named:
        return of_version
    return named if of_version is None else [source for source in named if source in of_version]
