"""Measures the built-in speech chain on this machine: `flowyte bench voice --json`.

Voice to voice: recorded callers are played in real time, frame by frame, into the built-in ears; a mind that answers at
once gives a sentence to the built-in mouth. The number is from the last voiced sample of the recording to the frame
in which the first sample of the answer could be sent, so waiting, judging, text and voice are in it; network is not.

Word error rate: telephone prompts spoken by a person (8 kHz), decoded whole. The prompts come from the Debian
package asterisk-core-sounds-en-wav (CC-BY-SA-3.0), used where installed and never copied. Counted are prompts of 3
words or more whose published text is plain speech; see `words` for what counts as the same word.
"""

import asyncio
import gzip
import json as json_module
import os
import platform
import statistics
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench.words import distance, words
from flowyte.conversation.events import Heard, TurnEnded
from flowyte.kit.settings import load
from flowyte.providers.builtin.ears import BuiltinEars
from flowyte.providers.builtin.hearing import wide
from flowyte.providers.builtin.mouth import BuiltinMouth
from flowyte.providers.builtin.resample import to_float

SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
TEXTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
RATE = 8000
FRAME_BYTES = 320
ANSWER = "Of course, I can help you with that."
SCRIPT = (
    "Hello, what are your opening hours?",
    "I would like to book an appointment for Tuesday afternoon.",
    "Can I speak to the doctor, please?",
    "How much does a cleaning cost?",
    "Yes, that works for me.",
    "I need to cancel my appointment tomorrow.",
)


def run(json: bool) -> None:
    report = asyncio.run(measure())
    if json:
        print(json_module.dumps(report, indent=2))
        return
    for name, value in report.items():
        print(f"{name}: {value}")


async def measure() -> dict[str, Any]:
    settings, _ = load()
    ears = BuiltinEars.load(settings.models_dir, calls=4)
    mouth = BuiltinMouth.open(models_dir=settings.models_dir, parts_dir=settings.parts_dir)
    await mouth.start()
    try:
        return {
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, no accelerator",
            "wordErrorRate": word_errors(ears),
            "voiceToVoice": await voice_to_voice(ears, mouth),
        }
    finally:
        await mouth.close()
        ears.close()


def prompts() -> Iterator[tuple[str, bytes]]:
    """Text and 8 kHz PCM of each prompt that is plain speech."""
    for line in gzip.decompress(TEXTS.read_bytes()).decode().splitlines():
        name, _, text = line.partition(":")
        path = SOUNDS / f"{name.strip()}.wav"
        if line.startswith(";") or any(mark in text for mark in "[(") or not path.is_file() or len(words(text)) < 3:
            continue
        with wave.open(str(path)) as sound:
            yield text.strip(), sound.readframes(sound.getnframes())


def word_errors(ears: BuiltinEars) -> dict[str, Any]:
    if not (SOUNDS.is_dir() and TEXTS.is_file()):
        return {"skipped": "asterisk-core-sounds-en-wav is not installed"}
    errors = total = count = 0
    seconds, took = 0.0, []
    for text, pcm in prompts():
        if len(pcm) > 15 * RATE * 2:
            continue
        began = time.perf_counter()
        understood = ears.models.text.transcribe(wide(pcm, RATE)).text
        took.append((time.perf_counter() - began) * 1000)
        wrong = distance(words(text), words(understood))
        if wrong and os.environ.get("BENCH_SHOW"):
            print(wrong, "|", text, "|", understood)
        errors, total, count = errors + wrong, total + len(words(text)), count + 1
        seconds += len(pcm) / 2 / RATE
    return {
        "prompts": count,
        "words": total,
        "percent": round(100 * errors / total, 2),
        "medianMs": round(statistics.median(took)),
        "realTimeFactor": round(sum(took) / 1000 / seconds, 4),
    }


async def voice_to_voice(ears: BuiltinEars, mouth: BuiltinMouth) -> dict[str, Any]:
    """Recorded people where there are any, and callers spoken by the built-in voice."""
    recorded = [pcm for text, pcm in prompts() if 6 <= len(words(text)) <= 14 and text.endswith((".", "?"))]
    spoken = [b"".join([s.pcm async for s in mouth.speak(t, voice="", rate=RATE, speed=1.0)]) for t in SCRIPT]
    callers = {"recorded people": recorded[:: max(1, len(recorded) // 24)][:24], "built-in voice": spoken}
    report: dict[str, Any] = {}
    for name, sounds in callers.items():
        turns = [turn for pcm in sounds if (turn := await one_turn(ears, mouth, pcm)) is not None]
        report[name] = summary(turns, len(sounds)) if turns else {"skipped": "no recordings"}
    return report


async def one_turn(ears: BuiltinEars, mouth: BuiltinMouth, pcm: bytes) -> dict[str, int] | None:
    """Milliseconds of one turn, None when it was cut in two or not heard."""
    ended: list[tuple[float, TurnEnded]] = []
    over = asyncio.Event()

    def sink(event: Heard) -> None:
        if isinstance(event, TurnEnded):
            ended.append((time.perf_counter(), event))
            over.set()

    lead = RATE // 2
    voiced = np.flatnonzero(np.abs(to_float(pcm)) > 0.01)
    last_s = (lead + int(voiced[-1])) / RATE
    listening = ears.listen(rate=RATE, language="en", sink=sink)
    sound = bytes(lead * 2) + pcm + bytes(RATE * 2 * 3)
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        feeding = group.create_task(feed(listening, sound, began))
        async with asyncio.timeout(len(sound) / 2 / RATE + 5):
            await over.wait()
        at, event = ended[0]
        first = 0.0
        async for _ in mouth.speak(ANSWER, voice="", rate=RATE, speed=1.0):
            first = first or time.perf_counter()
        feeding.cancel()
    listening.close()
    if at - began < last_s:
        return None
    return {
        "total": round((first - began - last_s) * 1000) + 20,  # the frame that carries it
        "ears": round((at - began - last_s) * 1000),
        "mouth": round((first - at) * 1000),
        "waited": event.endpointing_ms,
    }


async def feed(listening: Any, sound: bytes, began: float) -> None:
    for number in range(len(sound) // FRAME_BYTES):
        due = began + (number + 1) * 0.02
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        listening.feed(sound[number * FRAME_BYTES : (number + 1) * FRAME_BYTES])


def summary(turns: list[dict[str, int]], played: int) -> dict[str, Any]:
    report: dict[str, Any] = {"turns": len(turns), "cutInTwo": played - len(turns)}
    for name in ("total", "ears", "mouth"):
        values = sorted(turn[name] for turn in turns)
        report[f"{name}MsP50"] = round(statistics.median(values))
        report[f"{name}MsP95"] = values[min(len(values) - 1, int(0.95 * len(values)))]
    report["waitedForLongest"] = sum(turn["waited"] > 1000 for turn in turns)
    return report


if __name__ == "__main__":
    run(json=True)
