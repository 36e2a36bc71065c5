"""How long a silence must be before it ends the turn. Pure.

Whoever sounds finished is answered after `min_silence_ms`; whoever does not is waited for, at most `max_silence_ms`.
Digits are dictated with pauses and sound finished after each group, so they always get the longer wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

# Eight windows of the detector: enough for text and judgement, begun after four, to be there.
_MIN_SILENCE_MS = 256
_MAX_SILENCE_MS = 1_600
_FINISHED = 0.5
# A caller who still sounds unfinished is asked about once more after this part of the longest wait.
_LOOK_AGAIN = 0.4
_DIGITS_MS = 1_300
_NAME_MS = 500
# Words that nobody ends a sentence with.
_DANGLING = frozenset(
    (
        *("a", "an", "the", "and", "or", "but", "because", "so", "if", "my", "your", "our", "is", "are", "to", "of"),
        *("for", "with", "from", "at", "um", "uh", "er", "i'm", "it's", "that's"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpointing:
    """As an agent version has it under `endpointing`. Without `semantic`, `min_silence_ms` alone ends a turn."""

    min_silence_ms: int = _MIN_SILENCE_MS
    max_silence_ms: int = _MAX_SILENCE_MS
    semantic: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.min_silence_ms <= self.max_silence_ms:
            raise ValueError("minSilenceMs must be positive and at most maxSilenceMs")

    @classmethod
    def from_agent(cls, agent: Mapping[str, object]) -> Self:
        """From an agent's snapshot; what is absent or makes no sense is the default."""
        given = agent.get("endpointing")
        given = given if isinstance(given, Mapping) else {}
        shortest = _ms(given.get("minSilenceMs"), _MIN_SILENCE_MS)
        longest = max(shortest, _ms(given.get("maxSilenceMs"), _MAX_SILENCE_MS))
        return cls(min_silence_ms=shortest, max_silence_ms=longest, semantic=given.get("semantic") is not False)

    @property
    def look_again_ms(self) -> int:
        return max(self.min_silence_ms + 1, int(self.max_silence_ms * _LOOK_AGAIN))

    def wait_ms(self, *, expect: str, finished: float, text: str) -> int:
        """The silence that ends this turn, given the judge's probability and what has been understood so far."""
        if expect == "digits":
            return max(self.min_silence_ms, _DIGITS_MS)
        if not self.semantic or expect == "yes_no":
            return self.min_silence_ms
        if finished < _FINISHED or is_dangling(text):
            return self.max_silence_ms
        return max(self.min_silence_ms, _NAME_MS) if expect == "name" else self.min_silence_ms


def is_dangling(text: str) -> bool:
    """Whether the last word wants another after it. A question or exclamation mark is an end in any case."""
    words = text.lower().rstrip(" .,…").split()
    return bool(words) and not text.rstrip().endswith(("?", "!")) and words[-1] in _DANGLING


def _ms(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else default
