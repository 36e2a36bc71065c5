"""Numbers as people say them: "two hundred and five", "minus three point five", "1,250". Pure."""

import re

ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12,
    **{f"{word}th": n for n, word in enumerate(ONES) if n in (4, 6, 7, 10, 11) or n > 12},
    **{f"{word[:-1]}ieth": 10 * n for n, word in enumerate(TENS, 2)},
}  # fmt: skip
SMALL = {
    **{word: n for n, word in enumerate(ONES)},
    **{word: 10 * n for n, word in enumerate(TENS, 2)},
    "oh": 0,
    "nought": 0,
    "none": 0,
    "fourty": 40,
    "couple": 2,
    "dozen": 12,
}
ORDINAL = _ORDINALS
_SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_TOKEN = re.compile(r"-?\d+(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?|[a-z']+")
MOST = 10**15  # larger counts are no answers, and lose digits as a float
MOST_DECIMALS = 6


def words_of(text: str) -> list[str]:
    """In small letters; "twenty-one" is two words, "3rd" is "3"."""
    plain = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text.lower().replace("’", "'"))
    return _TOKEN.findall(re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", plain))


def numbers(text: str) -> list[int | float]:
    """Every number in the text, in order."""
    words, found, place = words_of(text), [], 0
    while place < len(words):
        value, used = _at(words, place)
        if value is not None and abs(value) < MOST:
            found.append(value)
        place += max(used, 1)
    return found


def plain(value: int | float) -> str:
    """Written so that it reads as itself: no exponent, no trailing zeros."""
    if isinstance(value, int):
        return str(value)
    return f"{value:.{MOST_DECIMALS}f}".rstrip("0").rstrip(".")


def _at(words: list[str], place: int) -> tuple[int | float | None, int]:
    """The number that begins at `place` and how many words it took."""
    begin = place
    negative = words[place] in ("minus", "negative")
    place += negative
    whole, used = _whole(words, place)
    place += used
    if not used:
        return None, 0
    value: int | float = whole
    if isinstance(whole, int) and place + 1 < len(words) and words[place] == "point":
        decimals, taken = _decimals(words, place + 1)
        if decimals:
            value, place = float(f"{whole}.{decimals}"), place + 1 + taken
    elif words[place : place + 3] == ["and", "a", "half"]:
        value, place = whole + 0.5, place + 3
    return (-value if negative else value), place - begin


def _whole(words: list[str], place: int) -> tuple[int | float, int]:
    begin, total, part, last = place, 0, 0, 0
    while place < len(words):
        word = words[place]
        if word[-1].isdigit():
            if place > begin:
                break
            written = word.replace(",", "")
            figures = _written(written)
            if not isinstance(figures, int) or not -MOST < figures < MOST:
                return figures, 1
            part, last = figures, 1
        elif word in SMALL and (place == begin or last > SMALL[word] > 0):
            part, last = part + SMALL[word], (10 if SMALL[word] >= 20 else 1)
        elif word == "hundred" and 0 < part < 100:
            part, last = part * 100, 100
        elif word in _SCALES and 0 < part < 1_000_000:
            total, part, last = total + part * _SCALES[word], 0, 1_000
        elif word == "and" and last >= 100 and (words[place + 1 : place + 2] or [""])[0] in SMALL:
            pass
        elif word == "a" and place == begin and (words[place + 1 : place + 2] or [""])[0] in _BIG:
            part, last = 1, 1
        else:
            break
        place += 1
    return total + part, place - begin


_BIG = frozenset(("hundred", *_SCALES))


def _written(text: str) -> int | float:
    if "." not in text:
        return int(text[:20])
    return round(float(text[:40]), MOST_DECIMALS)


def _decimals(words: list[str], place: int) -> tuple[str, int]:
    """ "point two five" is .25, "point twenty five" too."""
    said, begin = "", place
    while place < len(words) and len(said) < MOST_DECIMALS:
        word = words[place]
        if word.isdigit():
            said += word
        elif word in SMALL and SMALL[word] < 20:
            said += str(SMALL[word])
        elif word in SMALL:
            after = SMALL.get(words[place + 1], 0) if place + 1 < len(words) else 0
            said += str(SMALL[word] + (after if 0 < after < 10 else 0))
            place += 0 < after < 10
        else:
            break
        place += 1
    return said[:MOST_DECIMALS], place - begin
