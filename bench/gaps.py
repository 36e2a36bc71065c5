"""Measures the two numbers of knowledge gaps: `python -m bench.gaps`.

When are two questions one gap? Of the questions of `bench/retrieval_set`, each pair is compared: those that want the
same answer ought to be joined, all others not. And when was something only not found? For that, the best score of the
questions that found nothing good enough, answerable and not.
"""

import asyncio
import json
from collections.abc import Iterable

from bench.retrieval import SETS, measure
from flowyte.kit.settings import load
from flowyte.knowledge.gaps import ALIKE, NEAR
from flowyte.knowledge.search import MEANING_WEIGHT, REJECT_BELOW
from flowyte.providers.builtin.minilm import MiniLm
from flowyte.providers.store.fetch import resolve

LIKENESS = (0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80)


def likeness() -> tuple[list[float], list[float]]:
    """Of pairs of questions with the same answer, and of all other pairs, within each business."""
    settings, _ = load()
    model = MiniLm(resolve("minilm-l6-v2", settings.models_dir))
    same: list[float] = []
    other: list[float] = []
    for path in sorted(SETS.glob("*.json")):
        business = json.loads(path.read_text(encoding="utf-8"))
        asked = [(question, entry["answer"]) for entry in business["answerable"] for question in entry["questions"]]
        asked += [(question, f"none {number}") for number, question in enumerate(business["unanswerable"])]
        vectors = model.embed([question for question, _ in asked])
        alike = vectors @ vectors.T
        for one in range(len(asked)):
            for two in range(one):
                (same if asked[one][1] == asked[two][1] else other).append(float(alike[one, two]))
    return same, other


def share(values: Iterable[float], least: float) -> str:
    values = list(values)
    count = sum(value >= least for value in values)
    return f"{count:4} of {len(values):5} ({count / max(1, len(values)):.2%})"


def main() -> None:
    same, other = likeness()
    print("likeness   same answer, joined      another answer, joined")
    for least in LIKENESS:
        print(
            f"    {least:.2f}   {share(same, least)}   {share(other, least)}{'  <- in use' if least == ALIKE else ''}"
        )
    asked = [each for by in asyncio.run(measure([MEANING_WEIGHT])).values() for each in by[MEANING_WEIGHT]]
    below = [each for each in asked if each.score < REJECT_BELOW]
    written = [each.score for each in below if each.answer is not None]
    missing = [each.score for each in below if each.answer is None]
    print(f"\nFound nothing good enough, and reached {NEAR:.2f}:")
    print(f"  answerable    {share(written, NEAR)}")
    print(f"  unanswerable  {share(missing, NEAR)}")


if __name__ == "__main__":
    main()
