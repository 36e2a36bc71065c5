"""The hands of a mind: the only way in which a conversation does anything.

A mind asks for a skill by name; whether it is carried out is decided here, outside the mind: what is given is checked
against the skill's own schema, judged with where each value came from, confirmed or verified first where that is
asked, and handed to the runner. What comes back is parted at the caller's level before a mind learns of it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from flowyte.agents.handoff import TEAM, masked
from flowyte.agents.hours import open_now
from flowyte.conversation.reply import (
    Expect,
    HandOff,
    Judged,
    MindContext,
    Passage,
    Reply,
    Sentence,
    SkillCalled,
    SkillReturned,
)
from flowyte.conversation.timeline import Reported
from flowyte.guardrails.acts import Act, Effect, Situation
from flowyte.guardrails.disclosure import split
from flowyte.guardrails.engine import disclosures_of, judge, policies_of
from flowyte.guardrails.provenance import Origin, Provenance
from flowyte.guardrails.unsaid import Unsaid
from flowyte.guardrails.verdict import Finding, Verdict
from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.kit.errors import Unavailable
from flowyte.minds.handing import PUT_THROUGH, Handing, Line
from flowyte.minds.held import Held, held_skills, verifier_of
from flowyte.minds.unkept import Unkept
from flowyte.minds.verifying import Accounts, Verifying
from flowyte.skills.arguments import required_of, wrong
from flowyte.skills.registry import END_CALL, PLAYBOOK, REPEAT, TAKE_MESSAGE, TRANSFER
from flowyte.skills.runner import Order, Outcome
from flowyte.slots.spoken import digits
from flowyte.tenancy.principal import Principal

logger = log.get(__name__)
MINUTE_MS = 60_000
MOST_USES = 8  # in one turn: a model that asks for more is going round in circles, and the caller waits
FILLER_AFTER_S = 1.0  # silence on the line until then is thinking; after that it is a fault
FILLER_EXPECTED_MS = 800
FILLER = "One moment, please."
BY_ITSELF = frozenset((PLAYBOOK, TRANSFER, END_CALL, REPEAT))  # done by the conversation, not by a runner
COLLECT = "collect:"  # before the name of a skill, where a playbook is named
OPERATORS = ("name", "persona", "greeting", "goals", "businessHours", "handoffConfig", "lexicon", "tone")

__all__ = ["COLLECT", "FILLER", "Done", "Hands", "Held", "Pending", "Running", "Use", "denied"]


class Running(Protocol):
    """`skills.runner.Runner` by shape."""

    def start(self, order: Order, action: str) -> "asyncio.Task[Outcome]": ...
    async def run(self, order: Order, action: str) -> Outcome: ...
    def actions(self) -> frozenset[str]: ...
    async def done(self, principal: Principal, conversation_id: str) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What waits for the caller's word: the very arguments that are read back."""

    held: Held
    arguments: Mapping[str, Any]
    verdict: Verdict
    intent: str = ""
    agreed: bool = False
    """They have been read back already, and something else stood against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a skill brought, as a mind may know it."""

    name: str
    arguments: Mapping[str, Any]
    ok: bool
    result: Mapping[str, Any]


@dataclass(slots=True)
class Use:
    """One request of a mind. At the end exactly one of these is set, `refused` where the turn is over for the mind."""

    outcome: Outcome | None = None
    released: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""
    refused: Verdict | None = None


@dataclass(frozen=True, slots=True)
class _Unseen:
    """Carried out while nobody waited any more."""

    called: SkillCalled
    held: Held
    task: "asyncio.Task[Outcome]"


class Hands:
    """Of one conversation."""

    def __init__(
        self, context: MindContext, runner: Running | None, clock: Clock, accounts: Accounts | None = None
    ) -> None:
        self._context = context
        self._agent = context.agent
        self._runner = runner
        self._clock = clock
        self._policies = policies_of(context.agent)
        self._disclosures = disclosures_of(context.agent)
        self._principal = Principal(org=context.org, kind="call", id=context.conversation_id, scopes=frozenset())
        self._skills = held_skills(context.agent, channel=context.channel)
        self.line = Line(context, clock, carried_out=runner is not None and TRANSFER in runner.actions())
        if self.line.has_people:
            own = self.line.skill()
            self._skills.setdefault(PUT_THROUGH, Held(id="", skill=own, action=TRANSFER, schema=own.parameters_schema))
        self.handing: Handing | None = None
        """Whom the caller is to be handed over to, for who announces it."""
        self._through: Held | None = None
        self._verifier = verifier_of(context.agent)
        self.verifying = Verifying(context.agent, self._principal, accounts, self._fetched, clock)
        self.known = Provenance(reading=lambda text: (digits(text),))
        self.known.add("operator", [context.agent.get(each) for each in OPERATORS])
        self.known.add("caller", [turn.text for turn in context.history if turn.role == "user"])
        self.unsaid = Unsaid(digits)
        self.unkept = Unkept(context.agent)
        self.pending: Pending | None = None
        self.playbook = ""
        """One that a skill has just begun, for who walks it."""
        self.confirmations = 0
        self._effects_ms: deque[int] = deque()
        self._effects = 0
        self._uses = 0
        self._turn = 0
        self._this_turn: list[Done] = []
        self._resumed = bool(context.history)
        self._done: tuple[str, ...] = ()
        self._told: list[Reply] = []
        self.stopped: Verdict | None = None
        self._unseen: list[_Unseen] = []
        self._calls = 0

    @property
    def level(self) -> int:
        return self.verifying.level

    @property
    def agent(self) -> Mapping[str, Any]:
        return self._agent

    def today(self) -> date:
        return self._clock.now().date()

    # What minds are given

    def skills(self) -> tuple[Held, ...]:
        """Those that can be carried out here, in the order in which the agent has them."""
        known = (self._runner.actions() if self._runner is not None else frozenset()) | BY_ITSELF
        return tuple(held for held in self._skills.values() if held.action in known or self._context.simulated)

    def held(self, name: str) -> Held:
        return self._skills[name]

    def people(self) -> tuple[Held, ...]:
        """Those of the agent's own list, the usual one first, each as if it were a skill of its own."""
        return tuple(
            Held(id="", skill=skill, action=TRANSFER, schema=skill.parameters_schema) for skill in self.line.skills()
        )

    def whom(self, pending: Pending) -> str:
        """To whom what is to be agreed to would put the caller through; empty for anything else."""
        if pending.held.action != TRANSFER:
            return ""
        person = self.line.choose(pending.held.skill.execution_config, pending.arguments, reason="").person
        return person.label if person is not None else TEAM

    def begin(self, turn_index: int) -> None:
        """A turn; one with the index of the last replaces it, and what that one did stays done."""
        if turn_index != self._turn:
            self._turn, self._this_turn = turn_index, []
        self._uses = 0
        self.stopped = self.handing = None

    def already(self) -> tuple[Done, ...]:
        """What was done for this turn before it was replaced, or came in late."""
        return tuple(self._this_turn)

    async def use(
        self, use: Use, name: str, arguments: Mapping[str, Any], *, intent: str = "", confirmed: bool = False
    ) -> AsyncGenerator[Reply, None]:
        """Ask for a skill. What is yielded is for the timeline and the caller; `use` says what came of it.

        `intent` names what is meant where the arguments may still change: a message that the caller goes on dictating.
        """
        self._uses += 1
        held = self._skills.get(name)
        if held is None or self._uses > MOST_USES:
            reason = "unknown_skill" if held is None else "too_many_in_a_turn"
            words = "I cannot do that. Is there anything else?"
            use.refused = self.stopped = denied("skill", reason, words)
            yield self._tell(_judged(name, use.refused))
            return
        given = {key: value for key, value in arguments.items() if value not in (None, "")}
        use.fault = wrong(held.schema, given, required_of(held.schema, held.skill.required_params)) or ""
        if use.fault:
            return
        async with aclosing(self.carry_out(use, held, given, intent=intent, confirmed=confirmed)) as told:
            async for reply in told:
                yield reply

    async def carry_out(
        self, use: Use, held: Held, given: Mapping[str, Any], *, intent: str = "", confirmed: bool = False
    ) -> AsyncGenerator[Reply, None]:
        """Judge and do. `confirmed` is for who has just heard the caller agree to these very arguments."""
        verdict = judge(self._policies, self._effect(held, given), self._situation(confirmed=confirmed))
        if verdict.outcome != "allow":
            use.refused = self.stopped = verdict
            if verdict.outcome in ("confirm", "verify"):
                self.pending = Pending(held=held, arguments=given, verdict=verdict, intent=intent, agreed=confirmed)
            yield self._tell(_judged(held.skill.name, verdict))
            return
        if held.action == PLAYBOOK:
            self.playbook = str(held.skill.execution_config.get("playbookId") or "")
            use.outcome = Outcome(run_id="", state="done")
            yield self._tell(SkillCalled(call_id=f"playbook-{self._calls}", name=held.skill.name, arguments={}))
            return
        if held.action == TRANSFER:
            why = held.skill.name if held.id else "asked"
            self.handing = self.line.choose(held.skill.execution_config, given, reason=why)
            self._through, use.outcome = held, Outcome(run_id="", state="done")
            return
        self._count()
        occasion = f"confirmed-{self.confirmations}" if confirmed else ""
        if not held.is_write:
            occasion = f"read-{self._calls}"
        order = self.order(held, given, intent=intent, occasion=occasion)
        async with aclosing(self._ordered(use, held, order)) as told:
            async for reply in told:
                yield reply

    def order(
        self, held: Held, given: Mapping[str, Any], *, intent: str = "", occasion: str = "", keep_result: bool = True
    ) -> Order:
        if held.action == TAKE_MESSAGE:
            given = self.unkept.in_a_message(given)
        secret = self.unkept.has_secret(given)
        if secret:
            occasion = f"{occasion}secret-{self.unkept.mark(given)}"
        return Order(
            kept=self.unkept.kept(given),
            principal=self._principal, agent=self._agent, conversation_id=self._context.conversation_id,
            skill=held.skill, skill_id=held.id, arguments=given, intent=intent, occasion=occasion,
            is_write=held.is_write, keep_result=keep_result and not secret,
        )  # fmt: skip

    async def put_through(self, hand_off: HandOff) -> tuple[bool, tuple[Reported, ...]]:
        """Order the transfer that was announced: judged once more, for time has passed, and in the ledger once."""
        held = self._through or self._skills.get(PUT_THROUGH)
        person = self.line.at(hand_off.to)
        if held is None or person is None or self._runner is None or not self.line.transfers:
            return False, ()
        asked = {} if held.id else {"to": person.place}
        verdict = judge(self._policies, self._effect(held, asked), self._situation(confirmed=True))
        if verdict.outcome != "allow":
            return False, (_judged(held.skill.name, verdict),)
        self._count()
        order = self.order(held, {"label": person.label, "destination": person.destination}, intent=PUT_THROUGH)
        called = SkillCalled(
            call_id=f"{self._context.conversation_id}/{PUT_THROUGH}", name=held.skill.name,
            arguments={"to": person.label, "number": masked(person.destination)},
        )  # fmt: skip
        outcome = await self._runner.run(order, TRANSFER)
        result = dict(outcome.result) if outcome.ok else {"error": outcome.error or outcome.state}
        returned = SkillReturned(call_id=called.call_id, name=called.name, ok=outcome.ok, result=result)
        return outcome.ok, (called, returned)

    # What the conversation is told

    def take(self) -> list[Reply]:
        """What has happened since the last time this was asked."""
        told, self._told = self._told, []
        return told

    def judged(self, act: Act, name: str) -> Verdict | None:
        """The verdict on words, unless it allows."""
        verdict = judge(self._policies, act, self._situation())
        if verdict.outcome == "allow":
            return None
        self._tell(_judged(name, verdict))
        return verdict

    def found(self, passages: tuple[Passage, ...]) -> None:
        """Knowledge that reached the mind: a page's words are a page's, a text that the operator wrote is theirs."""
        for passage in passages:
            self.known.add("page" if passage.url else "operator", [passage.title, passage.whole])

    def collect(self, name: str) -> None:
        """Ask the caller for what this skill needs, one value after another, and carry it out then."""
        self.playbook = f"{COLLECT}{name}"

    def late(self) -> list[str]:
        """Skills whose result came when nobody waited any more; it is told and counted now."""
        names = []
        for unseen in [each for each in self._unseen if each.task.done()]:
            self._unseen.remove(unseen)
            if not unseen.task.cancelled():
                self._returned(Use(), unseen.called, unseen.held, unseen.task.result())
                names.append(unseen.held.skill.name)
        return names

    async def restore(self) -> None:
        """Of a conversation that is taken up again: what its ledger says was done, so that it may be spoken of."""
        if not self._resumed or self._runner is None:
            return
        self._resumed = False
        names = await self._runner.done(self._principal, self._context.conversation_id)
        described = {held.skill.name: held.skill.description for held in self._skills.values()}
        self._done = (*(f"{name} {described.get(name, '')}" for name in names), *self._done)

    # How it is done

    async def _ordered(self, use: Use, held: Held, order: Order) -> AsyncGenerator[Reply, None]:
        self._calls += 1
        call_id = f"{self._context.conversation_id}/{self._calls}"
        arguments = self.unkept.without_secrets(order.arguments)
        called = SkillCalled(call_id=call_id, name=held.skill.name, arguments=arguments)
        yield self._tell(called)
        if self._context.simulated:
            outcome = Outcome(run_id="", state="done", result={"simulated": True})
            yield self._returned(use, called, held, outcome)
            return
        try:
            if self._runner is None:
                raise Unavailable
            task = self._runner.start(order, held.action)
        except Unavailable as error:
            yield self._returned(use, called, held, Outcome(run_id="", state="failed", error=error.code))
            return
        seen = False
        try:
            patience = 0.0 if held.skill.expected_latency_ms > FILLER_EXPECTED_MS else FILLER_AFTER_S
            await asyncio.wait((task,), timeout=patience)
            if not task.done():
                self._tell(Sentence(text=FILLER, kind="filler"))
                yield called
                await asyncio.wait((task,))
            seen = True
        finally:
            if not seen:  # interrupted: the effect goes on, and its result is told in a later turn
                self._unseen.append(_Unseen(called, held, task))
        yield self._returned(use, called, held, task.result())

    async def _fetched(self, verifier: str, arguments: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What the verifier skill brings: for the comparison alone, so the ledger keeps none of it."""
        held = self._verifier
        if self._context.simulated:
            return None
        if held is None or self._runner is None or verifier not in (held.id, held.skill.name):
            return None
        self._calls += 1
        occasion = f"verifying-{self._calls}"
        order = self.order(held, arguments, occasion=occasion, keep_result=False)
        outcome = await self._runner.run(order, held.action)
        return outcome.result if outcome.ok else None

    def _returned(self, use: Use, called: SkillCalled, held: Held, outcome: Outcome) -> Reply:
        outcome = replace(outcome, result=self.unkept.without_secrets(outcome.result))
        released, withheld = split(
            outcome.result, self._disclosures, skill_type=held.skill.skill_type, level=self.level
        )
        self.unsaid.add(withheld)
        self.known.add("skill", released)
        use.outcome, use.released = outcome, released
        if outcome.ok and held.is_write:
            self._done = (*self._done, f"{held.skill.name} {held.skill.description}")
        result = dict(released) if outcome.ok else {"error": outcome.error or outcome.state}
        self._this_turn.append(Done(name=called.name, arguments=called.arguments, ok=outcome.ok, result=result))
        return self._tell(SkillReturned(call_id=called.call_id, name=called.name, ok=outcome.ok, result=result))

    def _effect(self, held: Held, given: Mapping[str, Any]) -> Effect:
        skill = held.skill
        described: Mapping[str, Any] = held.schema.get("properties") or {}
        wants: dict[str, frozenset[Origin]] = {
            name: frozenset(spec["x-source"])
            for name, spec in described.items()
            if isinstance(spec, Mapping) and spec.get("x-source")
        }
        if held.level and self.level:  # whose account it is has been proven, and no other can be named
            own = (name for name in described if self.verifying.is_own(name, "") is not None)
            wants |= dict.fromkeys(own, frozenset(("verified",)))
        return Effect(
            skill=skill.name,
            skill_type=skill.skill_type,
            arguments=given,
            declared=frozenset(described),
            origins={name: self._origin(held, name, value) for name, value in given.items()},
            wants=wants,
            is_write=held.is_write,
            needs_level=held.level,
            needs_confirmation=skill.requires_confirmation or skill.stakes == "high",
        )

    def _origin(self, held: Held, name: str, value: object) -> Origin:
        """One of a parameter's listed choices is the operator's own word, unless it may only come from somewhere."""
        spec = (held.schema.get("properties") or {}).get(name)
        if held.level and self.level and (own := self.verifying.is_own(name, value)) is not None:
            return "verified" if own else "model"
        if isinstance(spec, Mapping) and value in (spec.get("enum") or ()) and not spec.get("x-source"):
            return "operator"
        return self.known.of(value)

    def _situation(self, *, confirmed: bool = False) -> Situation:
        now = self._clock.monotonic_ms()
        while self._effects_ms and now - self._effects_ms[0] >= MINUTE_MS:
            self._effects_ms.popleft()
        hours = self._agent.get("businessHours")
        return Situation(
            now=self._clock.now(),
            open_now=open_now(hours, self._clock.now()) if isinstance(hours, Mapping) else None,
            level=self.level,
            confirmed=confirmed,
            effects_last_minute=len(self._effects_ms),
            effects_so_far=self._effects,
            done=self._done,
            known=self.known,
            unsaid=self.unsaid,
        )

    def _count(self) -> None:
        self._effects += 1
        self._effects_ms.append(self._clock.monotonic_ms())

    def tell(self, reply: Reply) -> Reply:
        """For the timeline, by who did or decided it."""
        if isinstance(reply, Sentence | Expect):
            return reply
        return self._tell(reply)

    def _tell(self, reply: Reply) -> Reply:
        self._told.append(reply)
        return reply


def denied(policy: str, reason: str, words: str) -> Verdict:
    return Verdict(outcome="deny", findings=(Finding(policy=policy, outcome="deny", reason=reason, words=words),))


def _judged(act: str, verdict: Verdict) -> Judged:
    strictest = verdict.findings[0]
    return Judged(act=act, outcome=verdict.outcome, policy=strictest.policy, reason=strictest.reason)
