"""The permissive voice: SVOX Pico, which is in every installation and needs no model. Dated, fast, always there."""

import importlib
from typing import Any

from flowyte.providers.builtin.piper import MouthFailed, Sound

_RATE = 16_000


class Pico:
    """Blocking: 10-20 ms a sentence. Its text is markup, so angle brackets and ampersands are taken out."""

    def __init__(self) -> None:
        self._engine: Any = None

    def sound(self, text: str, speed: float) -> Sound:
        if self._engine is None:
            try:
                self._engine = importlib.import_module("py_nanotts").NanoTTS()
            except ImportError as error:
                raise MouthFailed("No voice is installed: neither Piper nor Pico.", kind="missing") from error
        plain = text.replace("&", " and ").replace("<", " ").replace(">", " ")
        pcm: bytes = self._engine.speak(plain, voice="en-US", speed=speed)
        return Sound(rate=_RATE, pcm=pcm)
