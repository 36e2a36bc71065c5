"""The proof that nobody is captured before they agreed, nor after they took it back.

The real session, turn machine and recorder in virtual time. The caller's line sends a tone from the very first sample
and never stops. Two taps count it: the sealed file that the recorder wrote, read back, and the stream that a provider
of ears somewhere else would get. What has to be there after a yes is counted too: a tap that is off proves nothing.
"""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np

from flowyte.conversation.events import Heard, TurnEnded
from flowyte.conversation.reply import MindContext, Reply, Sentence, UserTurn
from flowyte.conversation.speech import Speech, spread
from flowyte.live.pacer import TICK_MS, Pacer
from flowyte.live.session import Services, Session
from flowyte.observe.recording import Recorder, Recording

TONE = 1_000  # the caller's every sample
VOICE = 10_000  # the agent's
MS_A_WORD = 150
TURNS_OF_THE_LOOP = 12
WAIT_MS = 45_000
RATES = (8_000, 16_000)


@dataclass(slots=True, kw_only=True)
class Captured:
    """Samples of the caller. `before` the grant, in calls that never had one, and `after` it was taken back have to be
    0; `granted` and `provided` are what the recording and the provider's stream hold while it stood."""

    calls: int = 0
    before: int = 0
    after: int = 0
    left: int = 0
    """Bytes of sound on the disk of calls that were not to have any."""
    granted: int = 0
    provided: int = 0
    findings: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, int]:
        return {
            "consentCalls": self.calls, "samplesBeforeConsent": self.before, "samplesAfterWithdrawal": self.after,
            "bytesOfUnrecorded": self.left, "samplesWithConsent": self.granted,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the agent asks for, what the caller says once asked or greeted, and what may be left of it."""

    name: str
    recording: Mapping[str, object]
    says: tuple[str, ...] = ()
    records: bool = True
    stopped: bool = False


SCENES = (
    Scene(name="told, and stayed", recording={}),
    Scene(name="asked, and said yes", recording={"consentMode": "ask"}, says=("Yes, please.",)),
    Scene(name="asked, and said no", recording={"consentMode": "ask"}, says=("No.",), records=False),
    Scene(name="asked, and said nothing", recording={"consentMode": "ask"}, records=False),
    Scene(name="asked, and said something else", recording={"consentMode": "ask"}, records=False,
          says=("I need a dentist.", "On Monday.")),
    Scene(name="asked, and the call has to end", recording={"consentMode": "ask", "onDenial": "end"}, says=("No.",),
          records=False),
    Scene(name="no place is known", recording={"consentMode": "by_place"}, says=("No.",), records=False),
    Scene(name="stopped later", recording={}, says=("Please stop recording.",), stopped=True),
    Scene(name="stopped later, and erased", recording={"onWithdrawal": "erase"}, says=("Please stop recording.",),
          records=False),
    Scene(name="recording is off", recording={"enabled": False}, records=False),
    Scene(name="nothing is to be recorded", recording={"consentMode": "none"}, records=False),
)  # fmt: skip


@dataclass(slots=True)
class Instant:
    """Time moves when it is moved."""

    ms: int = 0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=self.ms)

    def monotonic_ms(self) -> int:
        return self.ms


@dataclass(slots=True)
class Tap:
    """Ears that count what they are given: once as the house's own, once as a provider's stream."""

    sink: Callable[[Heard], None] | None = None
    samples: int = 0

    def listen(self, *, rate: int, language: str, sink: Callable[[Heard], None]) -> "Tap":
        self.sink = sink
        return self

    def feed(self, pcm: bytes) -> None:
        self.samples += int(np.count_nonzero(np.frombuffer(pcm, np.int16)))

    def expect(self, kind: str) -> None:
        """What is said is scripted."""

    def close(self) -> None:
        self.sink = None


class Mouth:
    async def speak(self, text: str, *, voice: str, rate: int, speed: float) -> AsyncIterator[Speech]:
        ms = MS_A_WORD * len(text.split())
        yield Speech(pcm=np.full(rate // 1_000 * ms, VOICE, np.int16).tobytes(), words=spread(text, ms))


class Thinking:
    async def respond(self, turn: UserTurn) -> AsyncIterator[Reply]:
        yield Sentence(text="We open at nine.")

    def heard(self, spoken: str) -> None:
        """Nothing is remembered."""


class Mind:
    def open(self, context: MindContext) -> Thinking:
        return Thinking()


@dataclass(slots=True, kw_only=True)
class Line:
    """A leg that plays to nobody."""

    rate: int
    kind: str = "test"
    closed: bool = False

    def play(self, frame: bytes) -> None:
        """Heard by nobody."""

    def clear(self) -> None:
        """There is nothing buffered."""

    def show(self, note: object) -> None:
        """There is no screen."""

    def close(self, cause: str) -> None:
        self.closed = True


class Kept:
    """Evidence with the real recorder, that notes how much the provider had heard when it was granted."""

    def __init__(self, path: Path, key: bytes, provider: Tap) -> None:
        self.path, self.key, self._provider = path, key, provider
        self._recorder: Recorder | None = None
        self.outcomes: list[str] = []
        self.provided_before = self.provided_at_stop = 0
        self.recorded_before = 0
        self.frames_at_stop: int | None = None

    def event(self, type: str, at_ms: int, data: Mapping[str, object]) -> None:
        if type != "consent":
            return
        self.outcomes.append(str(data["outcome"]))
        if data["outcome"] == "granted" and "granted" not in self.outcomes[:-1]:
            self.provided_before = self._provider.samples
        if data["outcome"] == "withdrawn":
            self.provided_at_stop = self._provider.samples
            self.frames_at_stop = self._recorder.frames if self._recorder else 0

    def start_recording(self, rate: int) -> None:
        self._recorder = Recorder(self.path, self.key)

    def erase_recording(self) -> None:
        if self._recorder is not None:
            self._recorder.erase()
        self._recorder = None

    def audio(self, caller: bytes, agent: bytes) -> None:
        if "granted" not in self.outcomes:
            self.recorded_before += int(np.count_nonzero(np.frombuffer(caller, np.int16)))
        if self._recorder is not None:
            self._recorder.write(caller, agent)

    async def finish(self, cause: str) -> None:
        if self._recorder is not None:
            self._recorder.close()


async def prove(
    say: Callable[[str], None] = lambda _: None, *, scenes: Sequence[Scene] = SCENES, rates: Sequence[int] = RATES
) -> Captured:
    """Every scene at both rates."""
    say("Calls with a tone from their first sample, before and after a yes and a no")
    found = Captured()
    for scene in scenes:
        for rate in rates:
            with tempfile.TemporaryDirectory(prefix="flowyte-consent-") as folder:
                await _play(scene, rate, Path(folder), found)
    return found


async def _play(scene: Scene, rate: int, folder: Path, found: Captured) -> None:
    provider, house, clock = Tap(), Tap(), Instant()
    pacer, line = Pacer(clock), Line(rate=rate)
    kept = Kept(folder / "recording", secrets.token_bytes(32), provider)
    agent = {"greeting": "How can I help you?", "recording": scene.recording}
    context = MindContext(org=UUID(int=1), conversation_id="cnv_proof", agent=agent, channel="voice", language="en-US")
    services = Services(ears=provider, house_ears=house, mind=Mind(), mouth=Mouth(), clock=clock, pacer=pacer)
    session = Session(line, services=services, context=context, evidence=kept)
    tone = np.full(rate // 1_000 * TICK_MS, TONE, np.int16).tobytes()
    said = list(scene.says)
    async with asyncio.TaskGroup() as group:
        group.create_task(session.run())
        while clock.ms < WAIT_MS and not line.closed:
            clock.ms += TICK_MS
            session.hear(tone)
            pacer.tick()
            for _ in range(TURNS_OF_THE_LOOP):
                await asyncio.sleep(0)
            sink = provider.sink or house.sink
            if said and sink is not None and clock.ms % 8_000 == 0:  # now and then they say what they have to say
                sink(TurnEnded(text=said.pop(0), began_ms=0, ended_ms=0))
        session.lost("caller_hung_up")
    _count(scene, rate, kept, provider, found)


def _count(scene: Scene, rate: int, kept: Kept, provider: Tap, found: Captured) -> None:
    found.calls += 1
    left = sum(path.stat().st_size for path in kept.path.parent.iterdir())
    granted = "granted" in kept.outcomes
    before = kept.recorded_before + (kept.provided_before if granted else provider.samples)
    captured = after = 0
    if left and scene.records:
        caller = Recording(kept.path, kept.key, rate=rate).tracks()[:, 0]
        stopped = kept.frames_at_stop if kept.frames_at_stop is not None else len(caller)
        captured, after = int(np.count_nonzero(caller[:stopped])), int(np.count_nonzero(caller[stopped:]))
    if kept.frames_at_stop is not None:
        after += provider.samples - kept.provided_at_stop
    found.before += before
    found.after += after
    found.left += 0 if scene.records else left
    found.granted += captured
    found.provided += provider.samples - kept.provided_before if granted else 0
    wrong = [
        (bool(before), "the caller was captured before the grant"), (bool(after), "captured after the no"),
        (not scene.records and bool(left), "sound is left of a call that was not to be recorded"),
        (scene.records and not captured, "nothing was recorded after the grant"),
        (scene.stopped and kept.frames_at_stop is None, "the no was not understood"),
    ]  # fmt: skip
    found.findings += [f"{scene.name}, {rate} Hz: {words}" for is_so, words in wrong if is_so]
