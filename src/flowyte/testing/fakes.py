"""A leg, ears, a mind, a mouth and evidence that do what a script says and remember what was done to them."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from flowyte.conversation.events import Heard, SpeechStarted, SpeechStopped, TurnEnded
from flowyte.conversation.reply import HandOff, MindContext, Opening, Reply, Sentence, UserTurn
from flowyte.conversation.speech import Speech, spread
from flowyte.conversation.timeline import Reported
from flowyte.testing.clock import VirtualClock

MS_A_WORD = 200
TONE = b"\x10\x27"  # a constant sample of 10,000, easy to find again in a recording


class FakeLeg:
    """Remembers every frame, note and clear. `rate` 8000."""

    kind = "test"

    def __init__(self, rate: int = 8000) -> None:
        self.rate = rate
        self.frames: list[bytes] = []
        self.notes: list[object] = []
        self.clears = 0
        self.closed: str | None = None

    def play(self, frame: bytes) -> None:
        if self.closed is not None:
            raise AssertionError("a frame after the hang-up")
        self.frames.append(frame)

    def clear(self) -> None:
        self.clears += 1

    def show(self, note: object) -> None:
        self.notes.append(note)

    def close(self, cause: str) -> None:
        if self.closed is not None:
            raise AssertionError("closed twice")
        self.closed = cause


class FakeListening:
    def __init__(self, sink: Callable[[Heard], None]) -> None:
        self.sink = sink
        self.fed = 0
        self.expected = "anything"
        self.closed = False

    def feed(self, pcm: bytes) -> None:
        self.fed += 1

    def expect(self, kind: str) -> None:
        self.expected = kind

    def close(self) -> None:
        self.closed = True


class FakeEars:
    """Hears nothing by itself: a test says what was heard, through `listening`."""

    def __init__(self) -> None:
        self.listening: FakeListening | None = None

    def listen(self, *, rate: int, language: str, sink: Callable[[Heard], None]) -> FakeListening:
        self.listening = FakeListening(sink)
        return self.listening

    def hear(self, event: SpeechStarted | SpeechStopped | TurnEnded | Heard) -> None:
        if self.listening is None:
            raise AssertionError("nothing may be heard before consent")
        self.listening.sink(event)


Answer = Sequence[Reply | str | int | Exception]


class FakeThinking:
    def __init__(self, mind: "FakeMind") -> None:
        self._mind = mind

    async def respond(self, turn: UserTurn) -> AsyncIterator[Reply]:
        self._mind.turns.append(turn)
        for part in self._mind.answer(turn):
            if isinstance(part, Exception):
                raise part
            if isinstance(part, int):
                await self._mind.clock.sleep_ms(part)
            else:
                yield Sentence(text=part) if isinstance(part, str) else part

    def heard(self, spoken: str) -> None:
        self._mind.remembered.append(spoken)

    def opening(self) -> Opening | None:
        return self._mind.opening

    async def put_through(self, hand_off: HandOff) -> tuple[bool, tuple[Reported, ...]]:
        self._mind.ordered.append(hand_off)
        return self._mind.puts_through, ()


class FakeMind:
    """Answers by `answer(turn)`: sentences, other parts, numbers (a wait in ms), or an exception to raise.

    `ordered` are the transfers it was asked for; they work while `puts_through`."""

    def __init__(self, clock: VirtualClock, answer: Callable[[UserTurn], Answer]) -> None:
        self.clock = clock
        self.answer = answer
        self.turns: list[UserTurn] = []
        self.remembered: list[str] = []
        self.opening: Opening | None = None
        self.puts_through = True
        self.ordered: list[HandOff] = []

    def open(self, context: MindContext) -> FakeThinking:
        return FakeThinking(self)


class FakeMouth:
    """Speaks 200 ms a word, after `delay_ms`; texts in `broken` fail."""

    def __init__(self, clock: VirtualClock, delay_ms: int = 0) -> None:
        self._clock = clock
        self.delay_ms = delay_ms
        self.broken: set[str] = set()
        self.spoken: list[str] = []
        self.manners: list[tuple[str, float]] = []
        """Voice and speed of each, as they were asked for."""

    async def speak(self, text: str, *, voice: str, rate: int, speed: float) -> AsyncIterator[Speech]:
        await self._clock.sleep_ms(self.delay_ms)
        if text in self.broken:
            raise OSError("the mouth is broken")
        self.spoken.append(text)
        self.manners.append((voice, speed))
        duration_ms = MS_A_WORD * len(text.split())
        yield Speech(pcm=TONE * (rate // 1000 * duration_ms), words=spread(text, duration_ms))


@dataclass(slots=True)
class FakeEvidence:
    """Keeps the timeline and both tracks in memory."""

    events: list[tuple[str, int, Mapping[str, object]]] = field(default_factory=list)
    caller: bytearray = field(default_factory=bytearray)
    agent: bytearray = field(default_factory=bytearray)
    recording: bool = False
    finished: str | None = None

    def event(self, type: str, at_ms: int, data: Mapping[str, object]) -> None:
        self.events.append((type, at_ms, data))

    def start_recording(self, rate: int) -> None:
        self.recording = True

    def erase_recording(self) -> None:
        self.recording = False
        self.caller.clear()
        self.agent.clear()

    def audio(self, caller: bytes, agent: bytes) -> None:
        if not self.recording:
            raise AssertionError("sound before consent")
        self.caller += caller
        self.agent += agent

    async def finish(self, cause: str) -> None:
        if self.finished is not None:
            raise AssertionError("finished twice")
        self.finished = cause

    def of(self, type: str) -> list[Mapping[str, object]]:
        return [data for kind, _, data in self.events if kind == type]
