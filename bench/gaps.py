"""Measures the two numbers of knowledge gaps: `python -m bench.gaps [--vectors FILE]`.

When are two questions one gap? Of the questions of `bench/retrieval_set`, each pair is compared: those that want the
same answer ought to be joined, all others not. And when was something only not found? For that, how sure the best
passage was of the questions that were not answered, answerable and not.
"""

import argparse
import asyncio
from collections.abc import Iterable
from pathlib import Path

from bench.asked import sets
from bench.retrieval import Kept, gather
from flowyte.knowledge.decide import REJECT_BELOW
from flowyte.knowledge.gaps import ALIKE, NEAR

LIKENESS = (0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80)
NEARNESS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)


def likeness(model: Kept) -> tuple[list[float], list[float]]:
    """Of pairs of questions with the same answer, and of all other pairs, within each document."""
    same: list[float] = []
    other: list[float] = []
    for document in sets(held_out=False):
        asked = [
            (question, str(entry["answer"])) for entry in document["answerable"] for question in entry["questions"]
        ]
        asked += [(question, f"none {number}") for number, question in enumerate(document["unanswerable"])]
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vectors", type=Path, help="a file that keeps the embeddings, as of bench.retrieval")
    model = Kept(parser.parse_args().vectors)
    same, other = likeness(model)
    print("likeness   same answer, joined      another answer, joined")
    for least in LIKENESS:
        print(
            f"    {least:.2f}   {share(same, least)}   {share(other, least)}{'  <- in use' if least == ALIKE else ''}"
        )
    cases = asyncio.run(gather(model, held_out=False, exact=False))
    sure = [(case.asked, case.passages[0].score) for case in cases]
    print("\nnot answered, and this sure   answerable                unanswerable")
    for least in (NEAR, *NEARNESS):
        columns = (
            share((score for asked, score in sure if score < REJECT_BELOW and bool(asked.answer) == answered), least)
            for answered in (True, False)
        )
        print(f"    {least:.2f}   {'   '.join(columns)}{'  <- in use' if least == NEAR else ''}")


if __name__ == "__main__":
    main()
