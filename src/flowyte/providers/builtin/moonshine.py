"""Moonshine tiny: English speech to text on plain onnxruntime, greedy, one utterance at a time.

Works on 16 kHz sound of up to about 15 s. Safe for several threads at once; what it hears in noise is bounded by
tokens a second, because a decoder left alone repeats itself.
"""

from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from flowyte.providers.builtin.session import open_model

RATE = 16_000
# The encoder's strided convolutions need this much to give one frame.
SHORTEST = 2_000
_HEADS, _WIDTH = 8, 36
_SAMPLES_A_FRAME = 384
_START, _END = 1, 2
# Fast speech is about 6 tokens a second; more is repetition.
_TOKENS_A_SECOND = 7.0
_SPACE = "\u2581"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """`confidence` is the geometric mean of the chosen tokens' probabilities."""

    text: str
    confidence: float


NOTHING = Transcript(text="", confidence=0.0)


class Moonshine:
    def __init__(self, files: dict[str, Path], *, threads: int = 1) -> None:
        self._encoder = open_model(files["encoder.ort"], threads=threads)
        self._decoder = open_model(files["decoder.ort"], threads=threads)
        self._pieces = read_vocabulary(files["tokenizer.bin"].read_bytes())
        self._outputs = [output.name.replace("present", "past_key_values") for output in self._decoder.get_outputs()]

    def transcribe(self, samples: npt.NDArray[np.float32]) -> Transcript:
        if len(samples) < SHORTEST:
            return NOTHING
        sound = samples[None].astype(np.float32)
        (hidden,) = self._encoder.run(None, {"input_values": sound, "attention_mask": np.ones(sound.shape, np.int64)})
        limit = int(len(samples) / RATE * _TOKENS_A_SECOND) + 4
        tokens, log_probability = self._decode(hidden, limit)
        if not tokens:
            return NOTHING
        confidence = exp(log_probability / (len(tokens) + 1))
        return Transcript(text=spell(tokens, self._pieces), confidence=confidence)

    def _decode(self, hidden: npt.NDArray[np.float32], limit: int) -> tuple[list[int], float]:
        feeds: dict[str, Any] = {
            "encoder_hidden_states": hidden,
            # The decoder thins this mask itself from samples to the encoder's frames, every 384th.
            "encoder_attention_mask": np.ones((1, hidden.shape[1] * _SAMPLES_A_FRAME), np.int64),
            "use_cache_branch": np.array([False]),
            "input_ids": np.array([[_START]], np.int64),
        }
        empty = np.zeros((1, _HEADS, 0, _WIDTH), np.float32)
        feeds.update({name: empty for name in self._outputs[1:]})
        tokens: list[int] = []
        total = 0.0
        while len(tokens) < limit:
            found = self._decoder.run(None, feeds)
            scores = found[0][0, -1]
            chosen = int(scores.argmax())
            total += float(scores[chosen] - _log_sum(scores))
            if chosen == _END:
                break
            tokens.append(chosen)
            for name, value in zip(self._outputs[1:], found[1:], strict=True):
                # The encoder's keys are complete after the first run, and the cached branch does not repeat them.
                if ".decoder." in name or len(tokens) == 1:
                    feeds[name] = value
            feeds["input_ids"] = np.array([[chosen]], np.int64)
            feeds["use_cache_branch"] = np.array([True])
        return tokens, total


def _log_sum(scores: npt.NDArray[np.float32]) -> float:
    top = scores.max()
    return float(top + np.log(np.exp(scores - top).sum()))


def read_vocabulary(data: bytes) -> list[bytes]:
    """Pieces in the order of their numbers: each a length, in one byte below 128 or two above, and that many bytes."""
    pieces: list[bytes] = []
    at = 0
    while at < len(data):
        length = data[at]
        at += 1
        if length >= 128:
            length = data[at] * 128 + length - 128
            at += 1
        pieces.append(data[at : at + length])
        at += length
    return pieces


def spell(tokens: list[int], pieces: list[bytes]) -> str:
    """Text of tokens. Single bytes spell what the vocabulary has no piece for; marks like <s> are left out."""
    joined = b"".join(pieces[token] for token in tokens if token < len(pieces) and not _is_mark(pieces[token]))
    return joined.decode("utf-8", "ignore").replace(_SPACE, " ").strip()


def _is_mark(piece: bytes) -> bool:
    return len(piece) > 2 and piece.startswith(b"<") and piece.endswith(b">")
