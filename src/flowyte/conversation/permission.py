"""Whether this call may be recorded, from the notice to the end: what the caller was asked, said, and took back.

The caller's no stands above everybody's yes: what they stopped goes on by their own word alone, while a pause by the
organization is the organization's to end. Nothing here hears or records; the machine passes the steps on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flowyte.conversation import commands as do
from flowyte.conversation import events as ev
from flowyte.conversation import lines
from flowyte.conversation.commands import Command, EntryType
from flowyte.conversation.on_record import Request, answer_of, beside_answer, request_of
from flowyte.conversation.settings import MachineSettings
from flowyte.conversation.step import Entries, Step

Standing = Literal["silent", "asked", "recorded", "paused", "held", "unrecorded", "stopped", "erased"]
"""`silent`: nobody was told yet. `paused` by the caller for a while, `held` by the organization. `unrecorded`: nothing
ever was recorded; `stopped`: the caller took their consent back."""
MOST_QUESTIONS = 2  # who says nothing clear twice has not agreed


@dataclass(slots=True, kw_only=True)
class Permission:
    settings: MachineSettings
    standing: Standing = "silent"
    questions: int = 0
    unanswered: list[str] = field(default_factory=list)
    """What the caller said instead of yes or no; it is answered once that is settled."""

    # ---- the notice

    def announced(self, event: ev.Consented) -> Step:
        """The notice was played to its end."""
        facts = {**event.facts, "announced": self.settings.notice}
        if event.outcome == "asked":
            self.standing, self.questions = "asked", 1
            entry = _consent("unknown", recording=False, asked=True, **facts)
            return Step(entries=(entry,), commands=(do.Attend(),), expect="yes_no")
        record = event.outcome == "granted" and self.settings.record
        self.standing = "recorded" if record else "unrecorded"
        entry = _consent(event.outcome, recording=record, stayed=True, **facts)
        return Step(entries=(entry,), commands=(do.Capture(record=record),), greets=True, kind="greeting")

    # ---- what the caller says

    def turn(self, said: str, *, leaving: bool = False) -> Step | None:
        """None for words that are not about being recorded. `leaving`: the call is ending, and nothing more is said."""
        if self.standing == "asked":
            return None if leaving else self._answered(said)
        request = request_of(said)
        step = None if request is None else self._wished(request)
        return Step(entries=step.entries, commands=step.commands) if step and leaving else step

    def silence(self) -> Step | None:
        """Nobody has spoken for a while; None where that is not about the question."""
        return self._unclear("") if self.standing == "asked" else None

    def _answered(self, said: str) -> Step:
        answer = answer_of(said)
        if answer is None:
            return self._unclear(said)
        rest = " ".join([*self.unanswered, beside_answer(said)]).strip()
        if not answer:
            return self._refused("denied", said, lines.UNRECORDED, rest=rest, greets=not rest)
        self.standing = "recorded"
        return Step(
            entries=(_consent("granted", recording=True, said=said),),
            commands=(do.Capture(record=True),),
            words=lines.AGREED,
            kind="greeting",
            greets=not rest,
            expect="anything",
            rest=rest,
        )

    def _unclear(self, said: str) -> Step:
        if said and len(said.split()) > 1:
            self.unanswered.append(said)
        if self.questions < MOST_QUESTIONS:
            self.questions += 1
            return Step(words=lines.ASK_AGAIN, expect="yes_no")
        rest = " ".join(self.unanswered)
        return self._refused("unknown", said, lines.UNANSWERED, rest=rest, greets=not rest)

    def _wished(self, request: Request) -> Step | None:
        recording = self.standing in ("recorded", "paused", "held")
        match request.wish:
            case "stop" | "delete" if recording:
                return self._withdrawn(request)
            case "stop" | "delete" | "pause" if not recording:
                return Step(words=lines.NOT_RECORDED, rest=request.rest)
            case "pause":
                return self._paused(request)
            case "resume":
                return self._resumed(request)
            case "ask":
                words = {"recorded": lines.IS_RECORDED, "paused": lines.IS_PAUSED, "held": lines.IS_PAUSED}
                return Step(words=words.get(self.standing, lines.NOT_RECORDED), rest=request.rest)
            case _:
                return None

    def _withdrawn(self, request: Request) -> Step:
        erase = self.settings.on_withdrawal == "erase"
        words = lines.ERASED if erase else lines.DELETES_LATER if request.wish == "delete" else lines.STOPPED
        phase = "erased" if erase else "stopped"
        ends: Command = do.Record(to="erase" if erase else "stop")
        entries = (_recording(phase, by="caller"),)
        step = self._refused("withdrawn", request.words, words, rest=request.rest, commands=(ends,), entries=entries)
        self.standing = "erased" if erase else "stopped"
        return step

    def _refused(
        self, outcome: str, said: str, words: str, *, rest: str = "", greets: bool = False,
        commands: tuple[Command, ...] = (), entries: Entries = (),
    ) -> Step:  # fmt: skip
        """The caller's no, and what the organization wants to follow from it."""
        self.standing = "unrecorded"
        chosen, to = self.settings.on_denial, self.settings.refused
        if chosen == "transfer" and to is None:
            chosen = "unrecorded"  # this line puts nobody through: better unrecorded than no help at all
        entries = (_consent(outcome, recording=False, said=said, then=chosen), *entries)
        if chosen == "end":
            return Step(
                entries=entries, commands=commands, words=f"{words} {lines.ENDS_UNRECORDED}", finish="consent_denied"
            )
        if chosen == "transfer" and to is not None:
            words = f"{words} {lines.REFUSED_TRANSFER.format(label=to.label)}"
            return Step(entries=entries, commands=commands, words=words, hand_off=to, expect="anything")
        return Step(
            entries=entries, commands=commands, words=words, rest=rest, greets=greets, expect="anything",
            kind="greeting" if greets else "recording",
        )  # fmt: skip

    def _paused(self, request: Request) -> Step:
        if self.standing != "recorded":
            return Step(words=lines.IS_PAUSED, rest=request.rest)
        self.standing = "paused"
        entry = _recording("paused", by="caller", said=request.words)
        return Step(entries=(entry,), commands=(do.Record(to="pause"),), words=lines.PAUSED, rest=request.rest)

    def _resumed(self, request: Request) -> Step | None:
        """By the caller's own word, also after a no: then it is a grant, with its words."""
        match self.standing:
            case "paused":
                entry = _recording("resumed", by="caller", said=request.words)
            case "held":
                return Step(words=lines.STAYS_PAUSED, rest=request.rest)
            case "unrecorded" | "stopped" if self.settings.record:
                entry = _consent("granted", recording=True, said=request.words)
            case "erased":
                return Step(words=lines.NOT_RECORDED, rest=request.rest)
            case _:
                return None
        again = (_recording("resumed", by="caller"),) if self.standing == "stopped" else ()
        command: Command = do.Capture(record=True) if self.standing == "unrecorded" else do.Record(to="go_on")
        self.standing = "recorded"
        return Step(entries=(entry, *again), commands=(command,), words=lines.GOES_ON, rest=request.rest)

    # ---- what the organization orders

    def ordered(self, event: ev.RecordingOrdered) -> Step | None:
        """None where there is nothing to pause, or the gap is the caller's own."""
        if event.to == "pause" and self.standing == "recorded":
            self.standing = "held"
            return Step(entries=(_recording("paused", by="operator"),), commands=(do.Record(to="pause"),))
        if event.to == "go_on" and self.standing == "held":
            self.standing = "recorded"
            return Step(entries=(_recording("resumed", by="operator"),), commands=(do.Record(to="go_on"),))
        return None


def _consent(outcome: str, **data: object) -> tuple[EntryType, Mapping[str, object]]:
    return "consent", {"outcome": outcome, **data}


def _recording(phase: str, **data: object) -> tuple[EntryType, Mapping[str, object]]:
    return "recording", {"phase": phase, **data}
