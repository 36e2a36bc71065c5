"""Between every mind and the call: what the caller asks, what is about to be said and what is about to be done is
judged, and nothing that is denied happens.

A mind names an effect before it carries it out, and is stopped there: closing its iterator at that moment is what
keeps the effect from taking place, whatever the mind is.
"""

from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Protocol

from flowyte.conversation.reply import Judged, MindContext, Reply, Sentence, SkillCalled, UserTurn
from flowyte.guardrails.acts import Act, Effect, Heard, Say, Situation
from flowyte.guardrails.engine import judge, policies_of
from flowyte.guardrails.verdict import Verdict
from flowyte.kit.clock import Clock
from flowyte.minds.hours import open_now
from flowyte.skills.registry import TAKE_MESSAGE, parameters_of

MINUTE_MS = 60_000


class Thinking(Protocol):
    """`live.ports.Thinking` by shape, as an async generator, which can be closed where it stands."""

    def respond(self, turn: UserTurn) -> AsyncGenerator[Reply, None]: ...
    def heard(self, spoken: str) -> None: ...


class Mind(Protocol):
    def open(self, context: MindContext) -> Thinking: ...


class JudgedMind:
    """Fulfils `live.ports.Mind` around another one."""

    def __init__(self, mind: Mind, clock: Clock) -> None:
        self._mind = mind
        self._clock = clock

    def open(self, context: MindContext) -> "JudgedThinking":
        return JudgedThinking(self._mind.open(context), context, self._clock)


class JudgedThinking:
    def __init__(self, thinking: Thinking, context: MindContext, clock: Clock) -> None:
        self._thinking = thinking
        self._agent = context.agent
        self._clock = clock
        self._policies = policies_of(context.agent)
        self._effects_ms: deque[int] = deque()
        self._effects = 0

    def heard(self, spoken: str) -> None:
        self._thinking.heard(spoken)

    async def respond(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        denied = self._denied(Heard(text=turn.text))
        if denied is not None:
            for part in _instead(denied, "heard"):
                yield part
            return
        said = ""
        async with aclosing(self._thinking.respond(turn)) as replies:
            async for reply in replies:
                act = self._act(reply, said)
                denied = self._denied(act) if act is not None else None
                if denied is not None:
                    for part in _instead(denied, act.skill if isinstance(act, Effect) else "say"):
                        yield part
                    return
                if isinstance(reply, Sentence):
                    said = f"{said} {reply.text}"
                if isinstance(act, Effect):
                    self._count()
                yield reply

    def _act(self, reply: Reply, said: str) -> Act | None:
        match reply:
            case Sentence(text=text):
                return Say(text=text, so_far=said)
            case SkillCalled(name=name, arguments=arguments):
                return _effect(self._agent, name, arguments)
            case _:
                return None

    def _denied(self, act: Act) -> Verdict | None:
        """The verdict, unless it allows."""
        now = self._clock.monotonic_ms()
        while self._effects_ms and now - self._effects_ms[0] >= MINUTE_MS:
            self._effects_ms.popleft()
        hours = self._agent.get("businessHours")
        situation = Situation(
            now=self._clock.now(),
            open_now=open_now(hours, self._clock.now()) if isinstance(hours, Mapping) else None,
            confirmed=isinstance(act, Effect) and act.skill == TAKE_MESSAGE,  # its flow reads back and asks, always
            effects_last_minute=len(self._effects_ms),
            effects_so_far=self._effects,
        )
        verdict = judge(self._policies, act, situation)
        return None if verdict.outcome == "allow" else verdict

    def _count(self) -> None:
        self._effects += 1
        self._effects_ms.append(self._clock.monotonic_ms())


def _effect(agent: Mapping[str, Any], name: str, arguments: Mapping[str, object]) -> Effect:
    """As the agent's skill of that action describes it; one that is not described writes."""
    skill: Mapping[str, Any] = next(
        (
            skill
            for skill in agent.get("skills") or ()
            if name in (skill.get("name"), (skill.get("executionConfig") or {}).get("action"))
        ),
        {},
    )
    return Effect(
        skill=name,
        skill_type=str(skill.get("skillType") or "builtin"),
        arguments=arguments,
        declared=frozenset(parameters_of(name)),
        is_write=bool(skill.get("isWrite", True)),
        needs_verified=bool(skill.get("requiresVerifiedIdentity", False)),
        needs_confirmation=bool(skill.get("requiresConfirmation", False)),
    )


def _instead(verdict: Verdict, of: str) -> list[Reply]:
    """What the receipt is told and the caller hears in place of what was denied."""
    strictest = verdict.findings[0]
    told = Judged(act=of, outcome=verdict.outcome, policy=strictest.policy, reason=strictest.reason)
    return [told, Sentence(text=verdict.words or "I cannot do that.")]
