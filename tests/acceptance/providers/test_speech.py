"""The built-in speech chain with its real models; skipped where they have not been fetched."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from tests.acceptance.ear import words_of

from flowyte.conversation.commands import Say
from flowyte.conversation.events import Heard, SpeechStarted, SpeechStopped, TurnEnded
from flowyte.conversation.reply import MindContext
from flowyte.conversation.speech import Speech, heard_text
from flowyte.kit.settings import load
from flowyte.live.playout import Voice
from flowyte.live.speaker import Speaker
from flowyte.providers.builtin.ears import BuiltinEars
from flowyte.providers.builtin.endpoint import Endpointing
from flowyte.providers.builtin.minilm import MiniLm
from flowyte.providers.builtin.mouth import BuiltinMouth
from flowyte.providers.store.fetch import list_models, resolve
from flowyte.providers.store.piper import is_installed

SETTINGS, _ = load()
MODELS: Path = SETTINGS.models_dir
READY = all(status.present for status in list_models(MODELS)) and is_installed(SETTINGS.parts_dir)
pytestmark = pytest.mark.skipif(not READY, reason="the models have not been fetched: flowyte models --fetch")


@pytest.fixture(scope="module")
def ears() -> Iterator[BuiltinEars]:
    loaded = BuiltinEars.load(MODELS, calls=4)
    yield loaded
    loaded.close()


@pytest.fixture
async def mouth() -> AsyncIterator[BuiltinMouth]:
    opened = BuiltinMouth.open(models_dir=MODELS, parts_dir=SETTINGS.parts_dir)
    yield opened
    await opened.close()


async def said(mouth: BuiltinMouth, text: str, rate: int, voice: str = "") -> list[Speech]:
    return [speech async for speech in mouth.speak(text, voice=voice, rate=rate, speed=1.0)]


async def heard(ears: BuiltinEars, pcm: bytes, rate: int) -> list[Heard]:
    """Everything up to the end of the first turn, fed four times as fast as it was spoken."""
    events: list[Heard] = []
    listening = ears.listen(rate=rate, language="en", sink=events.append)
    sound = bytes(rate) + pcm + bytes(rate * 6)
    step = rate // 50 * 2
    for at in range(0, len(sound) - step, step):
        listening.feed(sound[at : at + step])
        await asyncio.sleep(0.005)
        if any(isinstance(event, TurnEnded) for event in events):
            break
    listening.close()
    return events


@pytest.mark.parametrize("rate", [8000, 16_000])
async def test_what_the_mouth_says_the_ears_understand(ears: BuiltinEars, mouth: BuiltinMouth, rate: int) -> None:
    """A whole turn: voice begins, pauses, and its words arrive once."""
    pcm = b"".join(s.pcm for s in await said(mouth, "I would like to book an appointment for Tuesday.", rate))
    events = await heard(ears, pcm, rate)
    turns = [event for event in events if isinstance(event, TurnEnded)]
    assert isinstance(events[0], SpeechStarted)
    assert any(isinstance(event, SpeechStopped) for event in events)
    assert len(turns) == 1
    assert "appointment for tuesday" in turns[0].text.lower()
    length_ms = len(pcm) // 2 * 1000 // rate
    assert abs(turns[0].began_ms - 500) < 200
    assert abs(turns[0].ended_ms - 500 - length_ms) < 400


async def test_noise_is_not_a_turn(ears: BuiltinEars) -> None:
    """White noise at a tenth of full scale begins nothing."""
    noise = (np.random.default_rng(7).standard_normal(24_000) * 1000).astype("<i2").tobytes()
    assert await heard(ears, noise, 8000) == []


async def test_dictated_digits_are_not_cut_between_groups(ears: BuiltinEars, mouth: BuiltinMouth) -> None:
    """Half a second of silence inside a number does not end it."""
    one = b"".join(s.pcm for s in await said(mouth, "Five five five.", 8000))
    two = b"".join(s.pcm for s in await said(mouth, "Zero one four two.", 8000))
    tuned = ears.tuned(Endpointing())
    events: list[Heard] = []
    listening = tuned.listen(rate=8000, language="en", sink=events.append)
    listening.expect("digits")
    sound = bytes(8000) + one + bytes(8000) + two + bytes(8000 * 6)
    for at in range(0, len(sound) - 320, 320):
        listening.feed(sound[at : at + 320])
        await asyncio.sleep(0.02)
    for _ in range(750):  # a line goes on in silence; a busy machine may take some seconds to recognize it
        listening.feed(bytes(320))
        await asyncio.sleep(0.02)
        if any(isinstance(event, TurnEnded) for event in events):
            break
    await asyncio.sleep(1)  # what is under way has to be let come
    listening.close()
    assert len([event for event in events if isinstance(event, TurnEnded)]) == 1


async def test_more_calls_than_places_are_refused_and_a_closed_one_gives_its_place_back(ears: BuiltinEars) -> None:
    """Admission is by numbers, not by degradation."""
    taken = [ears.listen(rate=8000, language="en", sink=lambda _: None) for _ in range(4)]
    with pytest.raises(Exception, match="as many calls"):
        ears.listen(rate=8000, language="en", sink=lambda _: None)
    taken.pop().close()
    taken.append(ears.listen(rate=8000, language="en", sink=lambda _: None))
    for listening in taken:
        listening.close()


@pytest.mark.parametrize("voice", ["", "pico"])
async def test_every_word_of_a_reply_has_its_time(mouth: BuiltinMouth, voice: str) -> None:
    """Once, in order, inside the sound, and the last word reaches the end of the text."""
    text = "We are open at nine. Shall I book it?"
    pieces = await said(mouth, text, 8000, voice)
    words = [word for piece in pieces for word in piece.words]
    assert len(words) == len(text.split())
    assert [word.upto for word in words] == sorted(word.upto for word in words)
    assert words[-1].upto == len(text)
    assert words[-1].ended_ms <= sum(len(piece.pcm) for piece in pieces) // 16


async def test_a_pronunciation_is_heard_and_the_spelling_is_kept(mouth: BuiltinMouth) -> None:
    """By ear, the sound that the owner wants; as what was heard, the word that was written."""
    agent = {"lexicon": {"pronunciations": {"Zq7": "Saturday"}}}
    context = MindContext(org=UUID(int=1), conversation_id="c", agent=agent, channel="voice", language="en-US")
    speaker = Speaker(mouth=mouth, context=context, rate=16_000, made=lambda say: None)
    voice = Voice(Say(say_id=1, text="You can come to us on Zq7 morning at nine.", kind="answer"))
    await speaker._speak(voice)
    assert "saturday morning" in words_of(bytes(voice.pcm), 16_000)
    assert heard_text(voice.say.text, voice.words, 60_000) == voice.say.text
    middle = next(word.ended_ms for word in voice.words if voice.say.text[: word.upto].endswith("Zq7"))
    assert heard_text(voice.say.text, voice.words, middle) == "You can come to us on Zq7"


async def test_a_voice_whose_process_dies_speaks_again(mouth: BuiltinMouth) -> None:
    """The next sentence finds a new process."""
    await mouth.start()
    process = mouth.process_id
    assert process is not None
    os.kill(process, signal.SIGKILL)
    assert await said(mouth, "Hello again.", 8000)
    assert mouth.process_id not in (None, process)


async def test_a_reply_that_is_given_up_does_not_hold_up_the_next(mouth: BuiltinMouth) -> None:
    """Barge-in cancels; the next answer comes."""
    await mouth.start()
    speaking = mouth.speak("This is a rather long sentence that nobody will hear.", voice="", rate=8000, speed=1.0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.005):
            await anext(speaking)
    assert await said(mouth, "Hello.", 8000)


def test_texts_that_mean_the_same_are_near_each_other() -> None:
    """Nearer than those that do not."""
    vectors = MiniLm(resolve("minilm-l6-v2", MODELS)).embed(
        ["What are your opening hours?", "When are you open?", "I want to cancel my appointment."]
    )
    near = vectors @ vectors.T
    assert near[0, 1] > 0.6 > near[0, 2]
    assert np.allclose(np.diag(near), 1, atol=1e-5)
