"""A scripted call in virtual time, which reads like a screenplay.

    async with screenplay(answer=lambda turn: ["We open at nine."]) as call:
        await call.notice()
        await call.caller_says("When do you open?")
        await call.until_silent()

A call of ten minutes takes some milliseconds: the clock moves only when the script moves it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from uuid import UUID

from flowyte.conversation.commands import Cause
from flowyte.conversation.events import Partial, SpeechStarted, SpeechStopped, TurnEnded
from flowyte.conversation.reply import MindContext, Opening, UserTurn
from flowyte.live.pacer import Pacer
from flowyte.live.ports import Evidence, Mind
from flowyte.live.session import Ended, Services, Session
from flowyte.testing.clock import VirtualClock
from flowyte.testing.fakes import Answer, FakeEars, FakeEvidence, FakeLeg, FakeMind, FakeMouth

TICK_MS = 20
TURNS_OF_THE_LOOP = 12  # enough for a part of a reply to travel from the mind's task to the leg
CALLER = b"\xe8\x03"  # a constant sample of 1,000: the caller's voice in a recording


class Call:
    """A session with a fake line, ears and mouth. Times are milliseconds since the call began."""

    def __init__(
        self, context: MindContext, mind: Mind, clock: VirtualClock, *, leg: FakeLeg | None = None,
        mouth: FakeMouth | None = None, keeping: Evidence | None = None,
    ) -> None:  # fmt: skip
        """`keeping` is who keeps the evidence instead of `evidence`, which stays empty then."""
        self.clock = clock
        self.leg = leg or FakeLeg()
        self.ears = FakeEars()
        self.mouth = mouth or FakeMouth(clock)
        self.evidence, self.keeping = FakeEvidence(), keeping
        self.pacer = Pacer(self.clock)
        self.frame: bytes | None = CALLER * 160
        self.fed_at = 0
        services = Services(ears=self.ears, mind=mind, mouth=self.mouth, clock=self.clock, pacer=self.pacer)
        self.session = Session(self.leg, services=services, context=context, evidence=keeping or self.evidence)

    @property
    def now(self) -> int:
        return self.clock.monotonic_ms()

    async def wait(self, ms: int) -> None:
        """Let time pass; the caller's line sends a frame every 20 ms."""
        for _ in range(ms // TICK_MS):
            self.clock.advance(TICK_MS)
            if self.frame is not None:
                self.session.hear(self.frame)
            self.pacer.tick()
            await self.settle()

    async def settle(self) -> None:
        """Let the call's tasks come to rest before more time passes."""
        for _ in range(TURNS_OF_THE_LOOP):
            await asyncio.sleep(0)

    async def until(self, state: str, *, at_most_ms: int = 60_000) -> None:
        for _ in range(at_most_ms // TICK_MS):
            if self.state == state:
                return
            await self.wait(TICK_MS)
        raise AssertionError(f"still {self.state} after {at_most_ms} ms, not {state}")

    @property
    def state(self) -> str:
        states = [note.text for note in self.leg.notes if getattr(note, "kind", "") == "state"]  # type: ignore[attr-defined]
        return states[-1] if states else "ringing"

    async def notice(self) -> None:
        """Wait until the notice and the greeting have been spoken."""
        await self.until("listening")
        self.fed_at = self.now - (self.ears.listening.fed if self.ears.listening else 0) * TICK_MS

    def _ears_ms(self) -> int:
        """What the ears' own count of time says now."""
        return (self.ears.listening.fed if self.ears.listening else 0) * TICK_MS

    async def caller_speaks(self, ms: int) -> None:
        """Voice begins and goes on for `ms`; a detector needs 60 ms to be sure."""
        began = self._ears_ms()
        await self.wait(60)
        self.ears.hear(SpeechStarted(at_ms=began))
        await self.wait(ms - 60)

    async def caller_stops(self, text: str, *, ms: int = 0, confidence: float = 1.0) -> None:
        """The voice ends; 200 ms later the ears know that, and after 300 ms more what was said."""
        ended = self._ears_ms()
        await self.wait(200)
        self.ears.hear(SpeechStopped(at_ms=ended))
        await self.wait(300)
        turn = TurnEnded(
            text=text,
            began_ms=max(0, ended - ms),
            ended_ms=ended,
            confidence=confidence,
            endpointing_ms=400,
            stt_ms=100,
        )
        self.ears.hear(turn)
        await self.wait(TICK_MS)

    async def caller_says(self, text: str) -> None:
        ms = max(120, 200 * len(text.split()))
        await self.caller_speaks(ms)
        await self.caller_stops(text, ms=ms)

    async def captions(self, text: str) -> None:
        self.ears.hear(Partial(text=text, at_ms=self._ears_ms()))
        await self.wait(TICK_MS)

    async def presses(self, keys: str) -> None:
        for key in keys:
            self.session.key(key)
            await self.wait(200)

    async def hangs_up(self, cause: Cause = "caller_hung_up") -> None:
        self.session.lost(cause)
        await self.wait(TICK_MS)

    def said(self) -> list[str]:
        """What the caller heard of the agent, stretch by stretch."""
        return [str(data["text"]) for data in self.evidence.of("agent_message")]


class FakedCall(Call):
    """With a fake mind too."""

    def __init__(
        self, agent: Mapping[str, object], answer: Callable[[UserTurn], Answer], opening: Opening | None = None
    ) -> None:
        clock = VirtualClock()
        self.mind = FakeMind(clock, answer)
        self.mind.opening = opening
        context = MindContext(
            org=UUID(int=1), conversation_id="conv_test", agent=agent, channel="voice", language="en-US"
        )
        super().__init__(context, self.mind, clock)


@asynccontextmanager
async def screenplay(
    answer: Callable[[UserTurn], Answer] = lambda turn: ["All right then."], *, opening: Opening | None = None,
    **agent: object,
) -> AsyncIterator[FakedCall]:  # fmt: skip
    """A call in progress; when the script ends, the caller hangs up if nobody did before."""
    call = FakedCall(agent, answer, opening)
    async with in_progress(call):
        yield call


@asynccontextmanager
async def in_progress(call: Call) -> AsyncIterator[None]:
    """The call runs; in the end the caller hangs up if nobody did before. AssertionError unless it comes to rest."""
    ended: list[Ended] = []

    async def run() -> None:
        ended.append(await call.session.run())

    async with asyncio.TaskGroup() as group:
        group.create_task(run())
        await asyncio.sleep(0)
        yield
        call.session.lost("caller_hung_up")
    at_rest = call.keeping is not None or call.evidence.finished is not None
    if not ended or call.leg.closed is None or not at_rest:
        raise AssertionError("the call did not come to rest")
