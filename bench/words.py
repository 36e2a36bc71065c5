"""Words for comparing what was said with what was understood: the one place that says what counts as the same.

Lower case, no marks; numerals of one or two digits as the number, longer ones digit by digit ("162" is "one six two"),
"*" and "#" as they are spoken; contractions written out; words that are spelt as one or two as one. All of it on both
sides. No synonym is forgiven, nor any other form of a word.
"""

import re

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SIGNS = {"*": " star ", "#": " pound ", "’": "'", "-": " "}
_WHOLE = {"i'm": "i am", "you're": "you are", "that's": "that is", "cannot": "can not", "ok": "okay"}
# One word or two is a matter of spelling; and the published texts have three misspellings of their own.
_SPELT = {
    **{f"{a} {b}": a + b for a, b in (("key", "words"), ("key", "word"), ("file", "name"), ("touch", "tone"))},
    **{f"{a} {b}": a + b for a, b in (("black", "list"), ("black", "listed"), ("mail", "box"), ("voice", "mail"))},
    **{f"{a} {b}": a + b for a, b in (("re", "record"), ("re", "entered"), ("log", "in"), ("un", "identified"))},
    "represenatives": "representatives",
    "un indentified": "unidentified",
    "witheld": "withheld",
}


def words(text: str) -> list[str]:
    """Comparable words of a text."""
    text = text.lower()
    for sign, meaning in _SIGNS.items():
        text = text.replace(sign, meaning)
    text = re.sub(r"\b\d{1,2}(?=\D|$)|\d", lambda found: f" {number(int(found.group()))} ", text)
    found = [word.strip("'") for word in re.findall(r"[a-z']+", text)]
    joined = f" {' '.join(_WHOLE.get(word, word) for word in found if word)} "
    for written, same in _SPELT.items():
        joined = joined.replace(f" {written} ", f" {same} ")
    return joined.split()


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
