"""What a caller wants done, by the sentences that the operator wrote for each skill: the nearest one, if it is near."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from flowyte.minds.hands import Held

# Cosines with the built-in embedding model. Paraphrases of an example lie at 0.5 to 0.75, other requests below 0.5;
# questions about the same matter ("what is your return policy") at up to 0.6 are the knowledge's, if it has them.
NEAR = 0.55
NEAR_ENOUGH = 0.5  # where the knowledge has nothing to say
THEIR_MATTER = 0.3  # of a caller who asks for a person anyway: only who of several is to be found out
MOST_KEPT = 256  # agents whose examples are kept: 20 skills of 20 sentences are 600 kB

Rows = npt.NDArray[np.float32]


class Embedding(Protocol):
    async def embed_off_loop(self, texts: list[str]) -> Any:
        """(n, 384), unit rows."""
        ...


class Intents:
    """One for a process; the examples of an agent are embedded once."""

    def __init__(self, embedder: Embedding) -> None:
        self._embedder = embedder
        self._kept: dict[tuple[str, ...], Rows] = {}

    async def nearest(self, skills: Sequence[Held], said: Rows) -> tuple[Held, float] | None:
        """The skill with the example nearest to `said`, a unit row, and how near (0 to 1). None without examples."""
        whose = [(held, example) for held in skills for example in examples_of(held)]
        if not whose:
            return None
        rows = await self._rows(tuple(example for _, example in whose))
        scores = rows @ said
        best = int(scores.argmax())
        return whose[best][0], float(scores[best])

    async def _rows(self, examples: tuple[str, ...]) -> Rows:
        rows = self._kept.get(examples)
        if rows is None:
            rows = np.asarray(await self._embedder.embed_off_loop(list(examples)), dtype=np.float32)
            if len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[examples] = rows
        return rows


def examples_of(held: Held) -> list[str]:
    """Sentences by which callers ask for it, as the operator wrote them."""
    found = held.skill.execution_config.get("examples") or ()
    return [str(each) for each in found]
