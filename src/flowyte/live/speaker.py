"""Makes the sound of what is to be said, sentence after sentence, ahead of its being played."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace

from flowyte.conversation.commands import Say
from flowyte.conversation.reply import MindContext
from flowyte.conversation.respelled import respelled
from flowyte.conversation.settings import number, section, text
from flowyte.live.clockwork import Clockwork, attempt
from flowyte.live.playout import Voice
from flowyte.live.ports import Mouth


class Speaker:
    """One task at a time makes sound; barge-in cancels it."""

    def __init__(self, *, mouth: Mouth, context: MindContext, rate: int, made: Callable[[Say], None]) -> None:
        self._mouth = mouth
        self._voice = voice_of(context.agent, context.language)
        self._speed = number(section(context.agent, "voiceSettings"), "speed", 1.0) or 1.0
        self._pronunciations = pronunciations_of(context.agent)
        self._rate = rate
        self._made = made
        self._waiting: deque[Voice] = deque()
        self._task: asyncio.Task[None] | None = None

    def add(self, voice: Voice, work: Clockwork) -> None:
        self._waiting.append(voice)
        if self._task is None or self._task.done():
            self._task = work.spawn(self._run(), lambda _: None)

    def stop(self) -> None:
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while self._waiting:
            voice = self._waiting.popleft()
            await attempt(self._speak(voice), voice.close)

    async def _speak(self, voice: Voice) -> None:
        spoken = respelled(voice.say.text, self._pronunciations)
        sound = self._mouth.speak(spoken.text, voice=self._voice, rate=self._rate, speed=self._speed)
        async for speech in sound:
            words = tuple(replace(word, upto=spoken.written(word.upto)) for word in speech.words)
            voice.add(replace(speech, words=words))
            self._made(voice.say)


def voice_of(agent: Mapping[str, object], language: str) -> str:
    """The voice for a language, for the language without its country, or the agent's own."""
    by_language = section(agent, "voiceMap")
    own = text(agent, "defaultVoiceId", "")
    return text(by_language, language, text(by_language, language.partition("-")[0], own))


def pronunciations_of(agent: Mapping[str, object]) -> dict[str, str]:
    found = section(section(agent, "lexicon"), "pronunciations")
    return {str(written): said for written, said in found.items() if isinstance(said, str) and said.strip()}
