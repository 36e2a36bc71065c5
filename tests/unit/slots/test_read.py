"""Values out of speech: the ways of saying one, corrections, reading back, and junk."""

import string
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.slots.days import MONTHS
from flowyte.slots.figures import ONES, TENS
from flowyte.slots.model import KINDS
from flowyte.slots.read import read

TODAY = date(2026, 11, 24)  # a Tuesday
COLOURS = ("red", "dark red", "blue", "the small one")
_ALPHABET = """alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike nora oscar papa quebec
romeo sierra tango uniform victor whiskey xray yankee zulu"""
NATO = dict(zip(string.ascii_uppercase, _ALPHABET.split(), strict=True))


def value_of(kind: str, said: str) -> Any:
    found = read(kind, said, today=TODAY, options=COLOURS)
    return found.value if found else None


@pytest.mark.parametrize(
    ("kind", "said", "wanted"),
    [
        ("phone", "two oh two, five five five, oh one double two", "+12025550122"),
        ("phone", "202 555 0124, no sorry, 0142", "+12025550142"),
        ("email", "jo dot doe at example dot com", "jo.doe@example.com"),
        ("email", "my e-mail is j o underscore doe at example dot co dot uk please", "jo_doe@example.co.uk"),
        ("email", "It's jo@example.com.", "jo@example.com"),
        ("email", "jo at example dot com, no sorry, joe at example dot org", "joe@example.org"),
        ("date", "next tuesday", "2026-12-01"),
        ("date", "on friday", "2026-11-27"),
        ("date", "tomorrow", "2026-11-25"),
        ("date", "the day after tomorrow", "2026-11-26"),
        ("date", "in three weeks", "2026-12-15"),
        ("date", "the third of may", "2027-05-03"),
        ("date", "May 3rd", "2027-05-03"),
        ("date", "december twenty first", "2026-12-21"),
        ("date", "the fourth, no, sorry, the fifth of january", "2027-01-05"),
        ("date", "monday, no wait, wednesday", "2026-11-25"),
        ("date", "3/7/2027", "2027-03-07"),
        ("date", "the 30th of february", None),
        ("date_of_birth", "third of may nineteen eighty four", "1984-05-03"),
        ("date_of_birth", "oh four oh five eighty four", "1984-04-05"),
        ("date_of_birth", "four five nineteen eighty four", "1984-04-05"),
        ("date_of_birth", "April 5, two thousand and five", "2005-04-05"),
        ("date_of_birth", "april fifth twenty oh five", "2005-04-05"),
        ("date_of_birth", "the 25th of December 2026", None),
        ("date_of_birth", "04051984", "1984-04-05"),
        ("date_of_birth", "the third of may", None),
        ("time", "three thirty pm", "15:30"),
        ("time", "half past two", "14:30"),
        ("time", "quarter to five", "16:45"),
        ("time", "nine oh five in the morning", "09:05"),
        ("time", "15:30", "15:30"),
        ("time", "at noon", "12:00"),
        ("time", "twelve am", "00:00"),
        ("time", "two pm, no sorry, three pm", "15:00"),
        ("time", "at 25:00", None),
        ("postcode", "S W one A one double A", "SW1A 1AA"),
        ("postcode", "sw1a 1aa", "SW1A 1AA"),
        ("postcode", "N as in Nora one six X P", "N1 6XP"),
        ("postcode", "nine oh two one oh", "90210"),
        ("postcode", "90210-1234", "90210-1234"),
        ("postcode", "K one A oh B one", "K1A 0B1"),
        ("number", "two hundred and five", 205),
        ("number", "minus three point two five", -3.25),
        ("number", "about 1,250 please", 1250),
        ("number", "twenty one thousand three hundred", 21_300),
        ("number", "a dozen", 12),
        ("number", "four, no, five", 5),
        ("number", "three and a half", 3.5),
        ("digits", "four eight two nine", "4829"),
        ("digits", "one two three four, no, sorry, five six", "1256"),
        ("digits", "1234#", "1234"),
        ("yes_no", "yes please", True),
        ("yes_no", "no thanks", False),
        ("yes_no", "1", True),
        ("yes_no", "the weather is nice", None),
        ("choice", "dark red please", "dark red"),
        ("choice", "the third one", "blue"),
        ("choice", "2", "dark red"),
        ("choice", "red or blue", None),
        ("choice", "red, no sorry, blue", "blue"),
        ("choice", "green", None),
        ("name", "my name is jo doe", "Jo Doe"),
        ("name", "It's Jo Smith, S M Y T H", "Jo Smyth"),
        ("name", "jo o'neil", "Jo O'Neil"),
        ("name", "12345", None),
        ("address", "one twenty three Main Street, apartment four b", "123 Main Street, apartment 4 b"),
        ("text", "  the  tap drips ", "the tap drips"),
    ],
)
def test_what_is_said_is_what_is_read(kind: str, said: str, wanted: Any) -> None:
    """Words, figures, fillers and corrections."""
    assert value_of(kind, said) == wanted


@pytest.mark.parametrize(
    ("kind", "said"),
    [("date", "next friday"), ("date", "3/7/2027"), ("time", "at five"), ("number", "four five hundred and two six")],
)
def test_what_could_be_another_value_is_not_certain(kind: str, said: str) -> None:
    """So that it is said back before it is used."""
    found = read(kind, said, today=TODAY)
    assert found is not None
    assert not found.certain


def again(kind: str, said: str) -> Any:
    """The value, and that what is said back of it reads as the same."""
    found = read(kind, said, today=TODAY, options=COLOURS)
    assert found is not None, said
    heard = read(kind, found.spoken, today=TODAY, options=COLOURS)
    assert heard is not None, found
    assert heard.value == found.value, found
    return found.value


def in_words(n: int) -> str:
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10 - 2] + (f" {ONES[n % 10]}" if n % 10 else "")
    if n < 1_000:
        return f"{ONES[n // 100]} hundred" + (f" and {in_words(n % 100)}" if n % 100 else "")
    for name, size in (("million", 10**6), ("thousand", 10**3)):
        if n >= size:
            rest = f" {in_words(n % size)}" if n % size else ""
            return f"{in_words(n // size)} {name}{rest}"
    raise AssertionError


def ordinal(n: int) -> str:
    special = {1: "first", 2: "second", 3: "third", 5: "fifth", 8: "eighth", 9: "ninth", 12: "twelfth"}
    if n in special:
        return special[n]
    if n < 20:
        return f"{ONES[n]}th"
    return f"{TENS[n // 10 - 2][:-1]}ieth" if n % 10 == 0 else f"{TENS[n // 10 - 2]} {ordinal(n % 10)}"


def year_in_words(year: int) -> str:
    if year % 1_000 < 10:
        return f"two thousand and {ONES[year % 10]}" if year % 10 else "two thousand"
    first, last = divmod(year, 100)
    return f"{in_words(first)} {in_words(last) if last > 9 else f'oh {ONES[last]}' if last else 'hundred'}"


@given(st.integers(0, 10**9 - 1), st.booleans())
def test_every_number(n: int, figures: bool) -> None:
    """In words and in figures."""
    assert again("number", f"{n:,}" if figures else in_words(n)) == n


@given(st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, 3)))
def test_every_fraction(value: float) -> None:
    """As written."""
    assert again("number", f"{value:.3f}") == value


@given(st.dates(date(1905, 1, 1), date(2026, 11, 23)), st.integers(0, 3))
def test_every_birthday(day: date, way: int) -> None:
    """With the name of the month either way round, figure by figure, and as it is written."""
    month, year = MONTHS[day.month - 1], year_in_words(day.year)
    singly = " ".join(ONES[int(digit)] for digit in day.strftime("%m%d%Y"))
    said = (f"the {ordinal(day.day)} of {month} {year}", f"{month} {ordinal(day.day)}, {year}", singly, str(day))[way]
    assert again("date_of_birth", said) == day.isoformat()


@given(st.integers(0, 360))
def test_every_coming_day(days: int) -> None:
    """Without a year it is the next one."""
    day = TODAY + timedelta(days=days)
    assert again("date", f"{MONTHS[day.month - 1]} the {ordinal(day.day)}") == day.isoformat()


@given(st.times())
def test_every_time_of_day(time: Any) -> None:
    """With its half of the day it is certain."""
    half = "a m" if time.hour < 12 else "p m"
    minute = in_words(time.minute) if time.minute > 9 else f"oh {ONES[time.minute]}" if time.minute else ""
    said = f"{in_words((time.hour - 1) % 12 + 1)} {minute} {half}"
    assert again("time", said) == f"{time:%H:%M}"


_AREA = "[A-NP-Z]"
_CODES = rf"{_AREA}{{1,2}}[0-9]{{1,2}} [0-9]{_AREA}{{2}}|[0-9]{{5}}|{_AREA}[0-9]{_AREA} [0-9]{_AREA}[0-9]"


@given(st.from_regex(_CODES, fullmatch=True), st.data())
def test_every_postcode(code: str, data: st.DataObject) -> None:
    """Letters alone or "as in", digits as words or figures; O and nought sound alike where a shape has either."""
    said = []
    for mark in code.replace(" ", ""):
        word = ONES[int(mark)] if mark.isdigit() else f"{mark} as in {NATO[mark]}"
        said.append(data.draw(st.sampled_from([mark, word])))
    assert again("postcode", " ".join(said)) == code


@given(st.from_regex(r"[a-z]{3,8}([._-][a-z]{2,8})?@[a-z]{3,9}\.(com|org|co\.uk)", fullmatch=True))
def test_every_e_mail_address(address: str) -> None:
    """Written, it is certain; said back, it is the same."""
    assert again("email", f"write to {address}") == address


@given(st.text("0123456789", min_size=1, max_size=20))
def test_every_pin(pin: str) -> None:
    """Digit by digit."""
    assert again("digits", " ".join(ONES[int(digit)] for digit in pin)) == pin


@given(st.integers(0, 99))
def test_every_telephone_number(last: int) -> None:
    """Of those that are kept for examples."""
    assert again("phone", f"two oh two five five five oh one {last // 10} {last % 10}") == f"+120255501{last:02d}"


@given(st.lists(st.from_regex(r"[A-Z][a-z]{2,9}", fullmatch=True), min_size=1, max_size=4))
def test_every_name(words: list[str]) -> None:
    """As it was introduced."""
    assert again("name", f"my name is {' '.join(words)}") == " ".join(words)


@given(st.sampled_from(KINDS), st.sampled_from(["yes", "no", *COLOURS]))
def test_answers_and_choices_read_back(kind: str, said: str) -> None:
    """What reads at all, reads again."""
    if read(kind, said, today=TODAY, options=COLOURS):
        again(kind, said)


_WORDS = """no sorry wait oh double nineteen eighty four hundred thousand point and a half past to at dot example com
may next tuesday in third of first as n for the - , . @ : / # + * 9 99 0 1984 13 pm minus o'clock quarter"""
FRAGMENTS = st.sampled_from(_WORDS.split())


@given(
    st.sampled_from([*KINDS, "no such kind"]),
    st.one_of(st.text(max_size=200), st.lists(FRAGMENTS, max_size=25).map(" ".join)),
    st.lists(st.text(max_size=10), max_size=4),
)
def test_no_text_raises_and_what_is_read_reads_again(kind: str, said: str, options: list[str]) -> None:
    """Junk is None or a value; a certain value that is said back is read as itself."""
    found = read(kind, said, today=TODAY, options=options)
    if found is None or kind in ("choice", "address", "name", "text", "no such kind"):
        return
    heard = read(kind, found.spoken, today=TODAY, options=options)
    assert heard is not None, found
    assert heard.value == found.value, (found, heard)
