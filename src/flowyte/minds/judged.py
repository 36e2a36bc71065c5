"""Guardrails around a mind: what it hears, says and does is judged first, whatever mind it is.

A mind acts through `Hands` and through nothing else. Where something stood against it, the caller hears the verdict's
words, and the mind is stopped where it stands. What waits for the caller's word is read back from the very arguments
that will be used, and the answer to that is the caller's, not the mind's.
"""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from flowyte.conversation.reply import (
    EndCall,
    Expect,
    HandOff,
    Judged,
    MindContext,
    Opening,
    Reply,
    Sentence,
    SkillCalled,
    SkillReturned,
    UserTurn,
    Verified,
)
from flowyte.conversation.timeline import Reported
from flowyte.guardrails.acts import Heard, Say
from flowyte.guardrails.lexicon import banned_words
from flowyte.guardrails.verdict import Verdict
from flowyte.kit.clock import Clock
from flowyte.minds import words
from flowyte.minds.hands import Hands, Held, Pending, Running, Use
from flowyte.minds.mood import Mood, patience_of
from flowyte.minds.playing import BROKEN, LEFT, OVER, callers, expects, moved, result_of, secrets_of, started
from flowyte.minds.playing import Standing as Playing
from flowyte.minds.verifying import Accounts, NoAccounts, Standing
from flowyte.playbooks.step import Begin, Digress, Ended, Input, Listen, Output, Run, Said, SkillFailed, Transferred
from flowyte.playbooks.step import Say as Says
from flowyte.slots import answers

# A mind may not write these: what was done and decided is told by whoever did and decided it.
OURS = (SkillCalled, SkillReturned, Judged, Verified)
MOST_WITHHELD = 3  # sentences stopped for what they would have given away; then the conversation is over
ENOUGH = "I cannot go on with this. Please contact us in another way. Goodbye."


_LEAVE = re.compile(r"\b(never ?mind|cancel|forget (it|that)|stop|don't bother|rather not|skip (it|that|this))\b")
# Said for itself: "cancel my order" may be the very thing that a playbook is for.
_LEAVE_ALL = re.compile(
    r"^\W*((no|ok|okay|oh|sorry|please|actually|well|let's)\W+)*"
    r"((never ?mind|cancel|forget|stop|leave|don't bother|i('d| would)? rather not|i changed my mind)"
    r"(\W+(it|that|this|here|now))*\W*)+((please|thanks|thank you)\W*)*"
)
# Whoever asks for a person is not asked the next question of a playbook. Longer turns are stories, with people in them.
_PERSON = re.compile(
    r"\b((speak|talk) (to|with) (a|an|the|some ?one|some ?body|your)\b|real (person|human)|human being|operator)"
)
MOST_WORDS_FOR_A_PERSON = 12


def _wants_a_person(text: str) -> bool:
    return bool(_PERSON.search(text.lower())) and len(text.split()) <= MOST_WORDS_FOR_A_PERSON


@runtime_checkable
class TakesMessages(Protocol):
    """A mind that can go over to taking a message, and knows whether it is taking one."""

    def taking_message(self, turn: UserTurn) -> bool: ...

    def take_message(self, turn: UserTurn) -> list[Reply]: ...


class Thinking(Protocol):
    """`live.ports.Thinking` by shape, as an async generator, which can be closed where it stands."""

    def respond(self, turn: UserTurn) -> AsyncGenerator[Reply, None]: ...
    def heard(self, spoken: str) -> None: ...


class Mind(Protocol):
    def open(self, context: MindContext, hands: Hands) -> Thinking: ...


@dataclass(frozen=True, slots=True)
class State:
    """What a turn changes, so that one which replaces it starts from where that one started."""

    pending: Pending | None = None
    confirmations: int = 0
    standing: Standing = Standing()
    playing: Playing | None = None
    mood: Mood = Mood()


class JudgedMind:
    """Fulfils `live.ports.Mind` around another one."""

    def __init__(
        self, mind: Mind, clock: Clock, runner: Running | None = None, accounts: Accounts | None = None
    ) -> None:
        self._mind = mind
        self._clock = clock
        self._runner = runner
        self._accounts = accounts

    def open(self, context: MindContext) -> "JudgedThinking":
        accounts = NoAccounts() if context.simulated else self._accounts
        hands = Hands(context, self._runner, self._clock, accounts)
        return JudgedThinking(self._mind.open(context, hands), hands)


class JudgedThinking:
    def __init__(self, thinking: Thinking, hands: Hands) -> None:
        self._thinking = thinking
        self._hands = hands
        self._banned = banned_words(hands.agent)
        self._before: tuple[int, State] = (0, State())
        self._said = ""
        self._withheld = 0
        self._playing: Playing | None = None
        self._mood = Mood()
        self._patience = patience_of(hands.agent)

    def opening(self) -> Opening:
        control, recording = (self._hands.agent.get(name) or {} for name in ("callControl", "recording"))
        return self._hands.line.opening(
            silent=control.get("onNoResponseAction") == "transfer", refused=recording.get("onDenial") == "transfer"
        )

    async def put_through(self, hand_off: HandOff) -> tuple[bool, tuple[Reported, ...]]:
        return await self._hands.put_through(hand_off)

    @property
    def private(self) -> bool:
        """Whether the caller is proving who they are, or giving what a playbook collects as sensitive."""
        return self._hands.verifying.asking or _is_sensitive(self._playing)

    @property
    def private_before(self) -> bool:
        """Whether they were in the turn that the next one may replace."""
        return self._before[1].standing.asking is not None or _is_sensitive(self._before[1].playing)

    def heard(self, spoken: str) -> None:
        self._thinking.heard(spoken)

    async def respond(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        self._begin(turn)
        await self._hands.restore()
        proving = self._hands.verifying.asking
        async with aclosing(self._proving(turn) if proving else self._answer(turn)) as replies:
            async for reply in replies:
                for told in self._hands.take():
                    yield self._clear(told)
                if not isinstance(reply, OURS):
                    yield self._clear(reply)
        for reply in self._handed_over(turn):
            yield self._clear(reply)
        for told in self._hands.take():
            yield self._clear(told)

    def _clear(self, reply: Reply) -> Reply:
        """The platform's own words, which nobody judges, say none of the banned ones either."""
        return replace(reply, text=self._banned.cleared(reply.text)) if isinstance(reply, Sentence) else reply

    def _handed_over(self, turn: UserTurn) -> list[Reply]:
        """What the caller hears of being handed over to somebody, when that was decided in this turn."""
        handing, self._hands.handing = self._hands.handing, None
        if handing is None or self._hands.pending is not None:
            return []
        self._playing = None
        replies, message = self._hands.line.over_to(handing)
        if message and isinstance(self._thinking, TakesMessages):
            replies += self._thinking.take_message(turn)
        return replies

    def _begin(self, turn: UserTurn) -> None:
        hands = self._hands
        if turn.turn_index == self._before[0]:
            hands.pending, hands.confirmations = self._before[1].pending, self._before[1].confirmations
            hands.verifying.standing, self._playing = self._before[1].standing, self._before[1].playing
            self._mood = self._before[1].mood
        state = State(hands.pending, hands.confirmations, hands.verifying.standing, self._playing, self._mood)
        self._before = (turn.turn_index, state)
        self._said = ""
        hands.begin(turn.turn_index)
        if not self.private:  # an answer to "what is your PIN" is for the comparison alone
            hands.known.add("caller", turn.text)
            if _wants_a_person(turn.text):
                self._playing = None
        hands.late()

    async def _answer(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        """Everything but what the hands tell by themselves."""
        attended = self._attended(turn)
        if attended is not None:
            for reply in attended:
                yield reply
            return
        pending, self._hands.pending = self._hands.pending, None
        if pending is not None:
            agreed = answers.agreed(turn.text)
            if agreed is not None:
                async with aclosing(self._decided(pending, turn, agreed=agreed)) as replies:
                    async for reply in replies:
                        yield reply
                return
        heard: Input | None = None
        if self._playing is not None and _LEAVE_ALL.fullmatch(turn.text.lower()):
            self._playing = None
            yield Sentence(text=LEFT)
            return
        if self._playing is not None:
            heard = SkillFailed() if self._playing.awaits_skill else Said(turn.text)
        async with aclosing(self._minded(turn) if heard is None else self._played(heard, turn)) as replies:
            async for reply in replies:
                yield reply

    def _attended(self, turn: UserTurn) -> list[Reply] | None:
        """What comes before any mind: what is not talked about, an emergency, a caller who has had enough. None for
        none of them."""
        line = self._hands.line
        denied = self._hands.judged(Heard(text=turn.text), "heard")
        if denied is not None:
            return [Sentence(text=denied.words)]
        if emergency := line.in_an_emergency(turn.text):
            return [Sentence(text=emergency)]
        offered, self._mood = self._mood.offered, self._mood.heard(turn.text)
        if offered and (agreed := answers.agreed(turn.text)) is not None:
            if agreed:
                self._hands.handing = line.by_name("", reason="dissatisfied")
            return [] if agreed else [Sentence(text=LEFT)]
        taking = isinstance(self._thinking, TakesMessages) and self._thinking.taking_message(turn)
        if self._mood.unhappy < self._patience or self._hands.pending is not None or self._playing or taking:
            return None
        self._mood = Mood(offered=True)
        return [Sentence(text=line.offer()), Expect(kind="yes_no")]

    async def _minded(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        """The mind's own answer, until something stands against it."""
        async with aclosing(self._thinking.respond(turn)) as replies:
            async for reply in replies:
                if self._hands.stopped is not None or self._hands.playbook or self._hands.handing is not None:
                    break
                if isinstance(reply, HandOff):
                    continue  # who takes over is decided by the hands
                if isinstance(reply, Sentence):
                    denied = self._say(reply.text)
                    if denied is not None:
                        for part in await self._instead(denied):
                            yield part
                        return
                yield reply
        if self._hands.stopped is not None:
            for part in await self._instead(self._hands.stopped):
                yield part
        async with aclosing(self._begun(turn)) as replies:
            async for reply in replies:
                yield reply

    async def _begun(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        """A playbook that a skill has begun, if one has; one at a time."""
        name, self._hands.playbook = self._hands.playbook, ""
        if not name or self._playing is not None:
            return
        self._playing = started(self._hands.agent, name)
        if self._playing is None:
            yield Sentence(text=BROKEN)
            return
        async with aclosing(self._played(Begin(), turn)) as replies:
            async for reply in replies:
                yield reply

    async def _played(self, heard: Input, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        """The playbook's turn: on until it listens, ends, or waits for what the caller has to decide or prove first."""
        following: Input | None = heard
        while following is not None and self._playing is not None:
            self._playing, outputs = moved(self._playing, following, self._hands.today())
            self._hands.unkept.secret(secrets_of(self._playing))
            self._hands.known.add("caller", callers(self._playing))
            following = None
            for output in outputs:
                match output:
                    case Run():
                        use = Use()
                        async with aclosing(self._ran(use, output)) as parts:
                            async for part in parts:
                                yield part
                        if self._waiting or self._hands.handing is not None:
                            return
                        following = result_of(use.outcome, use.released)
                    case Digress(text=text):
                        async with aclosing(self._digressed(replace(turn, text=text), outputs)) as parts:
                            async for part in parts:
                                yield part
                        if self._waiting or self._hands.handing is not None:  # what the mind asked for comes first
                            return
                    case _:
                        for part in self._told(output, alone=len(outputs) == 1):
                            yield part

    async def _digressed(self, turn: UserTurn, outputs: Sequence[Output]) -> AsyncGenerator[Reply, None]:
        """The mind's answer to a question in between, without what the playbook asks again anyway."""
        asked = [each.text for each in outputs if isinstance(each, Says)]
        async with aclosing(self._minded(turn)) as parts:
            async for part in parts:
                if not (isinstance(part, Sentence) and part.text in asked):
                    yield part

    @property
    def _waiting(self) -> bool:
        return self._hands.pending is not None or self._hands.verifying.asking

    async def _ran(self, use: Use, run: Run) -> AsyncGenerator[Reply, None]:
        """A playbook's skill, judged like a mind's; what the caller agreed to was read back by the playbook."""
        self._hands.confirmations += run.confirmed
        asked = self._hands.use(use, run.skill, run.arguments, confirmed=run.confirmed)
        async with aclosing(asked) as replies:
            async for reply in replies:
                yield reply
        if use.refused is not None:
            for part in await self._instead(use.refused):
                yield part
        elif use.outcome is not None and self._tells and self._hands.handing is None:
            yield self._outcome(self._hands.held(run.skill), use)

    def _told(self, output: Output, *, alone: bool) -> list[Reply]:
        """`alone`: nothing was said before it."""
        match output:
            case Says(text=text):
                denied = self._say(text)
                return [Sentence(text=text if denied is None else denied.words)]
            case Listen():
                return [expects(output, self._playing)]
            case Transferred(destination=destination):
                self._playing = None
                self._hands.handing = self._hands.line.by_name(destination, reason="playbook")
                return []
            case Ended(reason=reason):
                alone, self._playing = alone and not self._tells, None
                words = BROKEN if reason == "fault" else OVER if alone else ""
                return [Sentence(text=words)] if words else []
            case _:
                return []

    def _say(self, text: str) -> Verdict | None:
        """The verdict that stands against saying this; None once it counts as said."""
        denied = self._hands.judged(Say(text=text, so_far=self._said), "say")
        if denied is None:
            self._said = f"{self._said} {text}"
            self._hands.unsaid.said(text)
        return denied

    async def _proving(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        """An answer to a question of the verification. No mind learns of it, and it is searched for nothing else."""
        verifying = self._hands.verifying
        if _LEAVE.search(turn.text.lower()):
            self._hands.pending = None
            for reply in verifying.leave():
                yield self._hands.tell(reply)
            self._playing = None
            return
        replies, verified = await verifying.answer(turn.text)
        for reply in replies:
            yield self._hands.tell(reply)
        pending = self._hands.pending
        if verified is None or pending is None:
            return
        self._hands.pending = None
        if not verified and self._playing is None:
            return
        done = (
            self._carried_out(pending, turn, confirmed=pending.agreed)
            if verified
            else self._played(SkillFailed(), turn)
        )
        async with aclosing(done) as parts:
            async for part in parts:
                yield part

    async def _instead(self, verdict: Verdict) -> list[Reply]:
        """What the caller hears in place of what was not said or done."""
        pending = self._hands.pending
        if verdict.outcome == "confirm" and pending is not None:
            shown = self._hands.unkept.without_secrets(pending.arguments)
            asked = words.read_back(pending.held, shown, self._hands.whom(pending))
            denied = self._say(asked)  # the arguments are the mind's: reading them back is saying them
            if denied is None:
                return [Sentence(text=asked), Expect(kind="yes_no")]
            self._hands.pending, verdict = None, denied
        if verdict.outcome == "verify" and pending is not None:
            wanted = max(pending.held.level, 1)
            if self._hands.verifying.can_reach(wanted):
                return [self._hands.tell(reply) for reply in await self._hands.verifying.begin(wanted)]
            self._hands.pending = None
        if verdict.findings[0].policy == "withheld":
            self._withheld += 1
            if self._withheld >= MOST_WITHHELD:  # each refusal tells a guesser something
                return [Sentence(text=ENOUGH), EndCall(reason="withheld values were asked for again and again")]
        return [Sentence(text=verdict.words or "I cannot do that.")]

    async def _decided(self, pending: Pending, turn: UserTurn, *, agreed: bool) -> AsyncGenerator[Reply, None]:
        """The caller has answered what was read back."""
        if not agreed:
            yield Sentence(text=words.LEFT)
            if self._playing is not None:
                on = SkillFailed() if self._playing.awaits_skill else Begin()
                async with aclosing(self._played(on, turn)) as replies:
                    async for reply in replies:
                        yield reply
            return
        self._hands.confirmations += 1
        async with aclosing(self._carried_out(pending, turn, confirmed=True)) as replies:
            async for reply in replies:
                yield reply

    async def _carried_out(self, pending: Pending, turn: UserTurn, *, confirmed: bool) -> AsyncGenerator[Reply, None]:
        """Judged once more, for time has passed; what came of it is said by the platform."""
        use = Use()
        effect = self._hands.carry_out(use, pending.held, pending.arguments, intent=pending.intent, confirmed=confirmed)
        async with aclosing(effect) as replies:
            async for reply in replies:
                yield reply
        if use.refused is not None:
            for part in await self._instead(use.refused):
                yield part
        elif self._hands.handing is not None:
            return
        elif use.outcome is not None and not self._hands.playbook and (not self._awaited or self._tells):
            yield self._outcome(pending.held, use)
        if self._waiting:
            return
        if self._playing is not None:
            result = result_of(use.outcome, use.released) if self._awaited else Begin()
            on = self._played(result, turn)
        else:
            on = self._begun(turn)
        async with aclosing(on) as replies:
            async for reply in replies:
                yield reply

    def _outcome(self, held: Held, use: Use) -> Sentence:
        """What came of a skill, in the platform's words."""
        assert use.outcome is not None
        said = words.came_of_it(held, use.outcome, use.released)
        denied = self._say(said)
        return Sentence(text=said if denied is None else denied.words)

    @property
    def _tells(self) -> bool:
        return self._playing is not None and self._playing.tells

    @property
    def _awaited(self) -> bool:
        """Whether what was just decided is what a playbook waits for."""
        return self._playing is not None and self._playing.awaits_skill


def _is_sensitive(playing: Playing | None) -> bool:
    return playing is not None and playing.awaits_secret
