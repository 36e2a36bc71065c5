"""What this conversation may not say: values above the caller's level, found in any wording before they are spoken.

A value is looked for as it is written, without its spaces and signs, spelled letter by letter, in the radio alphabet,
in spoken digits, and, where it is a date, as people say dates; also when it is spread over several sentences. Values
shorter than LEAST characters are not looked for: they would silence half of all sentences and tell nothing apart.
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from flowyte.guardrails.provenance import texts_of, words

LEAST = 4
TAIL = 600  # characters at least of what was said before: a value spelled slowly takes three sentences
MOST_VALUES = 2_000

Digits = Callable[[str], str]
"""All digits that a text says, in order."""

_RADIO = {
    "alfa": "a", "alpha": "a", "bravo": "b", "charlie": "c", "delta": "d", "echo": "e", "foxtrot": "f", "golf": "g",
    "hotel": "h", "india": "i", "juliet": "j", "juliett": "j", "kilo": "k", "lima": "l", "mike": "m", "november": "n",
    "oscar": "o", "papa": "p", "quebec": "q", "romeo": "r", "sierra": "s", "tango": "t", "uniform": "u", "victor": "v",
    "whiskey": "w", "whisky": "w", "xray": "x", "yankee": "y", "zulu": "z",
}  # fmt: skip
_NUMERALS = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9",
}  # fmt: skip
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth", "twenty first", "twenty second", "twenty third", "twenty fourth", "twenty fifth", "twenty sixth",
    "twenty seventh", "twenty eighth", "twenty ninth", "thirtieth", "thirty first",
)  # fmt: skip
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
# Said between the letters and digits of what is spelled out.
_BETWEEN = frozenset(
    ("and", "then", "for", "as", "in", "like", "dash", "space", "dot", "at", "is", "the", "next", "um")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Value:
    origin: str
    bare: str
    digits: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Heard:
    """A sentence in the forms in which values are looked for in it."""

    text: str
    plain: str
    spelled: str


@dataclass(slots=True)
class Unsaid:
    """Of one conversation. `digits` reads spoken numbers."""

    digits: Digits
    _values: dict[str, _Value] = field(default_factory=dict)
    _said: deque[_Heard] = field(default_factory=deque)
    _last: _Heard = _Heard("", "", "")

    def add(self, value: object) -> None:
        """Every text and number in it that is long enough to be told apart."""
        for text in texts_of(value):
            bare = "".join(words(text))
            if len(bare) >= LEAST and len(self._values) < MOST_VALUES:
                number = re.sub(r"\D", "", text)
                self._values[text] = _Value(
                    origin=text,
                    bare=bare,
                    digits=number if len(number) >= LEAST and len(number) >= len(bare) - 2 else "",
                    phrases=_dates(text),
                )

    def release(self, value: object) -> None:
        """The caller may hear this now."""
        for text in texts_of(value):
            self._values.pop(text, None)

    def __bool__(self) -> bool:
        return bool(self._values)

    def found(self, sentence: str) -> list[str]:
        """The values that `sentence` says, alone or with the end of what was said before."""
        if not self._values:
            return []
        heard = [*self._said, self._heard(sentence)]
        plain = " ".join(each.plain for each in heard)
        bare, spelled = plain.replace(" ", ""), "".join(each.spelled for each in heard)
        numbers = self.digits(" ".join(each.text for each in heard)) if self._has_numbers(sentence) else ""
        return [
            value.origin
            for value in self._values.values()
            if value.bare in bare
            or value.bare in spelled
            or (value.digits and (value.digits in numbers or value.digits in spelled))
            or any(phrase in plain for phrase in value.phrases)
        ]

    def said(self, sentence: str) -> None:
        """It was spoken."""
        self._said.append(self._heard(sentence))
        length = sum(len(each.text) for each in self._said)
        while length - len(self._said[0].text) >= TAIL:
            length -= len(self._said.popleft().text)

    def _heard(self, sentence: str) -> _Heard:
        if sentence != self._last.text:
            plain = " ".join(words(sentence))
            self._last = _Heard(sentence, plain, _spelled(plain))
        return self._last

    def _has_numbers(self, sentence: str) -> bool:
        """Whether it says anything of a number, were it only between two digits ("to", "hundred")."""
        return self.digits(f"1 {sentence} 1") != "11"


def _spelled(plain: str) -> str:
    """Letters and digits said one by one, radio words and numerals as what they stand for."""
    found = []
    for word in plain.split():
        if word in _BETWEEN:
            continue
        sign = _RADIO.get(word) or _NUMERALS.get(word) or (word if len(word) == 1 or word.isdigit() else "|")
        found.append(sign)
    return "".join(found)


def _dates(text: str) -> tuple[str, ...]:
    """How a date is said, in the form of `words`; nothing for what is no ISO date."""
    found = _ISO.search(text)
    if found is None:
        return ()
    try:
        day = date(*(int(part) for part in found.groups()))
    except ValueError:
        return ()
    month, ordinal = _MONTHS[day.month - 1], _ORDINALS[day.day - 1]
    suffix = "th" if 11 <= day.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    days = (str(day.day), f"{day.day}{suffix}", ordinal)
    said = [form for n in days for form in (f"{n} {month}", f"{n} of {month}", f"{month} {n}", f"{month} the {n}")]
    written = (f"{day.day} {day.month} {day.year}", f"{day.month} {day.day} {day.year}")
    return (*said, *written, f"{day.day:02} {day.month:02} {day.year}", f"{day.month:02} {day.day:02} {day.year}")
