"""Measures when to answer and when to say "I do not know": `python -m bench.retrieval [--json] [--sweep]`.

Questions of two businesses (the demo clinic, and a bicycle shop written for this) are asked of the real search, on a
real PostgreSQL with the built-in embeddings: as written, and as a recognizer gives them (small letters, no marks).
Each has the answer that must come first, or none. For every threshold: how many answerable questions got the right
answer, how many a wrong one, how many unanswerable ones were answered at all.

The clinic chose weight and threshold; the bicycle shop is the check on both and was not looked at in choosing.
"""

import argparse
import asyncio
import json
import re
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowyte.kit.db import Database, TenantTx
from flowyte.kit.migrate import migrate
from flowyte.kit.postgres import start
from flowyte.kit.settings import load
from flowyte.knowledge.ingest import index_source
from flowyte.knowledge.model import Embedder
from flowyte.knowledge.search import MEANING_WEIGHT, REJECT_BELOW, search
from flowyte.knowledge.sources import create_source
from flowyte.minds.demo import load_clinic
from flowyte.providers.builtin.minilm import MiniLm
from flowyte.providers.store.fetch import resolve
from flowyte.tenancy.organizations import create_organization, system_principal

SETS = Path(__file__).parent / "retrieval_set"
THRESHOLDS = tuple(round(0.30 + 0.02 * n, 2) for n in range(21))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question; `answer` is part of the text that must come first, or None. `found` is (score, right)."""

    question: str
    answer: str | None
    score: float
    text: str

    @property
    def right(self) -> bool:
        return self.answer is not None and self.answer in self.text


def forms(question: str) -> list[str]:
    """As written, and as heard."""
    return list(dict.fromkeys((question, re.sub(r"[^\w\s']", "", question.lower()))))


def sources_of(business: dict[str, Any]) -> list[dict[str, Any]]:
    if business["name"] == "clinic":
        return load_clinic().sources
    return [
        {"kind": "faq", "name": "Questions", "faq": business["faq"]},
        {"kind": "text", "name": "About us", "content": business["text"]},
    ]


async def ask_all(
    tx: TenantTx, embedder: Embedder, agent_id: str, business: dict[str, Any], weight: float
) -> list[Asked]:
    labelled = [(q, entry["answer"]) for entry in business["answerable"] for q in entry["questions"]]
    labelled += [(q, None) for q in business["unanswerable"]]
    asked = []
    for question, answer in labelled:
        for form in forms(question):
            vector = embedder.embed([form])[0].tolist()
            best = await search(
                tx, agent_id=agent_id, source_ids=None, query=form, embedding=vector, limit=1, meaning_weight=weight
            )
            asked.append(Asked(question=form, answer=answer, score=best[0].score, text=best[0].text))
    return asked


def tally(asked: list[Asked], threshold: float) -> dict[str, float]:
    """Shares: `right`, `wrong` of the answerable, `invented` of the unanswerable; `precision` of the answers given."""
    known = [a for a in asked if a.answer is not None]
    unknown = [a for a in asked if a.answer is None]
    right = sum(a.right and a.score >= threshold for a in known)
    wrong = sum(not a.right and a.score >= threshold for a in known)
    invented = sum(a.score >= threshold for a in unknown)
    return {
        "threshold": threshold,
        "right": right / len(known),
        "wrong": wrong / len(known),
        "invented": invented / len(unknown),
        "precision": right / max(1, right + wrong + invented),
    }


async def measure(weights: list[float]) -> dict[str, dict[float, list[Asked]]]:
    settings, _ = load()
    embedder = MiniLm(resolve("minilm-l6-v2", settings.models_dir))
    results: dict[str, dict[float, list[Asked]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        cluster = await start(Path(folder) / "database")
        try:
            await migrate(cluster.owner_dsn)
            database = await Database.open(cluster.app_dsn, size=2)
            owner = system_principal((await create_organization(database, "Bench")).org)
            for path in sorted(SETS.glob("*.json")):
                business = json.loads(path.read_text(encoding="utf-8"))
                agent_id = f"agt_{uuid.uuid4().hex[:8]}"
                async with database.tenant(owner) as tx:
                    for source in sources_of(business):
                        made = await create_source(tx, agent_id=agent_id, **source)
                        await index_source(tx, embedder, made.id)
                    results[business["name"]] = {
                        weight: await ask_all(tx, embedder, agent_id, business, weight) for weight in weights
                    }
            await database.close()
        finally:
            cluster.stop()
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sweep", action="store_true", help="try other weights of meaning against words")
    parser.add_argument("--misses", action="store_true", help="list what went wrong at the threshold in use")
    options = parser.parse_args()
    weights = [0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0] if options.sweep else [MEANING_WEIGHT]
    results = asyncio.run(measure(weights))
    table = {
        name: {str(weight): [tally(asked, t) for t in (*THRESHOLDS, REJECT_BELOW)] for weight, asked in by.items()}
        for name, by in results.items()
    }
    if options.json:
        print(json.dumps(table, indent=1))
        return
    for name, by in results.items():
        for weight, asked in by.items():
            print(f"\n{name}, weight of meaning {weight}, {len(asked)} questions")
            print("threshold   right   wrong  invented  precision")
            for threshold in sorted({*THRESHOLDS, REJECT_BELOW}):
                t = tally(asked, threshold)
                mark = "  <- in use" if threshold == REJECT_BELOW else ""
                shares = f"{t['right']:7.1%} {t['wrong']:7.1%} {t['invented']:9.1%} {t['precision']:10.1%}"
                print(f"     {threshold:.2f} {shares}{mark}")
            if options.misses:
                for a in asked:
                    given = a.score >= REJECT_BELOW
                    if (a.answer is None and given) or (a.answer is not None and not (a.right and given)):
                        print(f"  {a.score:.2f} {a.question!r} -> {a.text[:60]!r} (wanted {a.answer!r})")


if __name__ == "__main__":
    main()
