"""What a mouth gives back: sound in pieces, and when each word of the text has been said.

The word times are what makes "only what was heard" possible: a cut at 1,240 ms is turned into a number of characters
of the sentence. How sound is made is a provider's business.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class WordAt:
    """A word of the text being spoken. Times are milliseconds from the first sample of the whole utterance.

    `upto` is how many characters of the text have been heard once this word has ended.
    """

    upto: int
    began_ms: int
    ended_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A piece of an utterance: 16-bit little-endian mono PCM of any length at the asked rate.

    Over all pieces of one utterance every word appears exactly once, in order, at the latest with the piece that
    holds its end.
    """

    pcm: bytes
    words: tuple[WordAt, ...] = ()


def spread(text: str, duration_ms: int, *, began_ms: int = 0) -> tuple[WordAt, ...]:
    """Word times for a voice that gives none: each word gets a share of the sound by its length.

    A pause follows a comma or a full stop, so the mark counts as three letters more.
    """
    words = list(WORD.finditer(text))
    weights = [len(word.group()) + 1 + (3 if word.group()[-1] in ".,;:!?" else 0) for word in words]
    total, passed, at = sum(weights), 0, began_ms
    placed: list[WordAt] = []
    for word, weight in zip(words, weights, strict=True):
        passed += weight
        end = began_ms + duration_ms * passed // total
        placed.append(WordAt(upto=word.end(), began_ms=at, ended_ms=end))
        at = end
    return tuple(placed)


def heard_text(text: str, words: Sequence[WordAt], played_ms: int) -> str:
    """The part of `text` that had been said after `played_ms` of its sound: whole words only."""
    upto = 0
    for word in words:
        if word.ended_ms > played_ms:
            break
        upto = word.upto
    return text[:upto]
