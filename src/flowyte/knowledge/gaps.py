"""Knowledge gaps: questions that an agent could not answer, grouped by meaning, until somebody writes the answer.

Folded after a conversation has ended, never while it happens. What a caller said is sealed under the conversation's key
and goes with the conversation, from every figure too. A gap that is asked again after it was covered opens again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from flowyte.kit.db import TenantTx
from flowyte.kit.errors import FieldError, Invalid, NotFound
from flowyte.kit.ids import new_id
from flowyte.knowledge import gap_store as store
from flowyte.knowledge import sources as verbs
from flowyte.knowledge.gap_store import Counted, SealedQuestion, Status
from flowyte.knowledge.ingest import embedded, index_later
from flowyte.knowledge.model import Embedder, Source
from flowyte.knowledge.questions import Question
from flowyte.knowledge.search import REJECT_BELOW, search
from flowyte.vault.keyring import SealBroken
from flowyte.vault.seal import Sealer, open_with, seal_with

# Of the five documents of bench/retrieval, questions of different meaning are this alike once in 1,850 pairs, and the
# same question in hard paraphrase once in eight; a gap that is listed twice is a smaller fault than one that hides
# another.
ALIKE = 0.70
# How sure the search was of what it did not quote. Of these documents' answerable questions that were not answered,
# five in six reached this, and of the unanswerable one in four: what was sought is probably written, and was not found.
NEAR = 0.15
MOST_GAPS = 500  # of an agent: five times what a person reads, and half a second of a fold
HALVED = timedelta(days=14)  # a question of two weeks ago weighs half of today's
COVERAGE = timedelta(days=30)
WORDINGS = 5  # the newest, each of which has to find the answer before a gap counts as covered
ANSWERS = "Answers to what callers asked"  # the source that is made when there is no FAQ

Vector = npt.NDArray[np.float32]
Class = Literal["TRUE_GAP", "RETRIEVAL_MISS"]


class GapNotFound(NotFound):
    """There is no such knowledge gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    text: str
    conversation_id: str
    asked_at: datetime
    top_score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """`query` is its first question, in the caller's words."""

    counted: Counted
    query: str

    @property
    def classification(self) -> Class:
        missed = self.counted.top_score >= NEAR or "not_found" not in self.counted.signals
        return "RETRIEVAL_MISS" if missed else "TRUE_GAP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A conversation that is over. `searched` are the sources of its version, None for all of the agent's."""

    id: str
    agent_id: str
    searched: Sequence[str] | None


@dataclass(slots=True)
class _Known:
    """A gap by its first question."""

    id: str
    vector: Vector


async def fold(
    tx: TenantTx, sealer: Sealer, embedder: Embedder, ended: Ended, found: Sequence[Question], now: datetime
) -> None:
    """Keep what was asked in a conversation. Doing it again changes nothing."""
    unanswered = [question for question in found if question.source_id is None]
    # Before the lock, for which the deletion of a conversation would wait.
    vectors = dict(zip((question.seq for question in unanswered), await _vectors(embedder, unanswered), strict=True))
    await store.lock(tx, ended.agent_id)
    before = await store.folded(tx, ended.id)
    for question in found:
        if question.source_id is not None and question.seq not in before:
            await store.add_question(
                tx, ended.agent_id, ended.id, seq=question.seq, asked_at=question.at, top_score=question.top_score,
                source_id=question.source_id,
            )  # fmt: skip
    new = [question for question in unanswered if question.seq not in before]
    if new:
        await _keep(tx, sealer, ended, new, vectors, now)


async def _keep(
    tx: TenantTx, sealer: Sealer, ended: Ended, new: Sequence[Question], vectors: Mapping[int, Vector], now: datetime
) -> None:
    """Questions without an answer, each in its gap."""
    known = await _known(tx, sealer, ended.agent_id)
    key = await sealer.conversation_key(tx, ended.id)
    gaps = [await _gap_of(tx, ended, known, vectors[question.seq]) for question in new]
    for place, (question, gap_id) in enumerate(zip(new, gaps, strict=True)):
        again = ("asked_again",) if gap_id in gaps[place + 1 :] else ()
        await store.add_question(
            tx, ended.agent_id, ended.id, seq=question.seq, asked_at=question.at, top_score=question.top_score,
            source_id=None, gap_id=gap_id, signals=(*question.signals, *again),
            asked=seal_with(key, 0, _place(ended.id, question.seq, "asked"), question.text.encode()),
            vector=seal_with(key, 0, _place(ended.id, question.seq, "vector"), vectors[question.seq].tobytes()),
        )  # fmt: skip
        await _opened_again(tx, ended, gap_id, question, now)
    await store.keep_newest(tx, ended.agent_id, MOST_GAPS)


async def list_gaps(
    tx: TenantTx, sealer: Sealer, *, now: datetime, agent_id: str | None = None,
    statuses: Sequence[Status] | None = None, limit: int = 100,
) -> list[Gap]:  # fmt: skip
    """By rank, heaviest first; of one agent or of all."""
    found = await store.counted(tx, now=now, halved=HALVED, agent_id=agent_id, statuses=statuses, limit=limit)
    return await _with_words(tx, sealer, found)


async def get_gap(tx: TenantTx, sealer: Sealer, agent_id: str, gap_id: str, now: datetime) -> Gap:
    found = await store.counted(tx, now=now, halved=HALVED, agent_id=agent_id, gap_id=gap_id, limit=1)
    gaps = await _with_words(tx, sealer, found)
    if not gaps:
        raise GapNotFound
    return gaps[0]


async def wordings(tx: TenantTx, sealer: Sealer, gap_id: str, limit: int = WORDINGS) -> list[Wording]:
    """How it was asked, newest first."""
    newest = await store.newest_questions(tx, gap_id, limit)
    opened = [(each, await _opened(tx, sealer, each)) for each in newest]
    return [
        Wording(text=words[0], conversation_id=each.conversation_id, asked_at=each.asked_at, top_score=each.top_score)
        for each, words in opened
        if words is not None
    ]


async def set_gap_status(tx: TenantTx, sealer: Sealer, agent_id: str, gap_id: str, status: str, now: datetime) -> Gap:
    """By hand. Invalid for a status that is none."""
    wanted = next((each for each in get_args(Status) if each == status), None)
    if wanted is None:
        raise Invalid(fields=[FieldError(field="status", message=f"one of {', '.join(get_args(Status))}")])
    gap = await get_gap(tx, sealer, agent_id, gap_id, now)
    source = gap.counted.source_id if wanted in ("in_progress", "covered") else None
    await store.set_status(tx, gap_id, wanted, source_id=source, at=now)
    return await get_gap(tx, sealer, agent_id, gap_id, now)


async def answer_gap(
    tx: TenantTx, sealer: Sealer, agent_id: str, gap_id: str, *, question: str, answer: str,
    live: Sequence[str], now: datetime,
) -> Source:  # fmt: skip
    """Write the answer into a FAQ of the agent; the gap is covered once it is found there.

    `live` are the sources of the version that callers meet: a FAQ among them answers them at once, any other after the
    next publishing. One is made when there is none. Invalid names `question` or `answer`.
    """
    await get_gap(tx, sealer, agent_id, gap_id, now)
    entry = {"question": question.strip(), "answer": answer.strip()}
    try:
        verbs.read_faq([entry])
    except Invalid as error:
        raise Invalid(
            fields=[FieldError(field=each.field.removeprefix("faq[0]."), message=each.message) for each in error.fields]
        ) from error
    kept = [source for source in await verbs.list_sources(tx, agent_id) if source.kind == "faq"]
    kept = [source for source in kept if len(source.faq) < verbs.MOST_ENTRIES]
    chosen = next((source for source in kept if source.id in live), kept[0] if kept else None)
    if chosen is None:
        source = await verbs.create_source(tx, agent_id=agent_id, kind="faq", name=ANSWERS, faq=[entry])
    else:
        entries = [
            {"question": each.question, "answer": each.answer, "alternatives": list(each.alternatives)}
            for each in chosen.faq
        ]
        source = await verbs.patch_source(tx, agent_id, chosen.id, faq=[*entries, entry])
    await index_later(tx, source)
    await store.set_status(tx, gap_id, "in_progress", source_id=source.id, at=now)
    return source


async def cover(tx: TenantTx, sealer: Sealer, agent_id: str, now: datetime) -> list[str]:
    """After a source was indexed: the gaps whose every newest wording now finds an answer. Their ids.

    One that was answered by way of the gap has to find that very source.
    """
    covered = []
    for gap in await store.counted(
        tx, now=now, halved=HALVED, agent_id=agent_id, statuses=("open", "in_progress"), limit=MOST_GAPS
    ):
        if gap.source_id is None and gap.top_score >= REJECT_BELOW:
            continue  # something was found before and was no answer: a person has to say that it is one now
        if await _found(tx, sealer, gap):
            await store.set_status(tx, gap.id, "covered", source_id=gap.source_id, at=now)
            covered.append(gap.id)
    return covered


async def coverage(tx: TenantTx, agent_id: str, now: datetime) -> dict[str, float] | None:
    """Of each source, the share of the questions of COVERAGE that it answered; None when there were none."""
    counts = await store.answered_since(tx, agent_id, now - COVERAGE)
    total = sum(counts.values())
    return {source: round(n / total, 4) for source, n in counts.items() if source} if total else None


async def open_gaps(tx: TenantTx) -> dict[str, int]:
    """How many are open, by agent."""
    return await store.count_open(tx)


async def _found(tx: TenantTx, sealer: Sealer, gap: Counted) -> bool:
    opened = [await _opened(tx, sealer, each) for each in await store.newest_questions(tx, gap.id, WORDINGS)]
    asked = [each for each in opened if each is not None]
    for text, vector in asked:
        best = await search(tx, agent_id=gap.agent_id, source_ids=None, query=text, embedding=vector.tolist(), limit=1)
        if not best or best[0].score < REJECT_BELOW or gap.source_id not in (None, best[0].source_id):
            return False
    return bool(asked)


async def _vectors(embedder: Embedder, asked: Sequence[Question]) -> list[Vector]:
    return [np.asarray(vector, np.float32) for vector in await embedded(embedder, [each.text for each in asked])]


async def _known(tx: TenantTx, sealer: Sealer, agent_id: str) -> list[_Known]:
    opened = [(each.gap_id, await _opened(tx, sealer, each)) for each in await store.first_questions(tx, agent_id)]
    return [_Known(gap_id, words[1]) for gap_id, words in opened if words is not None]


async def _gap_of(tx: TenantTx, ended: Ended, known: list[_Known], vector: Vector) -> str:
    """The gap whose first question is most alike, or a new one."""
    likeness = [float(each.vector @ vector) for each in known]
    nearest = int(np.argmax(likeness)) if likeness else -1
    if nearest >= 0 and likeness[nearest] >= ALIKE:
        return known[nearest].id
    gap_id = new_id("gap")
    await store.insert_gap(tx, gap_id, ended.agent_id)
    known.append(_Known(gap_id, vector))
    return gap_id


async def _opened_again(tx: TenantTx, ended: Ended, gap_id: str, question: Question, now: datetime) -> None:
    """Asked after it was covered, of a version that had the answer."""
    found = await store.counted(tx, now=now, halved=HALVED, gap_id=gap_id, limit=1)
    gap = found[0]
    had = gap.source_id is None or ended.searched is None or gap.source_id in ended.searched
    if gap.status == "covered" and gap.covered_at and question.at > gap.covered_at and had:
        await store.set_status(tx, gap_id, "open", source_id=None, at=now)


async def _with_words(tx: TenantTx, sealer: Sealer, found: Sequence[Counted]) -> list[Gap]:
    gaps = []
    for agent_id in dict.fromkeys(gap.agent_id for gap in found):
        ids = [gap.id for gap in found if gap.agent_id == agent_id]
        firsts = {each.gap_id: each for each in await store.first_questions(tx, agent_id, ids)}
        for gap in found:
            if gap.agent_id == agent_id:
                words = await _opened(tx, sealer, firsts[gap.id])
                gaps.append(Gap(counted=gap, query=words[0] if words else ""))
    order = {gap.id: place for place, gap in enumerate(found)}
    return sorted(gaps, key=lambda gap: order[gap.counted.id])


async def _opened(tx: TenantTx, sealer: Sealer, each: SealedQuestion) -> tuple[str, Vector] | None:
    """Its words and their vector; None when its conversation's key is gone."""
    try:
        key = await sealer.conversation_key(tx, each.conversation_id)
        text = open_with(key, _place(each.conversation_id, each.seq, "asked"), each.asked).decode()
        vector = open_with(key, _place(each.conversation_id, each.seq, "vector"), each.vector)
    except SealBroken:
        return None
    return text, np.frombuffer(vector, np.float32)


def _place(conversation_id: str, seq: int, column: str) -> bytes:
    return f"knowledge_questions\0{conversation_id}\0{seq}\0{column}".encode()
