"""Words for comparing what was said with what was understood: the one place that says what counts as the same.

Lower case, no marks; numerals of one or two digits as the number, longer ones digit by digit ("162" is "one six two"),
on both sides; a few spellings of one word as one. No contraction and no synonym is forgiven.
"""

import re

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SAME = {"ok": "okay", "voicemail": "voice mail", "o'clock": "oclock", "e-mail": "email", "goodbye": "good bye"}


def words(text: str) -> list[str]:
    """Comparable words of a text."""
    text = text.lower().replace("’", "'").replace("-", " ")
    text = re.sub(r"\b\d{1,2}(?=\D|$)|\d", lambda found: f" {number(int(found.group()))} ", text)
    found = [_SAME.get(word, word).split() for word in re.findall(r"[a-z']+", text)]
    return [word.strip("'") for group in found for word in group if word.strip("'")]


def number(value: int) -> str:
    if value < 10:
        return _DIGITS[value]
    if value < 20:
        return _TEENS[value - 10]
    return _TENS[value // 10] + (f" {_DIGITS[value % 10]}" if value % 10 else "")


def distance(said: list[str], understood: list[str]) -> int:
    """Least number of words replaced, added or left out."""
    row = list(range(len(understood) + 1))
    for i, left in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, right in enumerate(understood, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (left != right))
    return row[-1]
