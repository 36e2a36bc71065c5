"""Splits text into the word pieces that BERT-like models were trained on (lower case, accents removed)."""

import unicodedata
from collections.abc import Iterator

_LONGEST = 100


def words(text: str) -> Iterator[str]:
    """Words and single marks. Control characters vanish; ideographs stand alone."""
    word = ""
    for char in unicodedata.normalize("NFD", text.lower()):
        kind = unicodedata.category(char)
        if kind == "Mn":
            continue
        alone = kind[0] == "P" or (kind[0] == "S" and char.isascii()) or "\u4e00" <= char <= "\u9fff"
        if alone or char.isspace() or kind[0] == "C":
            if word:
                yield word
            word = ""
            if alone:
                yield char
        else:
            word += char
    if word:
        yield word


def pieces(text: str, vocabulary: dict[str, int]) -> list[int]:
    """Numbers of the longest pieces that make up each word; a word that cannot be made is `[UNK]`."""
    found: list[int] = []
    for word in words(text):
        found += _split(word, vocabulary) or [vocabulary["[UNK]"]]
    return found


def _split(word: str, vocabulary: dict[str, int]) -> list[int]:
    found: list[int] = []
    at = 0
    while at < len(word) <= _LONGEST:
        for end in range(len(word), at, -1):
            number = vocabulary.get(("##" if at else "") + word[at:end])
            if number is not None:
                found.append(number)
                at = end
                break
        else:
            return []
    return found
