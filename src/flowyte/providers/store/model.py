"""The nouns of the model store."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Stage = Literal["fetching", "checking", "ready"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file that is kept. `member` is its path in the carrier package, `url` where the public hub has it."""

    name: str
    sha256: str
    bytes: int
    member: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model at one revision. `package` is the carrier, pinned; `platform` is set where its wheel is for one only."""

    name: str
    title: str
    revision: str
    licence: str
    package: str
    package_bytes: int
    files: tuple[ModelFile, ...]
    platform: str = ""
    python: str = ""

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStatus:
    """How a model stands in a cache. `path` is its folder, whether or not it is there yet."""

    model: Model
    present: bool
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a fetch has come. `total_bytes` counts what travels, which is more than what is kept."""

    name: str
    stage: Stage
    done_bytes: int
    total_bytes: int


OnProgress = Callable[[Progress], None]
