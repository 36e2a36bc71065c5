"""A screenplay as a call: the real session in virtual time, with a line, ears and a mouth that are fakes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from flowyte.conversation.reply import MindContext
from flowyte.conversation.speech import Speech, heard_text, spread
from flowyte.kit.ids import new_id
from flowyte.live.ports import Mind, Note
from flowyte.rehearse.hours import Hours, Work
from flowyte.rehearse.script import HangsUp, Interrupts, Presses, Step, Voice, Waits
from flowyte.rehearse.stage import Stage
from flowyte.testing.fakes import MS_A_WORD, FakeLeg, FakeMouth
from flowyte.testing.screenplay import TICK_MS, Call

MOST_SILENCE_MS = 120_000  # of a caller who waits for the agent to be done
VOICED_MS = 300  # of an interruption before its words are known: longer than a cough
KEYS_PAUSE_MS = 3_000  # after which keys are taken as an answer


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


class LiveCall(Call):
    """Time stands while the mind and its skills are at work."""

    def __init__(self, context: MindContext, mind: Mind, clock: Hours, work: Work) -> None:
        self.screen, self.voice = _Leg(clock), _Mouth(clock)
        super().__init__(context, mind, clock, leg=self.screen, mouth=self.voice)
        self._work = work

    @property
    def over(self) -> bool:
        return self.leg.closed is not None

    async def quiet(self) -> None:
        """Until the agent is done, or the call is over."""
        for _ in range(MOST_SILENCE_MS // TICK_MS):
            if self.over or self.state == "listening":
                return
            await self.wait(TICK_MS)

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
        self.call = LiveCall(_context(stage), stage.mind, stage.clock, stage.work)
        self._cuts_in = False

    async def begin(self) -> None:
        await self.call.quiet()

    async def says(self, text: str, following: Step | None) -> None:
        call, ms = self.call, max(VOICED_MS, 200 * len(text.split()))
        if self.call.over:
            return
        await call.caller_speaks(VOICED_MS if self._cuts_in else ms)
        await call.caller_stops(text, ms=ms)
        self._cuts_in = isinstance(following, Interrupts)
        match following:
            case Interrupts(after=after):
                await self._heard_until(after)
            case _:
                await self.call.quiet()

    async def does(self, step: Waits | Presses | HangsUp | Voice) -> None:
        match step:
            case Waits(seconds=seconds):
                for _ in range(seconds * 1000 // TICK_MS):
                    if not self.call.over:
                        await self.call.wait(TICK_MS)
            case Presses(keys=keys):
                await self.call.presses(keys)
                await self.call.wait(KEYS_PAUSE_MS)
                await self.call.quiet()
            case HangsUp():
                await self.call.hangs_up()
            case Voice(works=works):
                self.call.voice.fails = not works

    def said(self) -> list[str]:
        messages = self.call.evidence.of("agent_message")
        return [str(each["text"]) for each in messages if each["kind"] != "notice"]

    async def events(self) -> Sequence[tuple[str, Mapping[str, Any]]]:
        return [(kind, data) for kind, _, data in self.call.evidence.events]

    async def _heard_until(self, after: str) -> None:
        """Until the agent has said these words; a call that never comes to them goes on when it is quiet."""
        for _ in range(MOST_SILENCE_MS // TICK_MS):
            if self.call.over or self.call.state == "listening" or after in self.call.heard_now():
                return
            await self.call.wait(TICK_MS)


def _context(stage: Stage) -> MindContext:
    snapshot = stage.version.snapshot
    return MindContext(
        org=stage.principal.org, conversation_id=new_id("cnv"), agent={**snapshot, "id": stage.version.agent_id},
        channel="voice", language=str(snapshot["primaryLanguage"]),
    )  # fmt: skip
