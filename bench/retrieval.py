"""Measures what the search finds and when it answers: `python -m bench.retrieval [--held-out] [--vectors FILE]`.

Questions about eight agents are asked of the real search, on a real PostgreSQL with the built-in embeddings: the demo
clinic, a bicycle shop written for this, and six documents that come with Debian packages (`apt-get install debian-faq
python3.11-doc gnome-user-docs git-doc installation-guide-amd64`; one that is not installed is said to be skipped). Each
is asked as written, and as a recognizer gives it. Everything was fitted on five of the agents
(`bench.retrieval_weights`); the other three, with questions that were written before they were first measured, are
asked with `--held-out`.

Indexing embeds about 9,000 wordings, which takes some minutes; `--vectors FILE` keeps them from one run to the next.
"""

import argparse
import asyncio
import json
import pickle
import tempfile
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.asked import Asked, asked_of, sets, sources_of
from flowyte.conversation.reply import Passage
from flowyte.kit.db import Database
from flowyte.kit.migrate import migrate
from flowyte.kit.postgres import start
from flowyte.kit.settings import load
from flowyte.knowledge.decide import REJECT_BELOW, Candidate, Question, judged, ranked
from flowyte.knowledge.ingest import index_source
from flowyte.knowledge.search import candidates
from flowyte.knowledge.sources import create_source
from flowyte.providers.builtin.minilm import MiniLm
from flowyte.providers.store.fetch import resolve
from flowyte.tenancy.organizations import create_organization, system_principal
from flowyte.tenancy.principal import Principal

BEST = 5
BEFORE = 0.45  # the threshold on likeness, until the decision was made of signs
THRESHOLDS = (0.4, 0.5, 0.6, 0.7, 0.8)
ALL_OF_THEM = 10_000_000  # probes compared exactly: none is left to the sketches


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question with what was looked at closely, in the search as it is and in one without sketches."""

    document: str
    asked: Asked
    question: Question
    candidates: list[Candidate]
    exact: list[Candidate]

    @property
    def passages(self) -> tuple[Passage, ...]:
        return judged(self.question, self.candidates)

    @property
    def before(self) -> tuple[Passage, ...]:
        """By likeness alone, as it was until the decision was made of signs."""
        likest = sorted(self.candidates, key=lambda one: -one.likeness)
        return tuple(
            Passage(source_id=one.source_id, chunk_id=one.chunk_id, title=one.title, text=one.text, score=one.likeness)
            for one in likest
        )

    def alone(self, *, before: bool) -> bool:
        """The answer is in the very words of one of the five surest, which may stand beside each other."""
        if before:
            return any(self.right(passage) for passage in self.before[:BEST])
        surest = ranked(self.question, self.candidates)[:BEST]
        return any(self.asked.answered_by(one.title, one.text) for one, _, _ in surest)

    def right(self, passage: Passage) -> bool:
        """Quoted as it is, it answers."""
        return self.asked.answered_by(passage.title, passage.text)

    def holds(self, passage: Passage) -> bool:
        """The answer is in what a language model is given of it."""
        return self.asked.answered_by(passage.title, passage.whole)


class Kept:
    """The built-in embedder, with vectors kept in a file."""

    def __init__(self, vectors: Path | None) -> None:
        settings, _ = load()
        self._model = MiniLm(resolve("minilm-l6-v2", settings.models_dir))
        self._file = vectors
        # Written by an earlier run of this program, for whoever runs it.
        self._kept: dict[str, npt.NDArray[np.float32]] = (
            pickle.loads(vectors.read_bytes()) if vectors and vectors.exists() else {}
        )

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        for text in texts:
            if text not in self._kept:
                self._kept[text] = self._model.embed([text])[0]
        return np.stack([self._kept[text] for text in texts])

    def save(self) -> None:
        if self._file:
            self._file.write_bytes(pickle.dumps(self._kept))


@asynccontextmanager
async def database_of(name: str) -> AsyncIterator[tuple[Database, Principal]]:
    with tempfile.TemporaryDirectory() as folder:
        cluster = await start(Path(folder) / "database")
        try:
            await migrate(cluster.owner_dsn)
            database = await Database.open(cluster.app_dsn, size=2)
            yield database, system_principal((await create_organization(database, name)).org)
            await database.close()
        finally:
            cluster.stop()


async def gather(embedder: Kept, *, held_out: bool, exact: bool) -> list[Case]:
    """Every question of every document that is there, asked."""
    cases: list[Case] = []
    async with database_of("Bench") as (database, owner):
        for document in sets(held_out=held_out):
            sources = sources_of(document)
            if not sources:
                print(f"skipped: {document['name']}; apt-get install {document['package']}")
                continue
            agent = f"agt_{uuid.uuid4().hex[:8]}"
            async with database.tenant(owner) as tx:
                for source in sources:
                    made = await create_source(tx, agent_id=agent, **source)
                    await index_source(tx, embedder, made.id)
            embedder.save()
            async with database.tenant(owner) as tx:
                for asked in asked_of(document):
                    vector = embedder.embed([asked.form])[0].tolist()
                    found = []
                    for nearest in ({}, {"nearest": ALL_OF_THEM}) if exact else ({},):
                        found.append(
                            await candidates(
                                tx, agent_id=agent, source_ids=None, query=asked.form, embedding=vector, **nearest
                            )
                        )
                    cases.append(
                        Case(
                            document=document["name"], asked=asked, question=found[0][0], candidates=found[0][1],
                            exact=found[-1][1],
                        )
                    )  # fmt: skip
    embedder.save()
    return cases


def tally(cases: Sequence[Case], threshold: float = REJECT_BELOW, *, before: bool = False) -> dict[str, float]:
    """Shares of the answerable: the answer in the best five with what stands around them, and in the words of the five
    surest alone; first of them; answered at all, with the very passage, with one that stands beside it, wrongly.
    `invented` is the share of the unanswerable that were answered; `kept` of the best five of an exact search."""
    known = [case for case in cases if case.asked.answer]
    unknown = [case for case in cases if not case.asked.answer]
    best = [(case, case.before if before else case.passages) for case in known]
    given = [(case, found[0]) for case, found in best if found and found[0].score >= threshold]
    right = sum(case.right(passage) for case, passage in given)
    near = sum(case.holds(passage) for case, passage in given) - right
    invented = sum((case.before if before else case.passages)[0].score >= threshold for case in unknown)
    kept = [
        len({p.chunk_id for p in case.passages[:BEST]} & {p.chunk_id for p in judged(case.question, case.exact)[:BEST]})
        / max(1, min(BEST, len(case.exact)))
        for case in cases
    ]
    return {
        "answerable": len(known),
        "unanswerable": len(unknown),
        "bestFive": sum(any(case.holds(p) for p in found[:BEST]) for case, found in best) / max(1, len(known)),
        "alone": sum(case.alone(before=before) for case in known) / max(1, len(known)),
        "first": sum(bool(found) and case.right(found[0]) for case, found in best) / max(1, len(known)),
        "answered": len(given) / max(1, len(known)),
        "right": right / max(1, len(known)),
        "near": near / max(1, len(known)),
        "wrong": (len(given) - right - near) / max(1, len(known)),
        "invented": invented / max(1, len(unknown)),
        "kept": sum(kept) / max(1, len(kept)),
    }


def misses(cases: Sequence[Case], threshold: float) -> list[str]:
    told = []
    for case in cases:
        best = case.passages[0]
        given = best.score >= threshold
        if given != bool(case.asked.answer) or (given and not case.right(best)):
            told.append(f"{best.score:.2f} {case.asked.form!r} -> {best.title[-40:]}: {best.text[:60]!r}")
            told.append(f"     {best.doubt}")
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--held-out", action="store_true", help="the documents that nothing was fitted on")
    parser.add_argument("--misses", action="store_true", help="list what went wrong at the threshold in use")
    parser.add_argument("--vectors", type=Path, help="a file that keeps the embeddings")
    options = parser.parse_args()
    cases = asyncio.run(gather(Kept(options.vectors), held_out=options.held_out, exact=True))
    table = {
        name: tally([case for case in cases if name in (case.document, "all")])
        for name in [*dict.fromkeys(case.document for case in cases), "all"]
    }
    table["all, as before"] = tally(cases, BEFORE, before=True)
    for threshold in THRESHOLDS:
        table[f"all, from {threshold}"] = tally(cases, threshold)
    if options.json:
        print(json.dumps(table, indent=1))
        return
    print(f"{'':24} {'  '.join(f'{name:>12}' for name in next(iter(table.values())))}")
    for name, shares in table.items():
        cells = [f"{v:12}" if isinstance(v, int) else f"{v:12.1%}" for v in shares.values()]
        print(f"{name:24} {'  '.join(cells)}")
    if options.misses:
        print("\n".join(misses(cases, REJECT_BELOW)))


if __name__ == "__main__":
    main()
