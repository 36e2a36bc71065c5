"""The policy mind with the world attached: it searches the knowledge, files the message, and steps the pure policy."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Protocol

from flowyte.conversation.reply import MindContext, Passage, Reply, Retrieved, SkillCalled, SkillReturned, UserTurn
from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database
from flowyte.kit.errors import FlowyteError
from flowyte.knowledge.search import REJECT_BELOW, search
from flowyte.minds import hours
from flowyte.minds.policy import Filing, Found, State, filed, step
from flowyte.skills.messages import file_message
from flowyte.tenancy.principal import Principal
from flowyte.vault.seal import Sealer

logger = log.get(__name__)


class Embedding(Protocol):
    async def embed_off_loop(self, texts: list[str]) -> Any:
        """(n, 384), unit rows."""
        ...


class PolicyMind:
    """Fulfils `live.ports.Mind`. One for a process."""

    def __init__(self, database: Database, sealer: Sealer, embedder: Embedding, clock: Clock) -> None:
        self.database = database
        self.sealer = sealer
        self.embedder = embedder
        self.clock = clock

    def open(self, context: MindContext) -> "PolicyThinking":
        return PolicyThinking(self, context)


class PolicyThinking:
    """One conversation. A turn that replaces an earlier one starts again from the state before that one."""

    def __init__(self, mind: PolicyMind, context: MindContext) -> None:
        self._mind = mind
        self._agent: Mapping[str, object] = context.agent
        self._conversation = context.conversation_id
        self._principal = Principal(org=context.org, kind="call", id=context.conversation_id, scopes=frozenset())
        self._state = State()
        self._before: tuple[int, State] = (0, self._state)

    async def respond(self, turn: UserTurn) -> AsyncIterator[Reply]:
        if turn.turn_index == self._before[0]:
            self._state = self._before[1]
        self._before = (turn.turn_index, self._state)
        hours_said = hours.answer(_mapping(self._agent.get("businessHours")), turn.text, self._mind.clock.now())
        passages: Sequence[Passage] = ()
        if hours_said is None:
            passages = await self._search(turn.text)
            good = tuple(p for p in passages if p.score >= REJECT_BELOW)
            yield Retrieved(query=turn.text, passages=good, top_score=passages[0].score if passages else 0.0)
            passages = good
        found = Found(hours=hours_said, passages=passages)
        self._state, replies, filing = step(self._state, turn.text, found, self._agent)
        for reply in replies:
            yield reply
        if filing is not None:
            async for part in self._file(filing):
                yield part

    def heard(self, spoken: str) -> None:
        """The policy asks again for what it did not get, so what was not heard is made good by the next step."""

    async def _search(self, query: str) -> tuple[Passage, ...]:
        embedding = (await self._mind.embedder.embed_off_loop([query]))[0].tolist()
        sources = self._agent.get("sourceIds")
        async with self._mind.database.tenant(self._principal) as tx:
            return await search(
                tx,
                agent_id=str(self._agent["id"]),
                source_ids=[str(source) for source in sources] if isinstance(sources, list) else None,
                query=query,
                embedding=embedding,
                limit=3,
            )

    async def _file(self, filing: Filing) -> AsyncIterator[Reply]:
        call_id = f"{self._conversation}/{filing.intent_key}"
        given = {"name": filing.name, "phone": filing.phone, "message": filing.body}
        yield SkillCalled(call_id=call_id, name="take_message", arguments=given)
        try:
            async with self._mind.database.tenant(self._principal) as tx:
                message = await file_message(
                    tx, self._mind.sealer, agent_id=str(self._agent["id"]), conversation_id=self._conversation,
                    intent_key=filing.intent_key, name=filing.name, phone=filing.phone, body=filing.body,
                )  # fmt: skip
            result: dict[str, object] = {"messageId": message.id}
            ok = True
        except FlowyteError as error:
            logger.error("message.not_filed", conversation=self._conversation, code=error.code)
            result, ok = {"error": error.code}, False
        yield SkillReturned(call_id=call_id, name="take_message", ok=ok, result=result)
        self._state, replies, _ = filed(self._state, filing, ok=ok)
        for reply in replies:
            yield reply


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
