"""A recording as it is stored: where the ears heard a card nobody hears one, and no key can be decoded."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from tests.acceptance.keypad import decoded, tone

from flowyte.conversation.events import Heard, TurnEnded
from flowyte.kit.settings import load
from flowyte.live.discreet import Discreet
from flowyte.media.g711 import pcm_to_ulaw, ulaw_to_pcm
from flowyte.observe.recording import Recorder, Recording
from flowyte.providers.builtin.ears import BuiltinEars
from flowyte.providers.builtin.hearing import wide
from flowyte.providers.builtin.mouth import BuiltinMouth
from flowyte.providers.store.fetch import list_models
from flowyte.providers.store.piper import is_installed
from flowyte.redact.words import pieces_of, words_of
from flowyte.testing.fakes import FakeEvidence

SETTINGS, _ = load()
READY = all(status.present for status in list_models(SETTINGS.models_dir)) and is_installed(SETTINGS.parts_dir)
RATE, FRAME = 8000, 320
KEY = bytes(32)
AGENT = {"redaction": {"entities": ["card", "ssn"], "audio": True}}
MOST_FRAMES = 2_000  # of one turn: three quarters of a minute


class Kept(FakeEvidence):
    """The real recorder, as a call's evidence has it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.recorder = Recorder(path, KEY)

    def audio(self, caller: bytes, agent: bytes) -> None:
        self.recorder.write(caller, agent)

    async def finish(self, cause: str) -> None:
        self.recorder.close()


@pytest.mark.skipif(not READY, reason="the models have not been fetched: flowyte models --fetch")
async def test_the_stored_sound_holds_the_question_before_and_no_digit_of_the_card(tmp_path: Path) -> None:
    """Over G.711, heard by the real ears, stored, and understood once more by the same recognizer."""
    ears = await asyncio.to_thread(BuiltinEars.load, SETTINGS.models_dir, calls=1)
    mouth = BuiltinMouth.open(models_dir=SETTINGS.models_dir, parts_dir=SETTINGS.parts_dir)
    kept = Kept(tmp_path / "recording")
    discreet = Discreet(kept, AGENT)
    texts: list[str] = []
    now = 0

    def heard(event: Heard) -> None:
        discreet.heard(event)
        if isinstance(event, TurnEnded):
            texts.append(event.text)
            discreet.event("user_utterance", event.began_ms, {"text": event.text})

    listening = ears.listen(rate=RATE, language="en", sink=heard)
    for text in (
        "I would like to pay for my visit on Tuesday.",
        "My card is four one one one, two two two two, three three three three, four four four nine.",
        "Thank you, that is all for today.",
    ):
        discreet.agent_says("Thank you. What else can I do for you?", now)
        sound = b"".join([each.pcm async for each in mouth.speak(text, voice="", rate=RATE, speed=1.0)])
        line = ulaw_to_pcm(pcm_to_ulaw(sound)) + bytes(RATE * 2)
        turns = len(texts)
        frames = [line[at : at + FRAME] for at in range(0, len(line) - FRAME, FRAME)]
        for count in range(MOST_FRAMES):
            frame = frames[count] if count < len(frames) else bytes(FRAME)
            listening.feed(frame)
            discreet.audio(frame, bytes(FRAME), now)
            now += 20
            await asyncio.sleep(0.005 if count < len(frames) else 0.02)  # a loaded machine hears later
            if count >= len(frames) and len(texts) > turns:  # a turn may end at a comma, and go on after it
                break
    listening.close()
    await discreet.finish("test")
    again = _understood(ears, tmp_path / "recording")
    ears.close()
    await mouth.close()
    assert sum(len(piece.digits) for piece in pieces_of(words_of(" ".join(texts)))) >= 14  # the ears did hear it
    assert "[card]" in str(kept.events)
    assert not pieces_of(words_of(again)), again
    assert "tuesday" in again.lower()
    assert "today" in again.lower().replace("-", ""), texts


def _understood(ears: BuiltinEars, path: Path) -> str:
    """The stored caller's track, in pieces as long as the recognizer takes."""
    track = Recording(path, KEY, rate=RATE).tracks()[:, 0]
    loud = np.flatnonzero(np.abs(track) > 500)
    pieces, begin = [], int(loud[0])
    for place in np.flatnonzero(np.diff(loud) > RATE):
        pieces.append((begin, int(loud[place])))
        begin = int(loud[place + 1])
    pieces.append((begin, int(loud[-1])))
    return " ".join(
        ears.models.text.transcribe(wide(track[max(0, a - 1600) : b + 1600].tobytes(), RATE)).text for a, b in pieces
    )


@pytest.mark.parametrize("private", [False, True])
async def test_keys_that_are_pressed_in_private_cannot_be_decoded_from_the_stored_sound(
    tmp_path: Path, private: bool
) -> None:
    """The decoder finds every key where the recorder was not detached, and none where it was."""
    keys = "4111222233334449#"
    kept = Kept(tmp_path / "recording")
    discreet = Discreet(kept, {})
    now = 0
    for key in keys:
        for frame in (*[tone(key)] * 5, *[np.zeros(160, np.int16)] * 5):
            discreet.audio(ulaw_to_pcm(pcm_to_ulaw(frame.tobytes())), bytes(FRAME), now, private=private)
            now += 20
    await discreet.finish("test")
    track = Recording(tmp_path / "recording", KEY, rate=RATE).tracks()[:, 0]
    assert len(track) == len(keys) * 10 * 160
    assert decoded(track) == ("" if private else keys)
