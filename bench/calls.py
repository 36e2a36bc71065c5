"""How many live calls a core carries: N calls over the Twilio wire against one voice process.

Real sockets, real G.711, the real session and turn machine, and the neural voice detector on every call. The words,
the mind and the mouth are scripted, so that what is measured is the engine and not a model; the recorder and the
database are not part of it. The server has one core to itself and the callers have another.

    python -m bench.calls --calls 100 --json
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
import uvloop

from flowyte.channels.line import Arrival, Opened
from flowyte.channels.phone_client import BargeIn, PhoneCall, Script, call_by_script
from flowyte.channels.server import VoiceServer
from flowyte.conversation.events import Heard, SpeechStarted, SpeechStopped, TurnEnded
from flowyte.conversation.reply import MindContext
from flowyte.kit import log
from flowyte.kit.clock import SystemClock
from flowyte.kit.settings import load
from flowyte.live.pacer import Pacer
from flowyte.live.ports import Leg
from flowyte.live.session import Services, Session
from flowyte.media.resample import resample
from flowyte.providers.builtin.gate import Began, Gate, Silent
from flowyte.providers.builtin.pico import Pico
from flowyte.providers.builtin.silero import SileroBatch
from flowyte.providers.builtin.vad import Slot, Vad
from flowyte.providers.store.fetch import resolve
from flowyte.testing.scripted import ScriptedEars, ScriptedMind, ScriptedMouth

ENDPOINTING_MS = 400
CALL_S = 30.0
SAID = ("When do you open on Saturday morning?", "And what does the first visit cost?", "Please stop for a moment.")
AGENT: Mapping[str, object] = {"greeting": "Hello, how can I help you today?"}


# ---- the server's side


class DetectorListening:
    """Speech by the neural detector; a turn ends after a fixed silence."""

    def __init__(self, vad: Vad, sink: Callable[[Heard], None]) -> None:
        self._sink = sink
        self._gate = Gate()
        self._began_ms = 0
        slot = vad.open(self._window)
        if slot is None:
            raise RuntimeError("more calls than places in the detector")
        self._slot: Slot = slot

    def feed(self, pcm: bytes) -> None:
        self._slot.feed(np.frombuffer(pcm, np.int16).astype(np.float32) * (1 / 32_768))

    def expect(self, kind: str) -> None:
        """A fixed silence ends every turn."""

    def close(self) -> None:
        self._slot.close()

    def _window(self, probability: float) -> None:
        match self._gate.window(probability):
            case Began(at_ms=at):
                self._began_ms = at
                self._sink(SpeechStarted(at_ms=at))
            case Silent(since_ms=since, for_ms=waited) if waited >= ENDPOINTING_MS:
                self._gate.rest()
                self._sink(SpeechStopped(at_ms=since))
                self._sink(TurnEnded(text="", began_ms=self._began_ms, ended_ms=since, endpointing_ms=waited))
            case _:
                pass


@dataclass(frozen=True, slots=True)
class DetectorEars:
    vad: Vad

    def listen(self, *, rate: int, language: str, sink: Callable[[Heard], None]) -> DetectorListening:
        return DetectorListening(self.vad, sink)


class NoEvidence:
    def event(self, type: str, at_ms: int, data: Mapping[str, object]) -> None:
        """Nothing is kept."""

    def start_recording(self, rate: int) -> None:
        """Nothing is kept."""

    def erase_recording(self) -> None:
        """Nothing is kept."""

    def audio(self, caller: bytes, agent: bytes) -> None:
        """Nothing is kept."""

    async def finish(self, cause: str) -> None:
        """Nothing is kept."""


async def serve(calls: int) -> None:
    """Until standard input closes. The first line of output is the port."""
    settings, _ = load()
    model = SileroBatch(resolve("silero-vad", settings.models_dir.expanduser())["silero_vad.onnx"], slots=calls + 8)
    model.run(list(range(8)), np.zeros((8, 256), np.float32))
    clock, pacer = SystemClock(), Pacer(SystemClock())
    ears = ScriptedEars(DetectorEars(Vad(model, slots=calls + 8)), lambda turn: f"This is what I say, number {turn}.")
    services = Services(ears=ears, mind=ScriptedMind(), mouth=ScriptedMouth(), clock=clock, pacer=pacer)

    async def open_call(arrival: Arrival, leg: Leg) -> Opened:
        context = MindContext(
            org=UUID(int=1), conversation_id="conv_bench", agent=AGENT, channel="voice", language="en-US"
        )
        session = Session(leg, services=services, context=context, evidence=NoEvidence())
        return Opened(call=session, conversation_id="conv_bench")

    async with asyncio.TaskGroup() as group:
        pacing = group.create_task(pacer.run())
        async with VoiceServer(open_call, clock=clock).serving("127.0.0.1", 0) as (_, port):
            print(port, flush=True)
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        pacing.cancel()


# ---- the callers' side


def spoken(text: str) -> bytes:
    """A synthetic voice at 8 kHz, without the silence around it."""
    sound = Pico().sound(text, 1.0)
    samples = np.frombuffer(resample(sound.pcm, sound.rate, 8000), np.int16)
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > 1000)
    return samples[int(loud[0]) : int(loud[-1]) + 1].tobytes()


@dataclass(slots=True)
class Load:
    cpu_s: float = 0.0
    wall_s: float = 0.0
    rss_before: int = 0
    rss_during: int = 0


def cpu_s(pid: int) -> float:
    """User and system time of a process so far (proc(5), fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def place_all(url: str, calls: int, server: int) -> tuple[list[PhoneCall], Load, int]:
    """All calls, spread over two seconds; the server is measured while all of them are up."""
    first, second, stop = (spoken(text) for text in SAID)
    script = Script(
        utterances=[first, second] * 10,
        max_seconds=CALL_S,
        barge_in=[BargeIn(reply=reply, after_ms=1200, pcm=stop) for reply in (2, 4, 6, 8)],
        keep_audio=False,
    )
    load, results, errors = Load(rss_before=rss_bytes(server)), [], 0

    async def one(number: int) -> None:
        nonlocal errors
        await asyncio.sleep(2.0 * number / calls)
        call = await call_by_script(url, "token", script)
        results.append(call)
        replies = sum(event.kind == "agent_from" for event in call.events)
        errors += call.ended_cause != "max_seconds" or replies < 3

    async def measure() -> None:
        await asyncio.sleep(6)
        before, clock = cpu_s(server), SystemClock()
        began = clock.monotonic_ms()
        await asyncio.sleep(CALL_S - 10)
        after = cpu_s(server)
        load.wall_s = (clock.monotonic_ms() - began) / 1000
        load.cpu_s = after - before
        load.rss_during = rss_bytes(server)

    async with asyncio.TaskGroup() as group:
        group.create_task(measure())
        for number in range(calls):
            group.create_task(one(number))
    return results, load, errors


def gaps(call: PhoneCall, begin: str, end: str) -> list[int]:
    """From each `begin` to the next `end`, in ms, when nothing else of the two sides' speech lies between."""
    found, since = [], None
    for event in call.events:
        if event.kind == end and since is not None:
            found.append(event.at_ms - since)
            since = None
        elif event.kind == begin:
            since = event.at_ms
        elif event.kind in ("agent_from", "caller_from", "agent_to"):
            since = None
    return found


def barges(call: PhoneCall) -> tuple[list[int], int]:
    """From the sending of an interruption's first voiced frame to the arrival of the clear that answers it; and how
    many were not answered before the agent had finished by itself."""
    found, missed, speaking, since = [], 0, False, None
    for event in call.events:
        if event.kind == "agent_from":
            speaking = True
        elif event.kind == "caller_from" and speaking:
            since = event.at_ms
        elif event.kind == "clear" and since is not None:
            found.append(event.at_ms - since)
            since = None
        elif event.kind == "agent_to":
            missed += since is not None
            speaking, since = False, None
    return found, missed


def percentile(values: Sequence[float], at: float) -> float | None:
    return round(float(np.percentile(values, at)), 1) if values else None


def measure_calls(calls: int) -> dict[str, object]:
    """Runs the whole benchmark; about 35 seconds."""
    cores = sorted(os.sched_getaffinity(0))
    command = [sys.executable, "-m", "bench.calls", "--serve", "--calls", str(calls), "--core", str(cores[0])]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        port = int(process.stdout.readline())
        os.sched_setaffinity(0, {cores[-1]})
        url = f"ws://127.0.0.1:{port}/voice/twilio/stream"
        try:
            results, load, errors = uvloop.run(place_all(url, calls, process.pid))
        finally:
            os.sched_setaffinity(0, set(cores))
            process.stdin.close()
    reply = [gap for call in results for gap in gaps(call, "caller_to", "agent_from")]
    answered = [barges(call) for call in results]
    barge = [gap for found, _ in answered for gap in found]
    late = [late for call in results for late in call.late_ms]
    return {
        "calls": calls,
        "errors": errors,
        "corePctPerCall": round(100 * load.cpu_s / load.wall_s / calls, 3),
        "rssMbPerCall": round((load.rss_during - load.rss_before) / calls / 1e6, 3),
        "replies": len(reply),
        "replyP50Ms": percentile(reply, 50),
        "replyP95Ms": percentile(reply, 95),
        "barges": len(barge),
        "bargesMissed": sum(missed for _, missed in answered),
        "bargeP50Ms": percentile(barge, 50),
        "bargeP95Ms": percentile(barge, 95),
        "lateP50Ms": percentile(late, 50),
        "lateP95Ms": percentile(late, 95),
        "endpointingMs": ENDPOINTING_MS,
        "cores": len(cores),
    }


def run(calls: int = 100, json: bool = False) -> None:
    """`flowyte bench calls`."""
    result = measure_calls(calls)
    print(_as_json(result) if json else "\n".join(f"{key:>16}  {value}" for key, value in result.items()))


def _as_json(result: dict[str, object]) -> str:
    return json.dumps(result)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--core", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.serve:
        run(options.calls, options.json)
        return
    os.sched_setaffinity(0, {options.core})
    log.configure(level="warning")
    uvloop.run(serve(options.calls))


if __name__ == "__main__":
    main()
