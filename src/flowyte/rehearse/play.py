"""Plays a screenplay, as a call or as a chat, and keeps what was really said between the caller's lines."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flowyte.rehearse.chat import ByChat
from flowyte.rehearse.expectations import LOOKS, Seen
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
from flowyte.rehearse.voice import ByVoice
from flowyte.skills.messages import list_messages
from flowyte.testing.screenplay import in_progress


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


async def played(stage: Stage, play: Screenplay, channel: Channel) -> Played:
    """The whole of it, to its end, whatever differs on the way."""
    result = Played(play, channel)
    if channel == "chat":
        async with asyncio.TaskGroup() as group:
            await _Playing(stage, ByChat(stage, group), result).through()
    else:
        talk = ByVoice(stage)
        async with in_progress(talk.call):
            await _Playing(stage, talk, result).through()
    return result


class _Playing:
    """`told` is how many stretches of the agent's speech have been held against the screenplay."""

    def __init__(self, stage: Stage, talk: Talk, result: Played) -> None:
        self._stage = stage
        self._talk = talk
        self._result = result
        self._lines = list(result.play.lines)
        self._told = 0
        self._cut_off: Line | None = None

    async def through(self) -> None:
        await self._talk.begin()
        for index, line in enumerate(self._lines):
            match line.step:
                case Says(who="Agent"):
                    self._agents(index)
                case Says():
                    await self._callers(index, line.step)
                case Expects():
                    await self._look(line, line.step)
                case Answers() | Model() | Interrupts():
                    self._arrange(index, line.step)
                case _:
                    self._unwritten(line)
                    self._result.dialogue.append((line.number, "", line.written))
                    await self._talk.does(line.step)
        self._unwritten(self._lines[-1])

    def _agents(self, index: int) -> None:
        before = self._lines[index - 1].step if index else None
        if isinstance(before, Says) and before.who == "Agent":
            return  # several lines are one stretch of speech
        written = _stretch(self._lines, index)
        if isinstance(before, Interrupts):
            self._cut_off = written  # how far it came is known once the caller has spoken
        else:
            self._compare(written, self._since())

    async def _callers(self, index: int, step: Says) -> None:
        self._unwritten(self._lines[index])
        await self._talk.says(step.text, _following(self._lines, index))
        if self._cut_off is not None:
            self._compare(self._cut_off, self._since(1))
            self._cut_off = None
        self._result.dialogue.append((self._lines[index].number, "Caller", step.text))

    def _arrange(self, index: int, step: Answers | Model | Interrupts) -> None:
        match step:
            case Answers(skill=skill):
                self._stage.service.answers[skill] = step
            case Model():
                assert self._stage.model is not None
                if not (index and isinstance(self._lines[index - 1].step, Model)):
                    self._stage.model.answers.clear()
                self._stage.model.will(asked_of_model(step))
            case Interrupts():
                pass  # it is the caller's line before it that waits for this

    def _since(self, most: int | None = None) -> list[str]:
        """What the agent said since this was asked."""
        said = self._talk.said()[self._told :][:most]
        self._told += len(said)
        return said

    def _compare(self, written: Line, said: Sequence[str]) -> None:
        came = " ".join(said)
        self._result.dialogue.append((written.number, "Agent", came))
        if not fits(written.written, came):
            self._differs(written.number, f"Agent: {written.written}", f"Agent: {came}")

    def _unwritten(self, line: Line) -> None:
        """The agent spoke where the screenplay has nothing."""
        if said := self._since():
            self._differs(line.number, "", f"Agent: {' '.join(said)}")

    async def _look(self, line: Line, wanted: Expects) -> None:
        stage = self._stage
        async with stage.database.tenant(stage.principal) as tx:
            messages, _ = await list_messages(tx, stage.base.sealer, limit=100)
        seen = Seen(
            said=self._talk.said(), events=await self._talk.events(), done=stage.done, messages=messages,
            brought=stage.service.brought,
        )  # fmt: skip
        came = LOOKS[wanted.what](wanted, seen)
        self._result.dialogue.append((line.number, "", line.written))
        if came:
            self._differs(line.number, line.written, came)

    def _differs(self, number: int, written: str, came: str) -> None:
        self._result.differences.append(Difference(line=number, written=written, came=came))


def _following(lines: Sequence[Line], index: int) -> Step | None:
    """What is next for the caller."""
    for line in lines[index + 1 :]:
        if not isinstance(line.step, Expects | Answers | Model):
            return line.step
    return None


def _stretch(lines: Sequence[Line], index: int) -> Line:
    texts = []
    for line in lines[index:]:
        if not (isinstance(line.step, Says) and line.step.who == "Agent"):
            break
        texts.append(line.step.text)
    return Line(lines[index].number, Says("Agent", " ".join(texts)), " ".join(texts))
