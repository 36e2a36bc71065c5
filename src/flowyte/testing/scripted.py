"""Parts of known speed for loading the engine: ears with a real detector and given words, a mind and a mouth.

They need nothing but the event loop, so that a benchmark measures the engine and not a model. The detector is any
`Ears`; its speech events pass through, and its text is replaced.
"""

import asyncio
import math
from array import array
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from flowyte.conversation.events import Heard, TurnEnded
from flowyte.conversation.reply import MindContext, Reply, Sentence, UserTurn
from flowyte.conversation.speech import Speech, spread
from flowyte.live.ports import Ears, Listening


class ScriptedEars:
    """`detector` finds speech in the real sound; `words(n)` says what the n-th turn (from 0) was."""

    def __init__(self, detector: Ears, words: Callable[[int], str]) -> None:
        self._detector = detector
        self._words = words

    def listen(self, *, rate: int, language: str, sink: Callable[[Heard], None]) -> Listening:
        turns = 0

        def pass_on(event: Heard) -> None:
            nonlocal turns
            if isinstance(event, TurnEnded):
                event = replace(event, text=self._words(turns))
                turns += 1
            sink(event)

        return self._detector.listen(rate=rate, language=language, sink=pass_on)


class ScriptedThinking:
    def __init__(self, sentence: str, delay_s: float) -> None:
        self._sentence = sentence
        self._delay_s = delay_s

    async def respond(self, turn: UserTurn) -> AsyncIterator[Reply]:
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        yield Sentence(text=self._sentence)

    def heard(self, spoken: str) -> None:
        """Nothing is remembered."""


class ScriptedMind:
    """The same sentence after the same delay, whatever was said."""

    def __init__(self, sentence: str = "This is a scripted answer of a few words.", delay_s: float = 0.0) -> None:
        self._sentence = sentence
        self._delay_s = delay_s

    def open(self, context: MindContext) -> ScriptedThinking:
        return ScriptedThinking(self._sentence, self._delay_s)


class ScriptedMouth:
    """A 440 Hz tone of `ms_a_word` a word, made once per length and then only copied."""

    def __init__(self, ms_a_word: int = 300) -> None:
        self._ms_a_word = ms_a_word
        self._made: dict[tuple[int, int], bytes] = {}

    async def speak(self, text: str, *, voice: str, rate: int, speed: float) -> AsyncIterator[Speech]:
        ms = self._ms_a_word * len(text.split())
        pcm = self._made.get((rate, ms))
        if pcm is None:
            pcm = self._made[rate, ms] = tone(rate, ms)
        yield Speech(pcm=pcm, words=spread(text, ms))


def tone(rate: int, ms: int, *, hertz: float = 440.0, peak: int = 8_000) -> bytes:
    """A sine as 16-bit PCM of the machine's byte order (little-endian on every supported one)."""
    step = 2 * math.pi * hertz / rate
    return array("h", (round(peak * math.sin(step * n)) for n in range(rate * ms // 1000))).tobytes()
