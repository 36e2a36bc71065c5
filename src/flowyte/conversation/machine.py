"""The turn machine: `receive(event, now)`, `next_command()`, `deadline()`, `expire(now)`.

It promises that the floor is held once, that every Say ends (Spoken, Cut or SayFailed are taken for each), that only
what was heard is remembered, and that HangUp is the last command. It performs nothing: `live.session` does. Which
state follows which is `table.TABLE`; this file decides which signal an event amounts to.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import assert_never

from flowyte.conversation import commands as do
from flowyte.conversation import events as ev
from flowyte.conversation import lines
from flowyte.conversation.alarms import BACKCHANNEL_MS, CLOSING_MS, DEAD_AIR_MS, Alarm, alarms, urgency
from flowyte.conversation.commands import Cause, Command, EntryType, Say, SayKind, State
from flowyte.conversation.floor import Agent, Caller, Stretch, means_nothing
from flowyte.conversation.permission import Permission
from flowyte.conversation.phrases import is_goodbye
from flowyte.conversation.reply import EndCall, Expect, ExpectKind, HandOff, Reply, Sentence
from flowyte.conversation.settings import MachineSettings
from flowyte.conversation.step import FAILURES, Step, mind_failed, nobody_speaks, put_through
from flowyte.conversation.table import FLOOR, TABLE, Floor, Signal
from flowyte.conversation.timeline import entry_of

PUZZLING_MS = 1_000  # a voice this long of which nothing was understood deserves an answer


class Machine:
    """One conversation. Times are integer milliseconds since the call began and never go back."""

    def __init__(self, settings: MachineSettings) -> None:
        self.settings = settings
        self.state: State = "ringing"
        self._now = 0
        self._since = 0
        self._out: deque[Command] = deque()
        self._agent = Agent()
        self._caller = Caller()
        self._permission = Permission(settings=settings)
        self._ending: Cause | None = None

    @property
    def floor(self) -> Floor:
        return FLOOR[self.state]

    def receive(self, event: ev.Event, now_ms: int) -> None:
        """Take an event. After the end every event is ignored: the shell may still be winding down."""
        self._now = max(self._now, now_ms)
        if self.state != "ended":
            self._take(event)

    def next_command(self) -> Command | None:
        return self._out.popleft() if self._out else None

    def deadline(self) -> int | None:
        """When `expire` is wanted at the latest; never before the present. None once the call has ended."""
        first = min((when for when, _ in self._alarms()), default=None)
        return None if first is None else max(first, self._now)

    def expire(self, now_ms: int) -> None:
        """Do what is due, oldest first."""
        self._now = max(self._now, now_ms)
        while due := min((a for a in self._alarms() if a[0] <= self._now), key=urgency, default=None):
            self._ring(due[1])

    # ---- events

    def _take(self, event: ev.Event) -> None:
        match event:
            case ev.LegUp():
                self._leg_up()
            case ev.Consented():
                self._consented(event)
            case ev.RecordingOrdered():
                self._do(self._permission.ordered(event))
            case ev.SpeechStarted() | ev.SpeechStopped() | ev.Partial() | ev.TurnEnded():
                self._heard(event)
            case ev.Key(digit=digit):
                self._key(digit)
            case ev.ReplyPart() | ev.ReplyEnded() | ev.ReplyFailed():
                self._thought(event)
            case ev.Playing() | ev.Spoken() | ev.Cut() | ev.SayFailed():
                self._said(event)
            case ev.PutThrough():
                self._was_put_through(event)
            case ev.LegLost(cause=cause) | ev.EndRequested(cause=cause):
                self._finish(cause)
            case _:
                assert_never(event)

    def _leg_up(self) -> None:
        if self.state != "ringing":
            return
        self._go("leg_up")
        self._entry("call_started", {"recording": self.settings.record})
        self._say(self.settings.notice, "notice")

    def _consented(self, event: ev.Consented) -> None:
        if self.state == "notice" and not self._agent.saying:
            self._flush()
            self._go("consented")
            self._do(self._permission.announced(event))

    def _do(self, step: Step | None) -> None:
        """Carry out what was decided beside the machine."""
        if step is None:
            return
        for type_, data in step.entries:
            self._entry(type_, data)
        self._out.extend(step.commands)
        if step.expect is not None:
            self._expect(step.expect)
        words = " ".join(filter(None, (step.words, self.settings.greeting if step.greets else "")))
        if step.finish is not None:
            self._finish(step.finish, words)
        elif words:
            if to := step.hand_off or (self.settings.hand_off if step.greets and self.settings.greeting else None):
                self._agent.handing = to
            self._own_words(words, step.kind)
        if step.rest:
            self._answer(step.rest, self._now, 1.0)

    # ---- what the caller does

    def _heard(self, event: ev.Heard) -> None:
        if self.state == "closing" and isinstance(event, ev.TurnEnded):
            self._do(self._permission.turn(event.text, leaving=True))
        if self.state in ("ringing", "notice", "closing"):
            return  # nothing is captured before consent, and nothing changes a farewell
        caller = self._caller
        match event:
            case ev.SpeechStarted(at_ms=at_ms):
                caller.voice_at, caller.patience_ms = min(at_ms, self._now), self.settings.barge_in_ms
                self._go("voice")
            case ev.SpeechStopped():
                caller.voice_at = None
                self._go("pause")
            case ev.Partial(text=text):
                self._partial(text)
            case ev.TurnEnded():
                caller.voice_at = None
                self._turn_ended(event)
            case _:
                assert_never(event)

    def _partial(self, text: str) -> None:
        if not text.strip() or self.state not in ("thinking", "speaking"):
            return
        if means_nothing(text, self._agent, self._caller.expect):
            self._caller.patience_ms = BACKCHANNEL_MS
        elif self._caller.voice_at is not None:
            self._interrupt()

    def _turn_ended(self, event: ev.TurnEnded) -> None:
        text = event.text.strip()
        if not text:
            if not self._caller.digits:  # keys are being pressed: their pause ends the turn, not a noise
                self._nothing(event.ended_ms - event.began_ms)
        elif not self._caller.digits and self._agent.has_more and means_nothing(text, self._agent, self._caller.expect):
            self._entry("user_utterance", {"text": text, "backchannel": True}, event.began_ms)
            self._go_on()
        else:
            self._turn(text, event.began_ms, event.confidence)

    def _nothing(self, voiced_ms: int) -> None:
        """The turn held no words: noise, or speech that could not be understood."""
        caller = self._caller
        if self._agent.has_more:
            self._go_on()
        elif voiced_ms >= PUZZLING_MS and not caller.not_understood:
            caller.not_understood += 1
            self._own_words(lines.NOT_UNDERSTOOD, "apology")
        else:
            self._go("nothing")

    def _go_on(self) -> None:
        """Give the floor back to the agent, which goes on where it was cut off."""
        agent = self._agent
        if self.state not in ("hearing", "judging"):
            return
        waiting = agent.resumes()
        self._go("resume" if any(isinstance(part, Sentence) for part in waiting) or agent.saying else "wait")
        for part in waiting:
            self._part(part)
        self._settle()

    def _key(self, digit: str) -> None:
        if self.state in ("ringing", "notice", "closing"):
            return
        self._interrupt()
        self._go("voice")
        self._caller.key_at = self._now
        if digit == "#" and self._caller.digits:
            self._ring("keyed")
        else:
            self._caller.digits += digit

    def _interrupt(self) -> None:
        """The caller takes the floor. The thought goes on until it is known whether the interruption has content."""
        agent, caller = self._agent, self._caller
        if self.state not in ("thinking", "speaking"):
            return
        if agent.saying:
            self._entry("barge_in", {"voicedMs": caller.voiced_ms(self._now)})
            self._out.append(do.StopSpeaking())
        caller.voice_at = None
        self._go("interrupt")

    def _turn(self, text: str, began_ms: int, confidence: float) -> None:
        """The caller has said something to be answered. It replaces their last turn if that is still unanswered."""
        agent, caller = self._agent, self._caller
        said, keys = caller.said(text)
        goodbye = self.settings.end_call_phrases and is_goodbye(said)
        step = None if goodbye else self._permission.turn(said)
        if step is None or not step.whole:
            self._out_of_the_way()
        elif not agent.saying:
            self._flush()
        self._entry("user_utterance", {"text": said, "confidence": round(confidence, 3)} | keys, began_ms)
        caller.reminders = caller.not_understood = agent.mouth_failures = 0
        if self._ending == "agent_ended":
            self._ending = None
        self._keep_here()
        if goodbye:
            self._finish("caller_hung_up", lines.GOODBYE)
            return
        if step is None:
            self._answer(said, began_ms, confidence)
            return
        self._do(step)
        for part in agent.resumes() if step.whole else ():  # an aside: what the agent was saying goes on
            self._part(part)

    def _answer(self, said: str, began_ms: int, confidence: float) -> None:
        self._caller.takes_turn(said, began_ms, confidence, answered_at=self._agent.answer_at)
        self._go("turn")
        self._since = self._now
        if not self._agent.saying:
            self._think_next()

    def _out_of_the_way(self) -> None:
        """Everything the agent was about to say or think is void."""
        self._agent.backlog = []
        self._stop_thinking()
        if self._agent.saying:
            self._interrupt()
        else:
            self._flush()

    # ---- what the mind does

    def _think_next(self) -> None:
        turn, self._caller.next = self._caller.next, None
        if turn is None:
            return
        self._flush()
        think_id = self._agent.thinks(self._now)
        self._expect("anything")
        self._go("turn")
        self._out.append(do.Think(think_id=think_id, turn=turn))

    def _stop_thinking(self) -> None:
        think_id, self._agent.think_id = self._agent.think_id, None
        if think_id is not None:
            self._out.append(do.StopThinking(think_id=think_id))

    def _thought(self, event: ev.ReplyPart | ev.ReplyEnded | ev.ReplyFailed) -> None:
        agent = self._agent
        if event.think_id != agent.think_id:
            return
        match event:
            case ev.ReplyPart(part=part):
                self._part(part)
            case ev.ReplyEnded():
                agent.think_id, agent.mind_failures = None, 0
                if not agent.said_in_thought and self._ending is None and not agent.backlog:
                    self._failed("empty_reply")
                self._settle()
            case ev.ReplyFailed(cause=cause):
                agent.think_id = None
                self._failed(cause)
                self._settle()
            case _:
                assert_never(event)

    def _failed(self, cause: str) -> None:
        self._caller.asked = None
        self._do(mind_failed(self._agent, cause, free=self.floor != "caller"))

    def _part(self, part: Reply) -> None:
        match part:
            case Sentence() | EndCall() | HandOff() | Expect() if self.floor == "caller":
                self._agent.backlog.append(part)
            case Sentence(text=text, kind=kind):
                self._agent.said_in_thought = True
                if kind == "filler":
                    self._entry("filler", {"text": text})
                self._say(text, kind)
            case EndCall():
                self._ending = "agent_ended"
            case HandOff(outcome="put_through"):
                self._agent.handing = part
            case HandOff():
                self._entry("handoff", part.data())
            case Expect(kind=kind):
                self._expect(kind)
            case _:
                self._entry(*entry_of(part))

    # ---- what the mouth does

    def _say(self, text: str, kind: SayKind) -> None:
        self._out.append(self._agent.says(text, kind, self._caller.turns or None, self._now))

    def _own_words(self, text: str, kind: SayKind) -> None:
        """The platform speaks by itself."""
        self._say(text, kind)
        self._go("speak")

    def _said(self, event: ev.Playing | ev.Spoken | ev.Cut | ev.SayFailed) -> None:
        agent = self._agent
        say = agent.saying.get(event.say_id)
        if say is None:
            return
        if isinstance(event, ev.Playing):
            agent.sounds(say, self._now)
            if self.state == "thinking":
                self._go("sound")
            return
        heard = say.text if isinstance(event, ev.Spoken) else event.heard
        agent.ends(say, heard, self._now)
        if heard.strip() and say.kind == "answer":
            self._caller.asked = self._caller.next
        match event:
            case ev.Spoken():
                agent.mouth_failures = 0
            case ev.Cut(heard=heard):
                self._was_cut(say, heard)
            case ev.SayFailed(cause=cause):
                self._mouth_failed(say, heard, cause)
            case _:
                assert_never(event)
        self._settle()

    def _was_cut(self, say: Say, heard: str) -> None:
        rest = say.text[len(heard) :].strip()
        if self.state == "closing" or self._caller.next is not None:
            return
        if self.floor != "caller":
            self._mouth_failed(say, heard, "cut_off")
        elif rest and say.kind in ("answer", "filler"):
            self._agent.keeps(rest)

    def _mouth_failed(self, say: Say, heard: str, cause: str) -> None:
        """A Say broke off: its rest is said again, unless that has failed too often."""
        agent = self._agent
        agent.mouth_failures += 1
        self._entry("error", {"cause": "mouth_failed", "detail": cause, "kind": say.kind})
        rest = say.text if say.kind == "notice" else say.text[len(heard) :].strip()
        if agent.mouth_failures >= FAILURES:
            self._finish("service_failed")
        elif rest and self.floor != "caller" and self.state != "closing" and self._caller.next is None:
            agent.stretch.resume()
            self._say(rest, say.kind)

    def _settle(self) -> None:
        """Once the agent has nothing left to say, the floor goes on to whom it belongs."""
        agent = self._agent
        if agent.saying or self.state == "ended":
            return
        if self.state == "closing":
            self._end()
        elif self._caller.next is not None:
            self._think_next()
        elif self.floor == "caller" or self.state in ("ringing", "notice", "listening"):
            return
        elif agent.think_id is not None:
            self._go("wait")
        elif agent.handing is not None:  # it has been announced; until the line answers, the agent waits
            self._out.extend(do.PutThrough(hand_off=hand_off) for hand_off in agent.orders())
        elif self._ending is not None:
            self._finish(self._ending)
        else:
            self._flush()
            self._caller.asked = None
            self._go("silent")
            if self._caller.voice_at is not None:  # a voice that began over the last words goes on: it has the floor
                self._go("voice")

    def _flush(self) -> None:
        """What was heard of the agent becomes history, for the timeline and for the mind."""
        stretch, self._agent.stretch = self._agent.stretch, Stretch()
        if stretch.heard:
            self._entry("agent_message", stretch.data(), stretch.began_ms)
        if stretch.intended:
            self._out.append(do.Remember(spoken=stretch.spoken))

    # ---- a person takes over

    def _was_put_through(self, event: ev.PutThrough) -> None:
        self._do(put_through(event, self._agent.handed(), self.settings, free=self.floor != "caller"))

    def _keep_here(self) -> None:
        """The caller has said something else while they were being put through."""
        if not self._agent.ordered and (hand_off := self._agent.handed()) is not None:
            self._entry("handoff", hand_off.data("withdrawn"))

    # ---- the end

    def _finish(self, cause: Cause, goodbye: str = "") -> None:
        """Lead the call to its end: fall silent, say the last words if there are any, hang up."""
        agent = self._agent
        self._stop_thinking()
        agent.backlog, self._caller.next = [], None
        if agent.saying and (goodbye == "" or self.state != "closing"):
            self._out.append(do.StopSpeaking())
        if self.state != "closing":
            self._ending = cause
            self._go("finish")
            if goodbye:
                agent.silent_since, agent.sounding = self._now, None
                self._say(goodbye, "goodbye")
        if not agent.saying:
            self._end()

    def _end(self) -> None:
        cause: Cause = self._ending or "service_failed"
        if self._agent.saying:
            self._out.append(do.StopSpeaking())
        self._flush()
        self._entry("call_ended", {"cause": cause, "turns": self._caller.turns})
        self._agent = Agent()
        self._go("gone")
        self._out.append(do.HangUp(cause=cause))

    # ---- time

    def _alarms(self) -> Iterator[tuple[int, Alarm]]:
        return alarms(self.state, self._since, self._agent, self._caller, self.settings)

    def _ring(self, alarm: Alarm) -> None:
        handlers: Mapping[Alarm, Callable[[], None]] = {
            "closed": self._closed,
            "too_long": lambda: self._finish("max_duration", self.settings.max_duration_message),
            "no_sound": self._no_sound,
            "interrupt": self._interrupt,
            "keyed": lambda: self._turn("", self._caller.key_at, 1.0),
            "thought_too_long": self._give_up_thought,
            "fill": self._fill,
            "no_words": self._no_words,
            "idle": lambda: self._do(self._permission.silence() or nobody_speaks(self._caller, self.settings)),
        }
        handlers[alarm]()

    def _give_up_thought(self) -> None:
        self._stop_thinking()
        self._failed("too_long")

    def _closed(self) -> None:
        """The last words took too long: cut them, and end even if nobody answers to that."""
        if self._agent.given_up or not self._agent.saying:
            self._end()
        else:
            self._agent.given_up, self._since = True, self._now - CLOSING_MS + DEAD_AIR_MS
            self._out.append(do.StopSpeaking())

    def _no_sound(self) -> None:
        """A Say is due and nothing sounds."""
        self._entry("error", {"cause": "dead_air", "part": "mouth"})
        self._agent.silent_since = self._now
        self._out.append(do.StopSpeaking())

    def _no_words(self) -> None:
        """The caller fell silent and nothing came of it: the ears are stuck."""
        self._entry("error", {"cause": "dead_air", "part": "ears"})
        if self._agent.has_more:
            self._go_on()
        if self.state == "judging":
            self._own_words(lines.NOT_UNDERSTOOD, "apology")

    def _fill(self) -> None:
        filler = self._agent.fills()
        self._entry("filler", {"text": filler, "waitedMs": self._now - self._agent.think_since})
        self._say(filler, "filler")

    def _go(self, signal: Signal) -> None:
        """Follow the table; a signal it does not list for this state changes nothing."""
        target = TABLE[self.state].get(signal)
        if target is not None and target != self.state:
            self.state, self._since = target, self._now
            self._out.append(do.Show(state=target))

    def _expect(self, kind: ExpectKind) -> None:
        if kind != self._caller.expect:
            self._caller.expect = kind
            self._out.append(do.Listen(kind=kind))

    def _entry(self, type_: EntryType, data: Mapping[str, object], at_ms: int | None = None) -> None:
        self._out.append(do.Entry(type=type_, at_ms=self._now if at_ms is None else at_ms, data=data))
