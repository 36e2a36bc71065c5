"""The nouns of knowledge: a source, its questions, its chunks, and who turns text into vectors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Kind = Literal["text", "faq", "file", "url"]
Status = Literal["pending", "indexing", "indexed", "failed"]
EMBEDDING_MODEL = "all-MiniLM-L6-v2"
EDITION = 1  # of the cutting into chunks and probes; a higher number has every source indexed again


class Embedder(Protocol):
    def embed(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """(len(texts), 384), rows of length one. Blocks; called in a thread."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Faq:
    """One question with its answer; `alternatives` are other ways of asking it."""

    question: str
    answer: str
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """What is quoted (`text` under `title`), and the wordings that a question is compared with."""

    title: str
    text: str
    probes: tuple[str, ...]
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Website:
    """Where reading begins, how many pages it takes at most, and after how many seconds it is read again."""

    url: str
    most_pages: int
    refresh_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """A page as of the last reading. `missed` says why it could not be read then; what was read before is used."""

    url: str
    title: str
    digest: bytes | None
    characters: int
    missed: str | None
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    id: str
    agent_id: str
    kind: Kind
    name: str
    content: str
    faq: tuple[Faq, ...]
    status: Status
    progress_current: int
    progress_total: int
    chunk_count: int
    embedding_model: str | None
    edition: int
    """Of the cutting by which it was indexed; 0 for none, and for that of before 1."""
    error_message: str | None
    origin: str
    """The name of the file that it was read from."""
    url: str
    """Where the website begins; with `most_pages` and `refresh_s` as in Website."""
    most_pages: int
    refresh_s: int | None
    refresh_at: datetime | None
    read_at: datetime | None
    last_change: Mapping[str, int]
    """{added, changed, removed, unchanged}: pages, of the last reading."""
    reading: str | None
    """The claim of the newest reading; whoever holds another writes nothing."""
    created_at: datetime
    updated_at: datetime
