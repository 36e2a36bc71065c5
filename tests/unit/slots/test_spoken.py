"""Spoken telephone numbers: the ways of saying one, corrections, and that none is ever made up."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.slots.spoken import digits, parse_phone, say_phone

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@pytest.mark.parametrize(
    "said",
    [
        "two oh two five five five oh one four two",
        "202-555-0142",
        "2025550142.",
        "two oh two double five five zero one forty two",
        "(202) 555 01 42",
        "It is 202, um, five five five, oh one four two.",
        "My number is two zero two, triple five, zero one four two, thank you.",
        "two oh to five five five oh one for two",
        "plus one 202 555 0142",
        "+1 202 555 0142",
        "1-202-555-0142",
        "call me at 202 555 0142 after 5",
        "202 555 0124, no sorry, 0142",
        "202 555 0199. Wait, it's 202 555 0142.",
    ],
)
def test_one_number_however_it_is_said(said: str) -> None:
    """Words, numerals, mixtures, fillers, homophones and corrections lead to the same number."""
    assert parse_phone(said) == "+12025550142"


@pytest.mark.parametrize("said", ["", "hello", "one two three", "I am forty two years old", "12", "0" * 40, "9" * 5000])
def test_no_number_is_made_up(said: str) -> None:
    """Too few, too many or no digits are no number."""
    assert parse_phone(said) is None


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("double five", "55"),
        ("triple oh", "000"),
        ("eight hundred", "800"),
        ("twenty one", "21"),
        ("twenty", "20"),
        ("nineteen ninety", "1990"),
        ("I want to go for it", ""),
        ("one to four", "124"),
    ],
)
def test_number_words_become_digits(said: str, wanted: str) -> None:
    """Homophones count only between digits."""
    assert digits(said) == wanted


def test_a_number_is_read_back_in_groups() -> None:
    """The home country without its code, others with "plus"."""
    assert say_phone("+12025550142") == "2 0 2, 5 5 5, 0 1 4 2"
    assert say_phone("+442079460958").startswith("plus 4 4, 2 0")


@given(st.text(alphabet="0123456789", max_size=40), st.data())
def test_digits_survive_any_mixture_of_words_and_numerals(number: str, data: st.DataObject) -> None:
    """Whatever of it is said as a word or written as a numeral, the digits are the same."""
    parts = [WORDS[int(digit)] if data.draw(st.booleans()) else digit for digit in number]
    assert digits(" ".join(parts)) == number


@given(st.integers(0, 99))
def test_what_is_read_back_is_the_same_number(last: int) -> None:
    """Speaking the stored value and hearing it again changes nothing."""
    number = f"+120255501{last:02d}"
    assert parse_phone(say_phone(number)) == number


@given(st.text(max_size=300))
def test_any_text_gives_a_valid_number_or_none(text: str) -> None:
    """Never an error, and never something that is not E.164."""
    found = parse_phone(text)
    assert found is None or re.fullmatch(r"\+\d{7,15}", found)
    assert re.fullmatch(r"\d*", digits(text), re.ASCII)
