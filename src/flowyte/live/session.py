"""One call: it pumps the leg, the ears, the mind and the mouth, and performs what the turn machine commands.

Everything runs in one TaskGroup on one event loop, and time comes from the pacer's ticks. It promises a cause for
every end and that one failing part is told to the machine instead of killing the call. It decides nothing about turns.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal, assert_never

from flowyte.compliance.consent import Ruling, disclosure, ruling_for
from flowyte.conversation import commands as do
from flowyte.conversation import events as ev
from flowyte.conversation.machine import Machine
from flowyte.conversation.privacy import PRIVATE, without_words
from flowyte.conversation.reply import HandOff, MindContext, Retrieved, Sentence, UserTurn
from flowyte.conversation.settings import MachineSettings
from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.live.clockwork import Clockwork
from flowyte.live.discreet import Discreet
from flowyte.live.inbound import Inbound
from flowyte.live.pacer import Pacer
from flowyte.live.playout import FRAME_MS, Heard, Playout
from flowyte.live.ports import Ears, Evidence, Leg, Mind, Mouth, Note, PutsThrough, is_private, opening_of
from flowyte.live.speaker import Speaker
from flowyte.live.waterfall import Waterfall

logger = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What all calls of a process share."""

    ears: Ears
    mind: Mind
    mouth: Mouth
    clock: Clock
    pacer: Pacer
    house_ears: Ears | None = None
    """Ears of this installation, where `ears` are somebody else's: they hear the answer to "may this call be recorded",
    and who says no to it. None: `ears` are the house's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    cause: str
    duration_ms: int


class Session:
    """`run` holds the call to its end. `hear`, `key` and `lost` are called by the channel, `end` by an operator."""

    def __init__(
        self, leg: Leg, *, services: Services, context: MindContext, evidence: Evidence, ruling: Ruling | None = None
    ) -> None:
        """`ruling` is which consent this call needs; by default what its agent needs anywhere."""
        agent = context.agent
        self._leg = leg
        self._services = services
        self._evidence = Discreet(evidence, agent)
        self._ruling = ruling or ruling_for(agent)
        self._consent = self._ruling.consent
        self._clockwork = Clockwork(clock=services.clock)
        self._inbound = Inbound(rate=leg.rate, language=context.language, now=lambda: self._clockwork.now)
        self._playout = Playout(leg, self._sounded)
        self._speaker = Speaker(mouth=services.mouth, context=context, rate=leg.rate, made=self._sound_made)
        self._saying: dict[int, do.Say] = {}
        self._thinking = services.mind.open(context)
        opening = opening_of(self._thinking)
        notice = f"{opening.before if opening is not None else ''} {disclosure(agent, self._ruling.mode)}".strip()
        self._machine = Machine(MachineSettings.from_agent(agent, notice=notice, opening=opening))
        self._thought: asyncio.Task[None] | None = None
        self._waterfall = Waterfall()

    # ---- what the channel calls

    def hear(self, pcm: bytes) -> None:
        """One 20 ms frame at the leg's rate."""
        if len(pcm) != len(self._playout.silence):
            self.lost("leg_invalid")
        elif not self._clockwork.over.is_set():
            self._inbound.hear(pcm)

    def key(self, digit: str) -> None:
        self._evidence.keyed(self._clockwork.now)
        self._receive(ev.Key(digit=digit))

    def lost(self, cause: do.Cause) -> None:
        """The leg is gone."""
        self._receive(ev.LegLost(cause=cause))

    def end(self, cause: do.Cause) -> None:
        """Somebody else ends the call."""
        self._receive(ev.EndRequested(cause=cause))

    def order_recording(self, to: Literal["pause", "go_on"]) -> None:
        """The organization pauses the recording, or lets it go on."""
        self._receive(ev.RecordingOrdered(to=to))

    # ---- the life of a call

    async def run(self) -> Ended:
        """From the notice to the hang-up; returns when everything of the call is at rest."""
        work = self._clockwork
        work.start()
        try:
            async with asyncio.TaskGroup() as group:
                work.group = group
                self._services.pacer.join(self)
                self._receive(ev.LegUp())
                await work.over.wait()
                for task in work.tasks:
                    task.cancel()
        finally:
            self._services.pacer.leave(self)
            self._inbound.close()
            if not work.over.is_set():
                self._hang_up("drained")
            await self._evidence.finish(work.cause)
        return Ended(cause=work.cause, duration_ms=work.now)

    def tick(self) -> None:
        """Every 20 ms, by the pacer. A fault here is this call's alone: the other calls tick on."""
        work = self._clockwork
        try:
            work.now += FRAME_MS
            caller, agent = self._inbound.tick(), self._playout.tick()
            if work.recording:  # a gap is silence of its true length in both tracks
                private = is_private(self._thinking, going_on=True)
                if work.paused or not self._consent.may_record:
                    caller = agent = self._playout.silence
                self._evidence.audio(caller, agent, work.now, private=private)
            if work.deadline is not None and work.now >= work.deadline:
                self._receive(None)
        except Exception as error:  # the edge of a call
            logger.exception("call.failed", error=type(error).__name__)
            self._hang_up("service_failed")

    def _receive(self, event: ev.Event | None) -> None:
        """One event at a time, in order: an event that a command causes waits until the command is done."""
        work = self._clockwork
        work.inbox.append(event)
        if work.busy or work.over.is_set():
            return
        work.busy = True
        try:
            while work.inbox:
                self._step(work.inbox.popleft())
        finally:
            work.busy = False
        work.deadline = self._machine.deadline()

    def _step(self, event: ev.Event | None) -> None:
        if event is None:
            self._machine.expire(self._clockwork.now)
        else:
            self._machine.receive(event, self._clockwork.now)
        while (command := self._machine.next_command()) is not None:
            self._perform(command)

    def _perform(self, command: do.Command) -> None:  # noqa: C901, PLR0912 - one case a command
        match command:
            case do.Say():
                self._say(command)
            case do.StopSpeaking():
                self._speaker.stop()
                self._playout.cut()
            case do.Think(think_id=think_id, turn=turn):
                self._think(think_id, turn)
            case do.StopThinking():
                if self._thought is not None:
                    self._thought.cancel()
            case do.Remember(spoken=spoken):
                self._thinking.heard(spoken)
            case do.Attend():
                self._attend()
            case do.Capture(record=record):
                self._capture(record=record)
            case do.Record(to=to):
                self._record(to)
            case do.Listen(kind=kind):
                self._inbound.expect(kind)
                self._evidence.expects(kind, self._clockwork.now)
            case do.Show(state=state):
                self._leg.show(Note(kind="state", text=state))
            case do.Entry(type=type_, at_ms=at_ms, data=data):
                if type_ == "user_utterance" and is_private(self._thinking, going_on=True):
                    data = without_words(data)
                self._evidence.event(type_, at_ms, data)
            case do.PutThrough(hand_off=hand_off):
                self._clockwork.spawn(self._put_through(hand_off), self._not_put_through)
            case do.HangUp(cause=cause):
                self._hang_up(cause)
            case _:
                assert_never(command)

    def _hang_up(self, cause: str) -> None:
        work = self._clockwork
        if work.over.is_set():
            return
        work.cause, work.recording, work.deadline = cause, False, None
        self._leg.show(Note(kind="ended", text=cause))
        self._leg.close(cause)
        work.over.set()

    # ---- hearing

    def _attend(self) -> None:
        """The house's own ears, and no recorder. The consent rule itself is asked once more wherever sound begins to
        flow."""
        if self._consent.may_attend:
            self._inbound.open(self._services.house_ears or self._services.ears, self._heard)

    def _capture(self, *, record: bool) -> None:
        if record:
            self._consent = self._consent.agreed()
        if self._consent.may_record and not self._clockwork.recording:
            self._evidence.start_recording(self._leg.rate)
            self._clockwork.recording = True
        if self._consent.may_capture:
            self._inbound.open(self._services.ears, self._heard)

    def _record(self, to: Literal["pause", "go_on", "stop", "erase"]) -> None:
        work = self._clockwork
        work.paused = to in ("pause", "stop")
        match to:
            case "go_on":
                self._capture(record=True)
            case "stop" | "erase":
                self._consent = self._consent.refused()
                self._attend()
        if to == "erase":
            work.recording = False
            self._evidence.erase_recording()

    def _heard(self, event: ev.Heard) -> None:
        self._evidence.heard(event)
        if isinstance(event, ev.Partial | ev.TurnEnded) and event.text.strip():
            final = isinstance(event, ev.TurnEnded)
            caption = f"u{self._clockwork.utterance}"
            words = self._evidence.caption("user", event.text, self._clockwork.now, final=final)
            if is_private(self._thinking, going_on=True):
                words = PRIVATE
            self._leg.show(Note(kind="caption", role="user", text=words, id=caption, final=final))
            self._clockwork.utterance += final
        if isinstance(event, ev.TurnEnded):
            self._waterfall = Waterfall.of(event, self._clockwork.exact_ms())
        self._receive(event)

    # ---- thinking

    def _think(self, think_id: int, turn: UserTurn) -> None:
        self._waterfall.turn, self._waterfall.thought = turn.turn_index, self._clockwork.exact_ms()
        self._thought = self._clockwork.spawn(
            self._respond(think_id, turn), lambda why: self._receive(ev.ReplyFailed(think_id=think_id, cause=why))
        )

    async def _respond(self, think_id: int, turn: UserTurn) -> None:
        async for part in self._thinking.respond(turn):
            if isinstance(part, Retrieved):
                self._evidence.found(part.passages)
            if isinstance(part, Sentence) and self._waterfall.sentence is None:
                self._waterfall.sentence = self._clockwork.exact_ms()
            self._receive(ev.ReplyPart(think_id=think_id, part=part))
        self._receive(ev.ReplyEnded(think_id=think_id))

    async def _put_through(self, hand_off: HandOff) -> None:
        if isinstance(self._thinking, PutsThrough):
            ok, told = await self._thinking.put_through(hand_off)
            self._receive(ev.PutThrough(ok=ok, told=told))
        else:
            self._receive(ev.PutThrough(ok=False))

    def _not_put_through(self, why: str) -> None:
        self._receive(ev.PutThrough(ok=False))

    # ---- speaking

    def _say(self, say: do.Say) -> None:
        self._saying[say.say_id] = say
        self._speaker.add(self._playout.add(say), self._clockwork)

    def _sound_made(self, say: do.Say) -> None:
        falls = self._waterfall
        if say.turn_index is not None and falls.audio is None and falls.sentence is not None:
            falls.audio = self._clockwork.exact_ms()

    def _sounded(self, event: Heard) -> None:
        """The playout tells what the caller hears."""
        say = self._saying.get(event.say_id)
        if say is not None:
            self._caption(say, event)
        if isinstance(event, ev.Playing):
            data = self._waterfall.played(self._clockwork.exact_ms())
            if data is not None:
                self._evidence.event("latency", self._clockwork.now, data)
        self._receive(event)
        if say is not None and isinstance(event, ev.Spoken) and say.kind == "notice":
            self._announced(event)

    def _announced(self, notice: ev.Spoken) -> None:
        """The notice was played to its last sample; what was played is the first half of the consent record."""
        self._consent = self._consent.announced_to_end()
        facts = {"samples": notice.samples, "rate": self._leg.rate, "playedToMs": self._clockwork.now}
        outcome: ev.ConsentOutcome = "granted" if self._consent.may_capture else "asked"
        self._receive(ev.Consented(outcome=outcome, facts={**self._ruling.facts(), **facts}))

    def _caption(self, say: do.Say, event: Heard) -> None:
        playing = isinstance(event, ev.Playing)
        if playing:
            self._evidence.agent_says(say.text, self._clockwork.now)
            self._evidence.sounds(say.say_id, say.text, self._clockwork.now)
        else:
            self._evidence.sounded(say.say_id, self._clockwork.now)
        heard = event.heard if isinstance(event, ev.Cut | ev.SayFailed) else say.text
        words = self._evidence.caption("agent", heard, self._clockwork.now)
        self._leg.show(Note(kind="caption", role="agent", text=words, id=f"a{say.say_id}", final=not playing))
        if not playing:
            del self._saying[say.say_id]
