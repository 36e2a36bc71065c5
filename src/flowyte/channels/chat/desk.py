"""Keeps the chat sessions of a process: begun, answered, taken up again after a restart, ended when nobody writes.

One conversation is answered one message after the other. What a session has said is in the database within half a
second, so a session that this process does not hold is taken up from there, with the version that it began with.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

from flowyte.agents.disclosures import written
from flowyte.agents.publish import Pinned, pinned_as
from flowyte.channels.chat.rehearsal import rehearse
from flowyte.conversation.reply import MindContext
from flowyte.conversation.turns import Turn
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Conflict, FieldError, Invalid, NotFound, TooMany
from flowyte.kit.ids import new_id
from flowyte.live.chat import ChatFrame, ChatSession
from flowyte.live.ports import Mind
from flowyte.observe import store
from flowyte.observe.evidence import ConversationEvidence, Keeper, Opening
from flowyte.observe.model import Conversation
from flowyte.observe.transcript import history
from flowyte.tenancy.principal import Principal

IDLE_S = 30 * 60  # who has not written for half an hour has left
SWEEP_S = 30
MOST_CHARACTERS = 4_000  # of one message: two pages of text
MOST_WAITING = 3  # messages of one session behind the one that is being answered
DISCLOSURE = written("en")

Given = asyncio.Queue[ChatFrame | Exception | None]
"""An answer on its way to who asked: its frames, what it failed by, and None at its end."""


class Over(Conflict):
    """This conversation has ended; begin another."""

    code = "conversation_ended"


class NotEnabled(Conflict):
    """This agent does not answer chats; add chat to its enabledChannels and publish."""

    code = "channel_not_enabled"


@dataclass(slots=True)
class Held:
    """A session that this process answers."""

    principal: Principal
    session: ChatSession
    evidence: ConversationEvidence
    used_ms: int
    waiting: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    conversation_id: str
    version: Pinned
    frames: list[ChatFrame]


class Desk:
    """One a process; `run` for as long as it serves."""

    def __init__(self, *, database: Database, mind: Mind, keeper: Keeper, clock: Clock) -> None:
        self._database = database
        self._mind = mind
        self._keeper = keeper
        self._clock = clock
        self._held: dict[tuple[UUID, str], Held] = {}
        self._taking_up = asyncio.Lock()
        self._group: asyncio.TaskGroup | None = None

    async def begin(
        self, principal: Principal, version: Pinned, *, history: tuple[Turn, ...] = (), line: str = "api",
        greeting: str = "",
    ) -> Begun:  # fmt: skip
        """A new conversation with this version, greeted by its own greeting unless another was shown. NotEnabled when
        its agent does not chat."""
        if "chat" not in version.snapshot["enabledChannels"]:
            raise NotEnabled
        opening = _opening(new_id("cnv"), version, line)
        evidence = await self._keeper.begin(principal, opening)
        met = _greeting_with(version, greeting) if greeting else version
        held = self._hold(principal, opening.id, met, evidence, history=history, began_ms=0)
        frames = held.session.begin(greeting="" if history else str(met.on("chat").get("greeting") or ""))
        await evidence.flush()
        return Begun(conversation_id=opening.id, version=version, frames=frames)

    @asynccontextmanager
    async def answering(
        self, principal: Principal, conversation_id: str, content: str
    ) -> AsyncIterator[AsyncIterator[ChatFrame]]:
        """The frames of the answer to one message, as they come; leaving early stops the mind.

        Raises before the first frame: Invalid, NotFound, Over, or TooMany when others wait already.
        """
        if not content.strip() or len(content) > MOST_CHARACTERS:
            raise Invalid(fields=[FieldError(field="content", message=f"text of 1 to {MOST_CHARACTERS} characters")])
        held = await self._find(principal, conversation_id)
        if held.waiting > MOST_WAITING:
            raise TooMany(retry_after_s=2)
        held.waiting += 1
        try:
            async with held.lock:
                if held.session.ended:
                    raise Over
                async with aclosing(held.session.send(content)) as frames:
                    yield frames
        finally:
            held.waiting -= 1
            held.used_ms = self._clock.monotonic_ms()
            await self._settle(conversation_id, held)

    @asynccontextmanager
    async def answering_to_its_end(
        self, principal: Principal, conversation_id: str, content: str
    ) -> AsyncIterator[AsyncIterator[ChatFrame]]:
        """As `answering`, but to its end whoever leaves: a visitor whose network was cut reads it afterwards."""
        if self._group is None:  # nothing runs beside requests here
            async with self.answering(principal, conversation_id, content) as frames:
                yield frames
            return
        given: Given = asyncio.Queue()
        self._group.create_task(self._answer(principal, conversation_id, content, given))
        yield _taken(given)

    async def _answer(
        self,
        principal: Principal,
        conversation_id: str,
        content: str,
        given: asyncio.Queue[ChatFrame | Exception | None],
    ) -> None:
        try:
            async with self.answering(principal, conversation_id, content) as frames:
                async for frame in frames:
                    given.put_nowait(frame)
            given.put_nowait(None)
        except Exception as error:  # noqa: BLE001  the edge of a request, which raises it
            given.put_nowait(error)

    async def end(self, principal: Principal, conversation_id: str, cause: str = "reader_ended") -> None:
        """Safe to repeat."""
        try:
            held = await self._find(principal, conversation_id)
        except Over:
            return
        async with held.lock:
            await self._finish(conversation_id, held, cause)

    def rehearse(self, principal: Principal, version: Pinned, said: Sequence[str]) -> AsyncGenerator[ChatFrame]:
        """What happens when all this is said; nothing is kept and no skill carried out."""
        return rehearse(self._mind, self._clock, principal, version, said)

    async def flush(self, principal: Principal, conversation_id: str) -> None:
        """Bring what this process knows of a session to the database, before somebody reads it there."""
        held = self._held.get((principal.org, conversation_id))
        if held is not None:
            await held.evidence.flush()

    async def run(self) -> None:
        """Ends sessions in which nobody writes any more, and gives answers for which nobody waits any more."""
        async with asyncio.TaskGroup() as self._group:
            await self._sweep()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            now = self._clock.monotonic_ms()
            for (_, conversation_id), held in list(self._held.items()):
                if not held.waiting and now - held.used_ms > IDLE_S * 1000:
                    async with held.lock:
                        await self._finish(conversation_id, held, "reader_left")

    async def close(self) -> None:
        """The process stops: sessions stay open in the database, for the next one to take up."""
        for held in list(self._held.values()):
            await held.evidence.flush()

    async def _find(self, principal: Principal, conversation_id: str) -> Held:
        async with self._taking_up:  # two messages at once take a session up once
            held = self._held.get((principal.org, conversation_id))
            return held if held is not None else await self._take_up(principal, conversation_id)

    async def _take_up(self, principal: Principal, conversation_id: str) -> Held:
        async with self._database.tenant(principal) as tx:
            conversation = await get_chat(tx, conversation_id)
            if conversation.ended_at is not None:
                raise Over
            version = await pinned_as(tx, conversation.agent_id, conversation.version_id, name=conversation.agent_name)
            events = await store.events(tx, self._keeper.sealer, conversation_id)
        opening = _opening(conversation_id, version, conversation.line)
        evidence = await self._keeper.resume(principal, opening, events)
        began_ms = int((self._clock.now() - conversation.started_at).total_seconds() * 1000)
        return self._hold(principal, conversation_id, version, evidence, history=history(events), began_ms=began_ms)

    def _hold(
        self, principal: Principal, conversation_id: str, version: Pinned, evidence: ConversationEvidence, *,
        history: tuple[Turn, ...], began_ms: int,
    ) -> Held:  # fmt: skip
        agent = version.on("chat")
        context = MindContext(
            org=principal.org,
            conversation_id=conversation_id,
            agent=agent,
            channel="chat",
            language=str(agent["primaryLanguage"]),
            history=history,
        )
        session = ChatSession(mind=self._mind, context=context, evidence=evidence, clock=self._clock, began_ms=began_ms)
        own = replace(principal, kind="call", id=conversation_id, scopes=frozenset())
        held = Held(own, session, evidence, self._clock.monotonic_ms())
        self._held[(principal.org, conversation_id)] = held
        return held

    async def _settle(self, conversation_id: str, held: Held) -> None:
        if held.session.ended and not held.waiting:
            await self._finish(conversation_id, held, held.session.ended)
        else:
            await held.evidence.flush()

    async def _finish(self, conversation_id: str, held: Held, cause: str) -> None:
        if self._held.pop((held.principal.org, conversation_id), None) is not None:
            await held.session.finish(cause)


async def get_chat(tx: TenantTx, conversation_id: str) -> Conversation:
    """NotFound also for a conversation that is a call."""
    conversation = await store.get_conversation(tx, conversation_id)
    if conversation.channel != "chat":
        raise NotFound
    return conversation


async def _taken(given: Given) -> AsyncIterator[ChatFrame]:
    while (frame := await given.get()) is not None:
        if isinstance(frame, Exception):
            raise frame
        yield frame


def _greeting_with(version: Pinned, greeting: str) -> Pinned:
    """The same version with the greeting of the place that it is met at."""
    overrides = version.snapshot.get("channelOverrides") or {}
    chat = {**(overrides.get("chat") or {}), "greeting": greeting}
    return replace(version, snapshot={**version.snapshot, "channelOverrides": {**overrides, "chat": chat}})


def _opening(conversation_id: str, version: Pinned, line: str) -> Opening:
    return Opening(
        id=conversation_id,
        agent_id=version.agent_id,
        agent_name=version.name,
        version_id=version.version_id,
        version_number=version.number,
        channel="chat",
        line=line,
        draft=version.version_id is None,
        definition=version.digest,
    )
