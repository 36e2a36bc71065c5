"""all-MiniLM-L6-v2: sentences as unit vectors of 384 numbers, by its forward pass written in numpy.

Six layers need no framework. The words' vectors are mapped from the file; the layers' matrices are copied, column by
column, for which the product of a short sentence takes two thirds of the time. Blocking: 10 to 15 ms a short sentence
on one core; call it from a thread.
"""

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from flowyte.providers.builtin.wordpiece import pieces

Array = npt.NDArray[np.float32]
DIMENSIONS = 384
_HEADS = 12
_LAYERS = 6
_EPSILON = 1e-12
LONGEST = 256  # pieces, as trained; the rest of a text is not seen


class MiniLm:
    dimensions = DIMENSIONS

    def __init__(self, files: dict[str, Path]) -> None:
        # These matrices are small: several threads gain little when all cores are free, and when they are not, they
        # wait for each other in loops. On two busy cores a sentence took 168 ms of processor time, and 14 with one.
        threadpool_limits(1, user_api="blas")
        self._weights = read_safetensors(files["model.safetensors"])
        for name, matrix in self._weights.items():  # 42 MB; the file's own pages are then nobody's, and given back
            if ".layer." in name and matrix.ndim == 2:
                self._weights[name] = np.asfortranarray(matrix)
        lines = files["vocab.txt"].read_text(encoding="utf-8").split("\n")
        self._vocabulary = {line: number for number, line in enumerate(lines) if line}

    def embed(self, texts: Sequence[str]) -> Array:
        """(len(texts), 384), each row of length one; cosine similarity is a dot product."""
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32)
        return np.stack([self._one(text) for text in texts])

    def _one(self, text: str) -> Array:
        # One text at a time: a batch would be padded to its longest, and numpy gains nothing from it here.
        numbers = pieces(text, self._vocabulary)[: LONGEST - 2]
        tokens = [self._vocabulary["[CLS]"], *numbers, self._vocabulary["[SEP]"]]
        weights = self._weights
        hidden = (
            weights["embeddings.word_embeddings.weight"][tokens]
            + weights["embeddings.position_embeddings.weight"][: len(tokens)]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._norm(hidden, "embeddings.LayerNorm")
        for layer in range(_LAYERS):
            hidden = self._layer(hidden, f"encoder.layer.{layer}")
        mean = hidden.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)

    def _layer(self, hidden: Array, name: str) -> Array:
        attended = self._attend(hidden, f"{name}.attention.self")
        hidden = self._norm(
            hidden + self._linear(attended, f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm"
        )
        inner = _gelu(self._linear(hidden, f"{name}.intermediate.dense"))
        return self._norm(hidden + self._linear(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _attend(self, hidden: Array, name: str) -> Array:
        length = len(hidden)

        def heads(part: str) -> Array:
            return self._linear(hidden, f"{name}.{part}").reshape(length, _HEADS, -1).transpose(1, 0, 2)

        query, key, value = heads("query"), heads("key"), heads("value")
        scores = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(DIMENSIONS / _HEADS))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares = scores / scores.sum(axis=-1, keepdims=True)
        return np.asarray((shares @ value).transpose(1, 0, 2).reshape(length, DIMENSIONS))

    def _linear(self, hidden: Array, name: str) -> Array:
        return np.asarray(hidden @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"])

    def _norm(self, hidden: Array, name: str) -> Array:
        centred = hidden - hidden.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + _EPSILON)
        return np.asarray(centred / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"])


def _gelu(x: Array) -> Array:
    """x Φ(x), with the error function to 1.5e-7 (Abramowitz and Stegun, 7.1.26), as numpy has none."""
    z = np.abs(x) * np.float32(0.7071067811865476)
    t = 1 / (1 + np.float32(0.3275911) * z)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    error = np.sign(x) * (1 - poly * np.exp(-z * z))
    return np.asarray(0.5 * x * (1 + error), np.float32)


def read_safetensors(path: Path) -> dict[str, Array]:
    """Float32 tensors of a safetensors file, as views of a read-only map of it."""
    mapped = np.memmap(path, np.uint8, "r")
    (length,) = struct.unpack("<Q", mapped[:8].tobytes())
    header: dict[str, Any] = json.loads(mapped[8 : 8 + length].tobytes())
    tensors: dict[str, Array] = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            raw = mapped[8 + length + start : 8 + length + end]
            tensors[name] = np.asarray(raw).view("<f4").reshape(entry["shape"])
    return tensors
