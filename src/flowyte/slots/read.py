"""One value out of one answer. Pure.

People correct themselves within an answer: "the third, no, sorry, the fourth of May". What stands after the words of
correction is read first; when that is no whole value, it replaces the end of the digits before it, and otherwise the
answer is read as it was said.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from flowyte.slots.answers import agreed, read_choice
from flowyte.slots.clock_times import read_time, say_time
from flowyte.slots.days import read_date, say_date
from flowyte.slots.figures import ORDINAL, SMALL, numbers, plain
from flowyte.slots.letters import read_email, read_name, read_postcode, say_email, say_postcode
from flowyte.slots.model import MOST_CHARACTERS, Reading
from flowyte.slots.spoken import digits, parse_phone, say_phone

_CORRECTION = re.compile(
    r"(?<=\w)\W+(?:(?:no|nope|sorry|wait|oops|actually|rather|correction|scratch that|i mean|i meant|make that|or)\b"
    r"\W*)*(?:no|sorry|wait|oops|actually|correction|scratch that|i mean|i meant|make that)\b\W*(?=\w)",
    re.IGNORECASE,
)
MOST_DIGITS = 64


def read(kind: str, said: str, *, today: date, options: Sequence[str] = (), region: str = "US") -> Reading | None:
    """The value of this kind in what was said or keyed; None when there is none. Never raises, whatever the text.

    `options` are those of a choice. `region` is where telephone numbers without a country are from.
    """
    text = said[:MOST_CHARACTERS].strip()
    if not text:
        return None
    if kind == "phone":  # corrects itself, by the end of the number too
        e164 = parse_phone(text, region)
        return Reading(value=e164, spoken=say_phone(e164)) if e164 else None
    if kind == "choice":
        return _corrected(text, lambda part: _choice(part, options))
    if kind == "digits":
        return _digits(text)
    if kind == "yes_no":
        return _corrected(text, _yes_no)
    if kind in ("date", "date_of_birth"):
        return _corrected(text, lambda part: _date(part, today, past=kind == "date_of_birth"))
    reader = _READERS.get(kind, _text)
    return reader(text) if kind in ("text", "address") else _corrected(text, reader)


def _corrected(text: str, reader: Callable[[str], Reading | None]) -> Reading | None:
    """The last part that reads; a part of a correction that reads only in part leaves the whole to be read."""
    parts = _CORRECTION.split(text)
    for part in reversed(parts):
        if found := reader(part):
            return found
    return reader(text) if len(parts) > 1 else None


def _digits(text: str) -> Reading | None:
    """A shorter correction replaces the end: "one two three four, no, sorry, five six" is 1256."""
    so_far, certain = "", True
    for part in _CORRECTION.split(text):
        said = digits(part)
        if so_far and said and len(said) < len(so_far):
            so_far, certain = so_far[: -len(said)] + said, False
        else:
            so_far = said or so_far
    if not so_far or len(so_far) > MOST_DIGITS:
        return None
    return Reading(value=so_far, spoken=" ".join(so_far), certain=certain)


def _yes_no(text: str) -> Reading | None:
    """On the keypad 1 is yes and 2 is no."""
    keyed = {"1": True, "2": False}.get(text.strip("# "))
    answer = agreed(text) if keyed is None else keyed
    return None if answer is None else Reading(value=answer, spoken="yes" if answer else "no")


def _choice(text: str, options: Sequence[str]) -> Reading | None:
    found = read_choice(text, options)
    return Reading(value=found[0], spoken=found[0], certain=found[1]) if found else None


def _date(text: str, today: date, *, past: bool) -> Reading | None:
    found = read_date(text, today, past=past)
    return Reading(value=found[0].isoformat(), spoken=say_date(found[0]), certain=found[1]) if found else None


def _time(text: str) -> Reading | None:
    found = read_time(text)
    return Reading(value=found[0], spoken=say_time(found[0]), certain=found[1]) if found else None


def _email(text: str) -> Reading | None:
    found = read_email(text)
    return Reading(value=found[0], spoken=say_email(found[0]), certain=found[1]) if found else None


def _postcode(text: str) -> Reading | None:
    found = read_postcode(text)
    return Reading(value=found[0], spoken=say_postcode(found[0]), certain=found[1]) if found else None


def _name(text: str) -> Reading | None:
    found = read_name(text)
    return Reading(value=found[0], spoken=found[0], certain=found[1]) if found else None


def _number(text: str) -> Reading | None:
    found = numbers(text)
    if not found:
        ordinals = [ORDINAL[word] for word in re.findall(r"[a-z]+", text.lower()) if word in ORDINAL]
        return Reading(value=ordinals[0], spoken=str(ordinals[0]), certain=False) if len(ordinals) == 1 else None
    value = found[-1]
    value = int(value) if isinstance(value, float) and value.is_integer() else value
    return Reading(value=value, spoken=plain(value), certain=len(found) == 1)


_NUMBER_WORD = "|".join(sorted((word for word in SMALL if word not in ("couple", "dozen", "none")), key=len)[::-1])
_STREET_NUMBER = re.compile(rf"\b(?:(?:{_NUMBER_WORD}|hundred|\d+)\b(?:[\s-]+|$))+", re.IGNORECASE)


def _address(text: str) -> Reading | None:
    """Kept as said, numbers in figures: "one twenty three Main Street" is "123 Main Street"."""

    def figures(found: re.Match[str]) -> str:
        return digits(found[0].replace("-", " ")) + (" " if found[0][-1:].isspace() else "")

    said = _STREET_NUMBER.sub(figures, " ".join(text.split())).strip()
    if not re.search(r"[^\W_]", said):
        return None
    return Reading(value=said, spoken=said, certain=bool(re.search(r"\d", said)))


def _text(text: str) -> Reading | None:
    said = " ".join(text.split())
    return Reading(value=said, spoken=said) if said else None


_READERS: Mapping[str, Callable[[str], Reading | None]] = {
    "name": _name,
    "email": _email,
    "time": _time,
    "postcode": _postcode,
    "number": _number,
    "address": _address,
    "text": _text,
}
