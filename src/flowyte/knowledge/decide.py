from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from flowyte.conversation.reply import Passage
REJECT_BELOW = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    text: str
    terms: Mapping[str, tuple[int, float]]
    chunks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    source_id: str
    chunk_id: str
    title: str
    text: str
    url: str
    meaning: float
    share: float
    likeness: float
    lacking: frozenset[str]
    probe_terms: frozenset[str]
    title_terms: frozenset[str]


def judged(question: Question, candidates: Sequence[Candidate]) -> tuple[Passage, ...]:
    return tuple(Passage(source_id=c.source_id, chunk_id=c.chunk_id, text=c.text, title=c.title, score=c.likeness, url=c.url) for c in candidates)
