"""Telephone numbers as people say them and recognizers write them: to digits, to E.164, and back to speech. Pure.

"two oh two, double five five, 01 42" and "(202) 555-0142" are the same number. A number is spoken from the stored
value only, digit by digit in the groups of its country.
"""

import re
from collections.abc import Iterator

import phonenumbers

_ONES = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
}  # fmt: skip
_TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
    "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
_TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6", "seventy": "7",
    "eighty": "8", "ninety": "9",
}  # fmt: skip
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_ENDINGS = {"hundred": "00", "thousand": "000"}
# A recognizer hears these for digits; only between digits are they taken for one.
_SOUNDS_LIKE = {"to": "2", "too": "2", "for": "4", "fore": "4", "ate": "8", "won": "1", "owe": "0"}
_BEGIN = frozenset((*_ONES, *_TEENS, *_TENS, *_TIMES, *_SOUNDS_LIKE))  # all other words are passed over at once
# Said within a number without ending it.
_FILLERS = frozenset(
    (
        "uh",
        "um",
        "er",
        "erm",
        "hmm",
        "and",
        "then",
        "dash",
        "hyphen",
        "dot",
        "point",
        "space",
        "area",
        "code",
        "plus",
        "is",
    )
)
_CORRECTIONS = frozenset(["no", "sorry", "actually", "wait", "oops", "rather", "correction", "mean"])
_WORD = re.compile(r"[0-9]+|[a-z']+")
_LONGEST = 2_000  # characters looked at; nobody dictates a longer number


def digits(text: str) -> str:
    """All digits that are said in `text`, in order: "double five, oh one" is "5501"."""
    return "".join(run for run, _ in _runs(text))


def parse_phone(text: str, region: str = "US") -> str | None:
    """The number said in `text` as E.164, or None when there is no valid one.

    The last valid number counts, for people correct themselves; a short correction ("no, 0142") replaces the end.
    """
    found: str | None = None
    so_far = ""
    for run, corrects in _runs(text):
        if corrects and len(run) < len(so_far) and _valid(run, region) is None:
            so_far = so_far[: -len(run)] + run
        elif _valid(run, region):
            so_far = run
        else:
            so_far += run
        found = _valid(so_far, region) or found
    if "+" in text:
        return _valid("+" + so_far, region) or found
    return found


def say_phone(e164: str) -> str:
    """ "2 0 2, 5 5 5, 0 1 4 2" for a number of the home country, with "plus" and its code for another."""
    number = phonenumbers.parse(e164, None)
    if number.country_code == 1:
        national = phonenumbers.national_significant_number(number)
        groups = [national[:3], national[3:6], national[6:]]
    else:
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        groups = re.findall(r"\d+", written)
        return "plus " + ", ".join(map(" ".join, groups))
    return ", ".join(" ".join(group) for group in groups if group)


def _valid(run: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(run, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Stretches of digits, and whether a word of correction stands before each."""
    run, corrects, correcting = "", False, False
    words = _WORD.findall(text[:_LONGEST].lower())
    place = 0
    while place < len(words):
        word = words[place]
        said, used = _number(words, place) if word in _BEGIN or word.isdigit() else ("", 0)
        if said:
            if not run:
                corrects = correcting
            run += said
            place += used
            correcting = False
            continue
        place += 1
        if word in _FILLERS:
            continue
        if run:
            yield run, corrects
            run = ""
        correcting = correcting or word in _CORRECTIONS
    if run:
        yield run, corrects


def _number(words: list[str], place: int) -> tuple[str, int]:
    """The digits that begin at `place` and how many words they took; ("", 0) when none do."""
    word = words[place]
    after = words[place + 1] if place + 1 < len(words) else ""
    if word in _TIMES:
        single = _ONES.get(after) or (after if len(after) == 1 and after.isdigit() else "")
        return (single * _TIMES[word], 2) if single else ("", 0)
    if word in _TENS:
        return (_TENS[word] + _ONES[after], 2) if _ONES.get(after, "0") != "0" else (_TENS[word] + "0", 1)
    said = word if word.isdigit() else _ONES.get(word) or _TEENS.get(word, "")
    if said and after in _ENDINGS:
        return said + _ENDINGS[after], 2
    if not said and word in _SOUNDS_LIKE and place and _is_number(words[place - 1]) and _is_number(after):
        said = _SOUNDS_LIKE[word]
    return said, 1 if said else 0


def _is_number(word: str) -> bool:
    return word.isdigit() or word in _ONES or word in _TEENS or word in _TENS or word in _TIMES
