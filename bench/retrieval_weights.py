"""Makes the table that decides whether a passage answers: `python -m bench.retrieval_weights [--vectors FILE]`.

A logistic regression over the signs of `knowledge/decide.py`, fitted on the benchmark's five documents for tuning:
every passage that was looked at closely is an example, and right if it holds the marked answer. The threshold is the
smallest at which at most three in two hundred of their unanswerable questions were answered, each by weights that had
been fitted on the other four documents, as a new one is met. Writes `src/flowyte/knowledge/weights.py`; the same
questions make the same table but for its last digit.
"""

import argparse
import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.retrieval import Case, Kept, gather
from flowyte.knowledge import weights as written
from flowyte.knowledge.decide import evidence

PENALTY = 5.0  # on the squares of the weights, of signs brought to one spread; 2 to 40 made little difference
LESSER = 0.2  # weight of a passage that did not come first by likeness: there are nineteen of them to a question
# Two in a hundred is what it shall be; 329 wordings say it with an error of almost one in a hundred.
MOST_INVENTED = 0.015
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    names: tuple[str, ...]
    weights: Array
    bias: float
    typical: Array

    def sure(self, signs: Array) -> Array:
        return np.asarray(1 / (1 + np.exp(-(signs @ self.weights + self.bias))))


@dataclass(frozen=True, slots=True)
class Example:
    case: Case
    signs: Array  # a row a passage
    right: Array


def examples(cases: Sequence[Case]) -> tuple[tuple[str, ...], list[Example]]:
    made, names = [], ()
    for case in cases:
        signs = [evidence(case.question, one, case.candidates) for one in case.candidates]
        names = tuple(signs[0])
        rows = np.array([list(each.values()) for each in signs])
        right = np.array([case.asked.answered_by(one.title, one.text) for one in case.candidates], float)
        made.append(Example(case, rows, right))
    return names, made


def fitted(names: tuple[str, ...], some: Sequence[Example]) -> Table:
    """Newton's method on the penalized likelihood; the result is in the signs' own units."""
    signs = np.vstack([example.signs for example in some])
    right = np.concatenate([example.right for example in some])
    weight = np.concatenate([[1.0, *[LESSER] * (len(example.right) - 1)] for example in some])
    middle, spread = signs.mean(0), signs.std(0) + 1e-9
    inputs = np.hstack([(signs - middle) / spread, np.ones((len(signs), 1))])
    penalty = np.diag([*[PENALTY] * len(names), 1e-6])
    solution = np.zeros(inputs.shape[1])
    for _ in range(30):
        sure = 1 / (1 + np.exp(-(inputs @ solution)))
        slope = inputs.T @ (weight * (sure - right)) + penalty @ solution
        bend = (inputs * (weight * sure * (1 - sure))[:, None]).T @ inputs + penalty
        solution = solution - np.linalg.solve(bend, slope)
    weights = solution[:-1] / spread
    return Table(names, weights, float(solution[-1] - weights @ middle), signs[right > 0].mean(0))


def threshold(names: tuple[str, ...], some: Sequence[Example]) -> float:
    invented = []
    for left_out in dict.fromkeys(example.case.document for example in some):
        table = fitted(names, [example for example in some if example.case.document != left_out])
        invented += [
            float(table.sure(example.signs).max())
            for example in some
            if example.case.document == left_out and not example.case.asked.answer
        ]
    invented.sort(reverse=True)
    return round(invented[int(MOST_INVENTED * len(invented))] + 0.0005, 3)


def source(table: Table, reject_below: float) -> str:
    rows = [
        f'    "{name}": ({weight:.3f}, {typical:.3f}),'
        for name, weight, typical in zip(table.names, table.weights, table.typical, strict=True)
    ]
    return "\n".join(
        (
            '"""What each sign of `decide` weighs, with what it usually is in a right answer.',
            "",
            "Written by `python -m bench.retrieval_weights`; not by hand.",
            '"""',
            "",
            f"REJECT_BELOW = {reject_below}",
            f"BIAS = {table.bias:.3f}",
            "WEIGHTS: dict[str, tuple[float, float]] = {",
            *rows,
            "}",
            "",
        )
    )


def main(write: Callable[[str], object] = Path(written.__file__).write_text) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vectors", type=Path, help="a file that keeps the embeddings, as of bench.retrieval")
    names, made = examples(asyncio.run(gather(Kept(parser.parse_args().vectors), held_out=False, exact=False)))
    table = fitted(names, made)
    text = source(table, threshold(names, made))
    write(text)
    print(text)


if __name__ == "__main__":
    main()
