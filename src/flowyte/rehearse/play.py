"""Plays a screenplay, as a call or as a chat, and keeps what was really said between the caller's lines."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from flowyte.channels.chat.desk import Desk, Over
from flowyte.conversation.reply import MindContext
from flowyte.conversation.speech import Speech, heard_text, spread
from flowyte.kit.ids import new_id
from flowyte.live.ports import Note
from flowyte.observe import store
from flowyte.observe.evidence import Keeper
from flowyte.rehearse.expectations import LOOKS, Seen
from flowyte.rehearse.hours import Hours
from flowyte.rehearse.script import (
    Answers,
    Channel,
    Expects,
    HangsUp,
    Interrupts,
    Line,
    Model,
    Presses,
    Says,
    Screenplay,
    Step,
    Voice,
    Waits,
    fits,
)
from flowyte.rehearse.stage import Stage, asked_of_model
from flowyte.skills.messages import list_messages
from flowyte.testing.fakes import MS_A_WORD, FakeLeg, FakeMouth
from flowyte.testing.screenplay import TICK_MS, Call, in_progress

MOST_SILENCE_MS = 120_000  # of a caller who waits for the agent to be done
VOICED_MS = 300  # of an interruption before its words are known: longer than a cough


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """At a line: what was written, and what came instead."""

    line: int
    written: str
    came: str


@dataclass(slots=True)
class Played:
    """`dialogue` is the conversation as it was, `differences` where it is not as written."""

    play: Screenplay
    channel: Channel
    dialogue: list[tuple[int, str, str]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.differences


class Talk(Protocol):
    """A conversation that is played, by voice or by chat."""

    async def begin(self) -> None: ...
    async def says(self, text: str, following: Step | None) -> None:
        """The caller's words. Comes back when the agent has answered, or when `following` cuts in."""
        ...

    async def does(self, step: Waits | Presses | HangsUp | Voice) -> None: ...
    def said(self) -> list[str]:
        """All that was heard of the agent so far, notice left out."""
        ...

    async def events(self) -> Sequence[tuple[str, Mapping[str, Any]]]: ...


class _Mouth(FakeMouth):
    """Breaks for as long as it is told to."""

    fails = False

    async def speak(self, text: str, *, voice: str, rate: int, speed: float) -> AsyncIterator[Speech]:
        if self.fails:
            raise OSError("the voice is broken")
        async for speech in super().speak(text, voice=voice, rate=rate, speed=speed):
            yield speech


class _Leg(FakeLeg):
    """Knows when each caption came."""

    def __init__(self, clock: Hours) -> None:
        super().__init__()
        self._clock = clock
        self.captions: list[tuple[int, Note]] = []

    def show(self, note: object) -> None:
        super().show(note)
        if isinstance(note, Note) and note.kind == "caption":
            self.captions.append((self._clock.monotonic_ms(), note))


class _Live(Call):
    """Time stands while the mind and its skills are at work."""

    def __init__(self, stage: Stage) -> None:
        self.screen, self.voice = _Leg(stage.clock), _Mouth(stage.clock)
        super().__init__(_context(stage), stage.mind, stage.clock, leg=self.screen, mouth=self.voice)
        self._work = stage.work

    async def settle(self) -> None:
        await super().settle()
        while self._work.under_way and not self._work.waiting:
            await self._work.done()
            await super().settle()

    def heard_now(self) -> str:
        """What has been played of the answer that is being given."""
        heard: list[str] = []
        for at_ms, note in self.screen.captions:
            if note.role == "user":
                heard.clear()
            elif note.final:
                heard[-1:] = [note.text]
            else:
                words = spread(note.text, MS_A_WORD * len(note.text.split()))
                heard.append(heard_text(note.text, words, self.now - at_ms))
        return " ".join(heard)


class ByVoice:
    """A call with the real session; the line, the ears and the mouth are fakes."""

    def __init__(self, stage: Stage) -> None:
        self.call = _Live(stage)
        self._cuts_in = False

    async def begin(self) -> None:
        await self._quiet()

    async def says(self, text: str, following: Step | None) -> None:
        call, ms = self.call, max(VOICED_MS, 200 * len(text.split()))
        if self._over:
            return
        await call.caller_speaks(VOICED_MS if self._cuts_in else ms)
        await call.caller_stops(text, ms=ms)
        self._cuts_in = isinstance(following, Interrupts)
        match following:
            case Interrupts(after=after):
                await self._heard_until(after)
            case _:
                await self._quiet()

    async def does(self, step: Waits | Presses | HangsUp | Voice) -> None:
        match step:
            case Waits(seconds=seconds):
                for _ in range(seconds * 1000 // TICK_MS):
                    if not self._over:
                        await self.call.wait(TICK_MS)
            case Presses(keys=keys):
                await self.call.presses(keys)
                await self.call.wait(3_000)  # the pause after which keys are taken as an answer
                await self._quiet()
            case HangsUp():
                await self.call.hangs_up()
            case Voice(works=works):
                self.call.voice.fails = not works

    def said(self) -> list[str]:
        messages = self.call.evidence.of("agent_message")
        return [str(each["text"]) for each in messages if each["kind"] != "notice"]

    async def events(self) -> Sequence[tuple[str, Mapping[str, Any]]]:
        return [(kind, data) for kind, _, data in self.call.evidence.events]

    @property
    def _over(self) -> bool:
        return self.call.leg.closed is not None

    async def _quiet(self) -> None:
        for _ in range(MOST_SILENCE_MS // TICK_MS):
            if self._over or self.call.state == "listening":
                return
            await self.call.wait(TICK_MS)

    async def _heard_until(self, after: str) -> None:
        """Until the agent has said these words; a call that never comes to them goes on when it is quiet."""
        for _ in range(MOST_SILENCE_MS // TICK_MS):
            if self._over or self.call.state == "listening" or after in self.call.heard_now():
                return
            await self.call.wait(TICK_MS)


class ByChat:
    """A chat with the real desk, its records included."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        keeper = Keeper(
            database=stage.database, sealer=stage.base.sealer, clock=stage.clock, data_dir=stage.base.settings.data_dir
        )
        self._desk = Desk(database=stage.database, mind=stage.mind, keeper=keeper, clock=stage.clock)
        self._id = ""
        self._said: list[str] = []
        self._sending: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        begun = await self._desk.begin(self._stage.principal, self._stage.version)
        self._id = begun.conversation_id
        self._said += [str(frame.data["text"]) for frame in begun.frames if frame.type == "agent_message"]

    async def says(self, text: str, following: Step | None) -> None:
        self._sending.append(asyncio.create_task(self._send(text)))
        if not (isinstance(following, Says) and following.who == "Caller"):
            await self._answered()

    async def does(self, step: Waits | Presses | HangsUp | Voice) -> None:
        match step:
            case Waits(seconds=seconds):
                for _ in range(seconds * 1000 // TICK_MS):
                    self._stage.clock.advance(TICK_MS)
                    await asyncio.sleep(0)
            case HangsUp():
                await self._desk.end(self._stage.principal, self._id)
            case Presses() | Voice():
                raise AssertionError("a screenplay for chats has no keys and no voice")

    def said(self) -> list[str]:
        return list(self._said)

    async def events(self) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """As they are in the database."""
        await self._desk.flush(self._stage.principal, self._id)
        async with self._stage.database.tenant(self._stage.principal) as tx:
            kept = await store.events(tx, self._stage.base.sealer, self._id)
        return [(event.type, event.data) for event in kept]

    async def _send(self, text: str) -> None:
        with suppress(Over):
            async with self._desk.answering(self._stage.principal, self._id, text) as frames:
                parts = [str(frame.data["text"]) async for frame in frames if frame.type in ("delta", "filler")]
            if parts:
                self._said.append(" ".join(parts))

    async def _answered(self) -> None:
        """Time passes only while somebody takes it on purpose."""
        while pending := [each for each in self._sending if not each.done()]:
            if self._stage.work.waiting:
                self._stage.clock.advance(TICK_MS)
            await asyncio.sleep(0)
            await asyncio.wait(pending, timeout=0)
        for task in self._sending:
            task.result()
        self._sending.clear()


async def played(stage: Stage, play: Screenplay, channel: Channel) -> Played:
    """The whole of it, to its end, whatever differs on the way."""
    result = Played(play, channel)
    if channel == "chat":
        await _through(stage, ByChat(stage), result)
    else:
        talk = ByVoice(stage)
        async with in_progress(talk.call):
            await _through(stage, talk, result)
    return result


async def _through(stage: Stage, talk: Talk, result: Played) -> None:
    lines = list(result.play.lines)
    await talk.begin()
    told = 0
    cut_off: Line | None = None
    for index, line in enumerate(lines):
        step = line.step
        match step:
            case Says(who="Agent"):
                if index and _is_agent(lines[index - 1]):
                    continue  # several lines are one stretch of speech
                if index and isinstance(lines[index - 1].step, Interrupts):
                    cut_off = _stretch(lines, index)  # how far it came is known once the caller has spoken
                    continue
                said, told = talk.said()[told:], len(talk.said())
                _compare(result, _stretch(lines, index), " ".join(said))
                continue
            case Expects():
                await _look(stage, talk, line, result)
                continue
            case Answers(skill=skill):
                stage.service.answers[skill] = step
                continue
            case Model():
                assert stage.model is not None
                if not (index and isinstance(lines[index - 1].step, Model)):
                    stage.model.answers.clear()
                stage.model.will(asked_of_model(step))
                continue
            case Interrupts():
                continue
        said, told = talk.said()[told:], len(talk.said())
        _unwritten(result, line, said)
        if isinstance(step, Says):
            caller = (line.number, "Caller", step.text)
            await talk.says(step.text, _following(lines, index))
            if cut_off is not None:
                _compare(result, cut_off, " ".join(talk.said()[told : told + 1]))
                told, cut_off = told + 1, None
            result.dialogue.append(caller)
        else:
            result.dialogue.append((line.number, "", line.written))
            await talk.does(step)
    _unwritten(result, lines[-1], talk.said()[told:])


def _following(lines: Sequence[Line], index: int) -> Step | None:
    """What is next for the caller."""
    for line in lines[index + 1 :]:
        if not isinstance(line.step, Expects | Answers | Model):
            return line.step
    return None


def _is_agent(line: Line) -> bool:
    return isinstance(line.step, Says) and line.step.who == "Agent"


def _stretch(lines: Sequence[Line], index: int) -> Line:
    texts = []
    for line in lines[index:]:
        if not (isinstance(line.step, Says) and line.step.who == "Agent"):
            break
        texts.append(line.step.text)
    return Line(lines[index].number, Says("Agent", " ".join(texts)), " ".join(texts))


def _compare(result: Played, written: Line, said: str) -> None:
    result.dialogue.append((written.number, "Agent", said))
    if not fits(written.written, said):
        result.differences.append(
            Difference(line=written.number, written=f"Agent: {written.written}", came=f"Agent: {said}")
        )


def _unwritten(result: Played, line: Line, said: Sequence[str]) -> None:
    """The agent spoke where the screenplay has nothing."""
    if said:
        text = " ".join(said)
        result.dialogue.append((line.number, "Agent", text))
        result.differences.append(Difference(line=line.number, written="", came=f"Agent: {text}"))


async def _look(stage: Stage, talk: Talk, line: Line, result: Played) -> None:
    wanted = line.step
    assert isinstance(wanted, Expects)
    async with stage.database.tenant(stage.principal) as tx:
        messages, _ = await list_messages(tx, stage.base.sealer, limit=100)
    seen = Seen(
        said=talk.said(), events=await talk.events(), done=stage.done, messages=messages, brought=stage.service.brought
    )
    came = LOOKS[wanted.what](wanted, seen)
    result.dialogue.append((line.number, "", line.written))
    if came:
        result.differences.append(Difference(line=line.number, written=line.written, came=came))


def _context(stage: Stage) -> MindContext:
    snapshot = stage.version.snapshot
    return MindContext(
        org=stage.principal.org, conversation_id=new_id("cnv"), agent={**snapshot, "id": stage.version.agent_id},
        channel="voice", language=str(snapshot["primaryLanguage"]),
    )  # fmt: skip
