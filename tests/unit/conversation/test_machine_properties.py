"""What holds in every conversation, whatever happens in whatever order.

The floor is never held twice; each Say ends, spoken or cut at a word; only what was heard is remembered; nothing is
commanded after the hang-up; deadlines never go back; the same events give the same commands.
"""

from typing import Literal

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from flowyte.conversation import commands as do
from flowyte.conversation import events as ev
from flowyte.conversation.machine import Machine
from flowyte.conversation.reply import EndCall, Expect, Fallback, HandOff, Reply, Sentence
from flowyte.conversation.settings import MachineSettings

TEXTS = st.sampled_from([
    "", "mhm", "yes", "okay", "stop", "bye", "I would like to book a visit", "two oh two", "?", "no", "stop recording",
    "pause the recording", "you can resume recording", "is this recorded", "stop recording, I need help with my bill",
])  # fmt: skip
PARTS: st.SearchStrategy[Reply] = st.one_of(
    st.builds(Sentence, text=st.sampled_from(["We open at nine.", "Is that right?", "One two three four five."])),
    st.builds(EndCall, reason=st.just("done")),
    st.builds(
        HandOff,
        reason=st.just("asked"),
        label=st.sampled_from(["", "the desk"]),
        outcome=st.sampled_from(["put_through", "put_through", "message", "told"]),
    ),
    st.builds(Expect, kind=st.sampled_from(["digits", "anything", "yes_no"])),
    st.builds(Fallback, reason=st.just("timeout")),
)
THROUGH = HandOff(reason="asked", outcome="put_through", to=1, label="the desk")
SETTINGS = st.builds(
    MachineSettings,
    greeting=st.sampled_from(["", "How can I help?"]),
    record=st.booleans(),
    max_call_ms=st.integers(5_000, 120_000),
    idle_delay_ms=st.integers(1_000, 20_000),
    idle_interval_ms=st.integers(1_000, 20_000),
    max_idle_reminders=st.integers(0, 3),
    on_no_response=st.sampled_from(["end", "transfer"]),
    end_call_phrases=st.booleans(),
    hand_off=st.sampled_from([None, None, THROUGH]),
    silent=st.sampled_from([None, THROUGH]),
    on_denial=st.sampled_from(["unrecorded", "transfer", "end"]),
    on_withdrawal=st.sampled_from(["keep", "erase"]),
    refused=st.sampled_from([None, THROUGH]),
)
CAUSES = st.sampled_from(["caller_hung_up", "leg_lost", "leg_stalled"])
OPERATOR = st.sampled_from(["drained", "operator_ended", "service_failed"])


class Calls(RuleBasedStateMachine):
    """A shell that performs the commands on paper and checks each."""

    @initialize(settings=SETTINGS, asks=st.booleans())
    def begin(self, settings: MachineSettings, asks: bool) -> None:
        self.settings, self.asks = settings, asks and settings.record
        self.recording = "no"
        self.machine = Machine(settings)
        self.now = 0
        self.journal: list[tuple[int, ev.Event | None]] = []
        self.performed: list[do.Command] = []
        self.saying: list[do.Say] = []
        self.sounding = False
        self.thinking: int | None = None
        self.capturing = False
        self.ordering = self.ordered = False
        self.hung_up = False
        self.heard: list[str] = []
        self.remembered: list[str] = []
        self.inbox: list[ev.Event] = []
        self.give(ev.LegUp())

    # ---- the shell

    def give(self, event: ev.Event | None) -> None:
        self.journal.append((self.now, event))
        if event is None:
            self.machine.expire(self.now)
        else:
            self.machine.receive(event, self.now)
        while (command := self.machine.next_command()) is not None:
            self.perform(command)
        while self.inbox:
            self.give(self.inbox.pop(0))

    def perform(self, command: do.Command) -> None:  # noqa: C901 - one case a command
        assert not self.hung_up, "a command after the hang-up"
        self.performed.append(command)
        match command:
            case do.Say():
                assert self.machine.floor != "caller", "the agent speaks while the caller holds the floor"
                assert command.say_id not in {say.say_id for say in self.saying}
                self.saying.append(command)
            case do.StopSpeaking():
                for number, say in enumerate(self.saying):
                    words = say.text.split()
                    heard = " ".join(words[: len(words) // 2]) if number == 0 and self.sounding else ""
                    self.end_say(ev.Cut(say_id=say.say_id, heard=heard), heard)
                self.saying, self.sounding = [], False
            case do.Think(think_id=think_id):
                assert self.thinking is None, "two thoughts at once"
                assert not self.saying, "a thought begins before the agent has fallen silent"
                self.thinking = think_id
            case do.StopThinking(think_id=think_id):
                assert self.thinking == think_id
                self.thinking = None
            case do.Remember(spoken=spoken):
                self.remembered += spoken.split()
            case do.Attend():
                assert self.asks
                assert self.recording == "no", "asked while it is recorded"
                self.capturing = True
            case do.Capture(record=record):
                assert not record or self.settings.record
                assert not record or self.recording == "no", "recording begins once"
                self.capturing, self.recording = True, "on" if record else self.recording
            case do.Record(to=to):
                assert self.recording != "no", "there is nothing to pause, resume or stop"
                assert self.recording != "erased", "what was erased is over"
                assert to != "go_on" or self.recording in ("pause", "stop"), "only a gap ends"
                self.recording = {"go_on": "on", "erase": "erased"}.get(to, to)
            case do.PutThrough():
                assert not self.ordering, "a transfer is ordered once"
                assert not self.saying, "a transfer is ordered when its announcement has ended"
                self.ordering = True
            case do.HangUp(cause=cause):
                assert cause != "handed_off" or self.ordered, "handed over without an order"
                assert not self.saying, "a Say that never ended"
                assert self.thinking is None
                self.hung_up = True
            case do.Listen() | do.Show() | do.Entry():
                pass

    def end_say(self, event: ev.Cut | ev.Spoken | ev.SayFailed, heard: str) -> None:
        self.heard += heard.split()
        self.inbox.append(event)

    # ---- what can happen

    @rule(ms=st.integers(0, 7_000))
    def time_passes(self, ms: int) -> None:
        until = self.now + ms
        while (deadline := self.machine.deadline()) is not None and deadline <= until:
            assert deadline >= self.now, "a deadline went back"
            self.now = deadline
            self.give(None)
            after = self.machine.deadline()
            assert after is None or after > self.now, "an alarm that rings for ever"
        self.now = until

    @precondition(lambda self: self.saying and not self.sounding)
    @rule()
    def sound_begins(self) -> None:
        self.sounding = True
        self.give(ev.Playing(say_id=self.saying[0].say_id))

    @precondition(lambda self: self.sounding)
    @rule()
    def say_ends(self) -> None:
        say, self.sounding = self.saying.pop(0), False
        self.heard += say.text.split()
        self.give(ev.Spoken(say_id=say.say_id))
        if say.kind == "notice" and not self.hung_up:
            self.give(ev.Consented(outcome="asked" if self.asks else "granted"))

    @precondition(lambda self: self.saying)
    @rule()
    def mouth_breaks(self) -> None:
        say, self.sounding = self.saying.pop(0), False
        self.give(ev.SayFailed(say_id=say.say_id, cause="broken"))

    @precondition(lambda self: self.capturing)
    @rule(ago=st.integers(0, 400))
    def voice(self, ago: int) -> None:
        self.give(ev.SpeechStarted(at_ms=max(0, self.now - ago)))

    @precondition(lambda self: self.capturing)
    @rule(ago=st.integers(0, 400))
    def pause(self, ago: int) -> None:
        self.give(ev.SpeechStopped(at_ms=max(0, self.now - ago)))

    @precondition(lambda self: self.capturing)
    @rule(text=TEXTS)
    def partial(self, text: str) -> None:
        self.give(ev.Partial(text=text, at_ms=self.now))

    @precondition(lambda self: self.capturing)
    @rule(text=TEXTS, ms=st.integers(0, 4_000))
    def turn(self, text: str, ms: int) -> None:
        self.give(ev.TurnEnded(text=text, began_ms=max(0, self.now - ms), ended_ms=self.now))

    @rule(digit=st.sampled_from("0123456789*#"))
    def key(self, digit: str) -> None:
        self.give(ev.Key(digit=digit))

    @precondition(lambda self: self.thinking is not None)
    @rule(part=PARTS)
    def reply_part(self, part: Reply) -> None:
        assert self.thinking is not None
        self.give(ev.ReplyPart(think_id=self.thinking, part=part))

    @precondition(lambda self: self.thinking is not None)
    @rule(failed=st.booleans())
    def reply_ends(self, failed: bool) -> None:
        assert self.thinking is not None
        think_id, self.thinking = self.thinking, None
        self.give(ev.ReplyFailed(think_id=think_id, cause="broken") if failed else ev.ReplyEnded(think_id=think_id))

    @precondition(lambda self: self.ordering)
    @rule(ok=st.booleans())
    def line_answers(self, ok: bool) -> None:
        self.ordering, self.ordered = False, ok
        self.give(ev.PutThrough(ok=ok))
        assert not ok or self.hung_up or self.machine.state == "closing"

    @rule(think_id=st.integers(0, 50))
    def a_late_word_from_an_old_thought(self, think_id: int) -> None:
        if think_id != self.thinking:
            self.give(ev.ReplyPart(think_id=think_id, part=Sentence(text="Too late.")))

    @rule(to=st.sampled_from(["pause", "go_on"]))
    def organization_orders(self, to: Literal["pause", "go_on"]) -> None:
        before = self.recording
        self.give(ev.RecordingOrdered(to=to))
        assert not (before == "stop" and self.recording == "on"), "the caller's no was overruled"

    @precondition(lambda self: self.now > 3_000)
    @rule(cause=CAUSES)
    def leg_lost(self, cause: do.Cause) -> None:
        self.give(ev.LegLost(cause=cause))
        assert self.hung_up

    @precondition(lambda self: self.now > 3_000)
    @rule(cause=OPERATOR)
    def operator(self, cause: do.Cause) -> None:
        self.give(ev.EndRequested(cause=cause))

    # ---- what always holds

    @invariant()
    def speaks_only_with_the_floor(self) -> None:
        if self.machine.floor == "caller":
            assert not self.saying, "both hold the floor"

    @invariant()
    def only_the_heard_is_remembered(self) -> None:
        assert self.heard[: len(self.remembered)] == self.remembered
        if self.hung_up:
            assert self.heard == self.remembered
            assert self.machine.deadline() is None

    def teardown(self) -> None:
        if not self.journal:
            return
        replayed, machine = [], Machine(self.settings)
        for now, event in self.journal:
            if event is None:
                machine.expire(now)
            else:
                machine.receive(event, now)
            while (command := machine.next_command()) is not None:
                replayed.append(command)
        assert replayed == self.performed


Calls.TestCase.settings = hypothesis_settings(stateful_step_count=50)
TestCalls = Calls.TestCase
