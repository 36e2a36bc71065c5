"""The built-in ears: voice activity for all calls at once, semantic end of turn, speech to text."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np

from flowyte.conversation.events import Heard
from flowyte.kit.errors import Unavailable
from flowyte.providers.builtin.endpoint import Endpointing
from flowyte.providers.builtin.hearing import Hearing
from flowyte.providers.builtin.listening import BuiltinListening
from flowyte.providers.builtin.moonshine import RATE, Moonshine
from flowyte.providers.builtin.silero import WINDOW, SileroBatch
from flowyte.providers.builtin.smart_turn import SmartTurn
from flowyte.providers.builtin.vad import Vad
from flowyte.providers.builtin.work import Work
from flowyte.providers.store.fetch import resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingModels:
    """Loaded once a process and shared by every call."""

    vad: Vad
    judge: SmartTurn
    text: Moonshine
    work: Work

    @classmethod
    def load(cls, models_dir: Path, *, calls: int) -> Self:
        """Blocking, about a second. ModelMissing says how to fetch what is not there."""
        silero = SileroBatch(resolve("silero-vad", models_dir)["silero_vad.onnx"], slots=calls)
        judge = SmartTurn(resolve("smart-turn", models_dir)["smart_turn.onnx"])
        text = Moonshine(resolve("moonshine-tiny-en", models_dir))
        # The first run of a model allocates its arena and is several times slower than the next.
        silero.run([0], np.zeros((1, WINDOW), np.float32))
        silero.clear(0)
        judge.complete(np.zeros(RATE, np.float32))
        text.transcribe(np.zeros(RATE, np.float32))
        return cls(vad=Vad(silero, slots=calls), judge=judge, text=text, work=Work())


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltinEars:
    """Fulfils `live.ports.Ears`. `tuned` gives ears for one agent over the same models."""

    models: HearingModels
    endpointing: Endpointing = field(default_factory=Endpointing)
    partials: bool = False

    @classmethod
    def load(cls, models_dir: Path, *, calls: int = 200) -> Self:
        return cls(models=HearingModels.load(models_dir, calls=calls))

    def tuned(self, endpointing: Endpointing, *, partials: bool = False) -> "BuiltinEars":
        """`partials`: somebody watches captions. They cost a decoding of the growing turn every 0.3 s."""
        return BuiltinEars(models=self.models, endpointing=endpointing, partials=partials)

    def listen(self, *, rate: int, language: str, sink: Callable[[Heard], None]) -> BuiltinListening:
        """English whatever `language` says. Unavailable when as many calls are heard as there is room for."""
        if rate not in (8000, 16_000):
            raise ValueError("ears hear 8000 or 16000 Hz")
        listening = BuiltinListening(
            hearing=Hearing(rate=rate, model=self.models.text, work=self.models.work),
            judge=self.models.judge,
            endpointing=self.endpointing,
            partials=self.partials,
            sink=sink,
        )
        if not listening.attach(self.models.vad):
            raise Unavailable("The built-in ears hear as many calls as they can.")
        return listening

    def close(self) -> None:
        self.models.vad.close()
        self.models.work.close()
