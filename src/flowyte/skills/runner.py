"""Carries skills out: claimed in the ledger first, finished behind the conversation, never twice for one intent.

An effect belongs to the runner and not to the turn that asked for it: a caller who interrupts, a mind that fails and a
line that breaks leave it running, and its result is in the ledger for whoever asks next.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import FlowyteError, Unavailable
from flowyte.skills import ledger
from flowyte.skills.spec import Skill
from flowyte.tenancy.principal import Principal
from flowyte.vault.seal import Sealer

logger = log.get(__name__)
DEADLINE_S = 60  # after this a claim without a result is in doubt: three times what the slowest skill may take
State = Literal["done", "failed", "in_doubt"]
Key = tuple[UUID, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One skill to carry out, judged already."""

    principal: Principal
    agent: Mapping[str, Any]
    conversation_id: str
    skill: Skill
    skill_id: str
    arguments: Mapping[str, Any]
    intent: str = ""
    """What this effect is meant to be; by default the same arguments are the same effect."""
    occasion: str = ""
    is_write: bool = True
    kept: Mapping[str, Any] | None = None
    """The arguments as the ledger may have them, where that is less than all."""
    keep_result: bool = True
    """Whether the ledger keeps what came back; not what a caller is compared with."""

    @property
    def key(self) -> str:
        if self.intent:
            return f"{self.skill.name}-{self.intent}"
        return ledger.intent_key(self.skill.name, self.named_by, self.occasion)

    @property
    def named_by(self) -> Mapping[str, Any]:
        """What the intent's digest is made of: a secret is in the occasion, salted."""
        return self.kept if self.kept is not None and "secret-" in self.occasion else self.arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it. `again` says that it had been done before and was not done now."""

    run_id: str
    state: State
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    again: bool = False

    @property
    def ok(self) -> bool:
        return self.state == "done"


class SkillFailed(FlowyteError):
    """The skill could not be carried out."""

    code = "skill_failed"

    def __init__(self, message: str, *, kind: str, happened: Literal["no", "unknown", "refused"] = "refused") -> None:
        """`no`: nothing left this process, so it may be tried again. `refused`: the other side said no.
        `unknown`: it may have happened."""
        self.kind, self.happened = kind, happened
        super().__init__(message)


Inside = Callable[[TenantTx, Order, str], Awaitable[Mapping[str, Any]]]
"""An effect in this database: in one transaction with its entry in the ledger. Given the run's id."""
Outside = Callable[[Order, str], Awaitable[Mapping[str, Any]]]
"""An effect elsewhere, between claim and result. Given the run's id."""


class Runner:
    """One a process. `kinds` are by the name of the action, as `skills.registry.action_of` gives it."""

    def __init__(
        self, database: Database, sealer: Sealer, clock: Clock, *, inside: Mapping[str, Inside],
        outside: Mapping[str, Outside],
    ) -> None:  # fmt: skip
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._inside = inside
        self._outside = outside
        self._group: asyncio.TaskGroup | None = None
        self._running: dict[Key, asyncio.Task[Outcome]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Runner"]:
        """For as long as skills are carried out; at its end those that are under way are waited for."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                yield self
            finally:
                self._group = None

    def actions(self) -> frozenset[str]:
        return frozenset((*self._inside, *self._outside))

    def start(self, order: Order, action: str) -> "asyncio.Task[Outcome]":
        """The effect, under way. It is not the asker's to cancel: wait for it by `asyncio.shield` or `asyncio.wait`.

        Asking again for the same intent while it runs gives the same task.
        """
        key = (order.principal.org, order.conversation_id, order.key)
        task = self._running.get(key)
        if task is None:
            if self._group is None:
                raise Unavailable("No skills are carried out: this process is stopping.")
            task = self._group.create_task(self._carried_out(order, action))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        return task

    async def done(self, principal: Principal, conversation_id: str) -> tuple[str, ...]:
        """Names of the skills that have changed something in this conversation, for who takes it up again."""
        async with self._database.tenant(principal) as tx:
            entries = await ledger.of_conversation(tx, self._sealer, conversation_id)
        return tuple(entry.skill for entry in entries if entry.is_write and entry.state == "done")

    async def run(self, order: Order, action: str) -> Outcome:
        """What came of it. Cancelling this does not cancel the effect."""
        return await asyncio.shield(self.start(order, action))

    async def _carried_out(self, order: Order, action: str) -> Outcome:
        """Never raises: a task group would end with it."""
        try:
            if action in self._inside:
                return await self._in_one(order, self._inside[action])
            return await self._claimed(order, self._outside[action])
        except SkillFailed as error:
            return Outcome(run_id="", state="failed", error=error.kind)
        except FlowyteError as error:
            logger.error("skill.failed", skill=order.skill.name, conversation=order.conversation_id, code=error.code)
            return Outcome(run_id="", state="failed", error=error.code)
        except Exception as error:  # the edge of an effect: whatever went wrong is in the log
            logger.error("skill.failed", skill=order.skill.name, error=type(error).__name__, exc_info=True)
            return Outcome(run_id="", state="failed", error="internal_error")

    async def _in_one(self, order: Order, effect: Inside) -> Outcome:
        """Effect and entry in one transaction: both or neither."""
        async with self._database.tenant(order.principal) as tx:
            entry, ours = await self._claim(tx, order)
            if not ours:
                return _known(entry)
            result = await effect(tx, order, entry.id)
            await ledger.finish(tx, self._sealer, entry.id, now=self._clock.now(), result=result)
        return Outcome(run_id=entry.id, state="done", result=result)

    async def _claimed(self, order: Order, effect: Outside) -> Outcome:
        async with self._database.tenant(order.principal) as tx:
            entry, ours = await self._claim(tx, order)
        if not ours:
            return _known(entry)
        try:
            async with asyncio.timeout(DEADLINE_S / 2):
                result = await effect(order, entry.id)
        except SkillFailed as error:
            return await self._failed(order, entry.id, error)
        except TimeoutError:
            return await self._failed(order, entry.id, SkillFailed("Too slow.", kind="slow", happened="unknown"))
        except Exception as error:
            logger.error("skill.failed", skill=order.skill.name, error=type(error).__name__, exc_info=True)
            return await self._failed(order, entry.id, SkillFailed("", kind="internal_error", happened="unknown"))
        await self._settled(order, entry.id, result)
        return Outcome(run_id=entry.id, state="done", result=result)

    async def _failed(self, order: Order, run_id: str, error: SkillFailed) -> Outcome:
        """What did not happen may be tried again; what may have happened is in doubt. A read can always be repeated."""
        logger.warning("skill.refused", skill=order.skill.name, kind=error.kind, happened=error.happened)
        doubtful = error.happened == "unknown" and order.is_write
        try:
            async with self._database.tenant(order.principal) as tx:
                if doubtful:
                    await ledger.doubt(tx, run_id)
                elif error.happened == "no" or not order.is_write:
                    await ledger.forget(tx, run_id)
                else:
                    now = self._clock.now()
                    await ledger.finish(tx, self._sealer, run_id, now=now, result={}, error_code=error.kind)
        except Unavailable:  # the claim stands, and is in doubt to whoever asks after its deadline
            logger.error("skill.failure_not_kept", skill=order.skill.name, run=run_id)
        return Outcome(run_id=run_id, state="in_doubt" if doubtful else "failed", error=error.kind)

    async def _settled(self, order: Order, run_id: str, result: Mapping[str, Any]) -> None:
        """It has happened: a database that is away for a moment must not make it look undone."""
        for pause in (0.2, 1.0, 5.0, None):
            try:
                kept = result if order.keep_result else {}
                async with self._database.tenant(order.principal) as tx:
                    await ledger.finish(tx, self._sealer, run_id, now=self._clock.now(), result=kept)
                return
            except Unavailable:
                if pause is None:
                    logger.error("skill.result_not_kept", skill=order.skill.name, run=run_id)
                    return
                await asyncio.sleep(pause)

    async def _claim(self, tx: TenantTx, order: Order) -> tuple[ledger.Entry, bool]:
        intent = ledger.Intent(
            agent_id=str(order.agent["id"]), conversation_id=order.conversation_id, key=order.key,
            skill=order.skill.name, kind=order.skill.skill_type, is_write=order.is_write,
            arguments=order.arguments if order.kept is None else order.kept,
        )  # fmt: skip
        now = self._clock.now()
        deadline = now + timedelta(seconds=DEADLINE_S)
        return await ledger.claim(tx, self._sealer, intent, now=now, deadline=deadline)


def _known(entry: ledger.Entry) -> Outcome:
    """Of a run that somebody else has claimed. Still claimed means: in another process, or in one that died."""
    state: State = (
        "in_doubt" if entry.state in ("claimed", "in_doubt") else "done" if entry.state == "done" else "failed"
    )
    return Outcome(run_id=entry.id, state=state, result=entry.result, error=entry.error_code or "", again=True)
