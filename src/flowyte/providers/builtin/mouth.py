"""The built-in mouth: Piper in its own process, Pico when there is no Piper or it fails.

Sentence by sentence: while one is played the next is being made. Neither voice tells when each word is said, so the
times are spread over the voiced part of each sentence by the length of the words.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from flowyte.conversation.speech import Speech, WordAt, spread
from flowyte.kit import log
from flowyte.providers.builtin.pico import Pico
from flowyte.providers.builtin.piper import MouthFailed, PiperHost, Sound
from flowyte.providers.builtin.resample import Samples, resample, to_float, to_pcm
from flowyte.providers.builtin.voices import PICO
from flowyte.providers.store.fetch import ModelMissing, resolve
from flowyte.providers.store.piper import is_installed, piper_home

logger = log.get(__name__)
_PIECE = re.compile(r"\S.*?(?:[.!?]+[\"')\]]*(?=\s+[A-Z0-9\"'(])|$)", re.DOTALL)
# Below this (-46 dB) a sample is silence. A voice may begin with up to 0.1 s of it, which callers would wait for.
_SILENCE = 0.005
_LEAD_S = 0.01
_SPEEDS = (0.5, 2.0)


class BuiltinMouth:
    """Fulfils `live.ports.Mouth`. One for a process."""

    def __init__(self, *, piper: PiperHost | None, pico: Pico | None = None) -> None:
        self._piper = piper
        self._pico = pico or Pico()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="mouth")

    @classmethod
    def open(cls, *, models_dir: Path, parts_dir: Path) -> "BuiltinMouth":
        """With Piper if its part and its voice are there, without otherwise."""
        try:
            voice = resolve("piper-joe", models_dir)["voice.onnx"]
        except ModelMissing:
            return cls(piper=None)
        home = piper_home(parts_dir)
        return cls(piper=PiperHost(home=home, voice=voice) if is_installed(parts_dir) else None)

    async def start(self) -> None:
        """Warm when it returns; without it the first sentence waits some seconds."""
        if self._piper is not None:
            await self._piper.start()

    @property
    def process_id(self) -> int | None:
        """Of the running Piper host, for whoever watches its memory."""
        return self._piper.process_id if self._piper is not None else None

    async def close(self) -> None:
        if self._piper is not None:
            await self._piper.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def speak(self, text: str, *, voice: str, rate: int, speed: float) -> AsyncIterator[Speech]:
        """`voice` is an id of `voices`; an unknown one is the default. MouthFailed when neither voice can speak."""
        speed = min(max(speed, _SPEEDS[0]), _SPEEDS[1])
        at_ms = 0
        for start, piece in sentences(text):
            sound = await self._sound(piece, voice, speed)
            loop = asyncio.get_running_loop()
            samples = await loop.run_in_executor(self._pool, _fit, sound, rate)
            duration_ms = len(samples) * 1000 // rate
            words = spread(piece, min(duration_ms, _voiced_ms(samples, rate)), began_ms=at_ms)
            yield Speech(pcm=to_pcm(samples), words=tuple(_moved(word, start) for word in words))
            at_ms += duration_ms

    async def _sound(self, text: str, voice: str, speed: float) -> Sound:
        if self._piper is not None and voice != PICO.id:
            try:
                return await self._piper.sound(text, speed)
            except MouthFailed as failed:
                logger.warning("piper.failed", kind=failed.kind)
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._pico.sound, text, speed)


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Where each sentence of a reply begins, and the sentence."""
    for found in _PIECE.finditer(text):
        piece = found.group().rstrip()
        if any(char.isalnum() for char in piece):
            yield found.start(), piece


def _fit(sound: Sound, rate: int) -> Samples:
    """At the line's rate, without the silence before the first word."""
    samples = to_float(sound.pcm)
    loud = np.flatnonzero(np.abs(samples) > _SILENCE)
    first = int(loud[0]) - int(_LEAD_S * sound.rate) if len(loud) else 0
    return resample(samples[max(0, first) :], sound.rate, rate)


def _voiced_ms(samples: Samples, rate: int) -> int:
    loud = np.flatnonzero(np.abs(samples) > _SILENCE)
    return int(loud[-1]) * 1000 // rate if len(loud) else 0


def _moved(word: WordAt, start: int) -> WordAt:
    return replace(word, upto=word.upto + start)
