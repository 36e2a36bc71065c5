"""Embeddings off the event loop: one model, one thread, for searching and indexing."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

from flowyte.providers.builtin.minilm import MiniLm
from flowyte.providers.store.fetch import resolve


class Embedder:
    """`embed` blocks (10 ms a text); `embed_off_loop` does not."""

    def __init__(self, models_dir: Path) -> None:
        self._model = MiniLm(resolve("minilm-l6-v2", models_dir))
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="embed")

    def embed(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """(n, 384), unit rows."""
        return self._model.embed(texts)

    async def embed_off_loop(self, texts: list[str]) -> npt.NDArray[np.float32]:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.embed, texts)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
