"""A value that may not be said is found however it is said, and however it is spread over sentences."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.guardrails.unsaid import TAIL, Unsaid
from flowyte.slots.spoken import digits

NUMERALS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def holding(*values: str) -> Unsaid:
    unsaid = Unsaid(digits)
    unsaid.add(list(values))
    return unsaid


def spoken(unsaid: Unsaid, sentences: list[str]) -> list[str]:
    """What is found in the last sentence, the others said before it."""
    for sentence in sentences[:-1]:
        unsaid.said(sentence)
    return unsaid.found(sentences[-1])


@given(st.from_regex(r"[1-9][0-9]{5,9}", fullmatch=True), st.lists(st.integers(1, 9), max_size=3), st.booleans())
def test_a_number_is_found_over_any_sentences(value: str, cuts: list[int], written: bool) -> None:
    """Written or in words, cut anywhere, with other words in between."""
    places = sorted({0, *(cut for cut in cuts if cut < len(value)), len(value)})
    parts = [value[one:other] for one, other in pairwise(places)]
    said = [part if written else " ".join(NUMERALS[int(digit)] for digit in part) for part in parts]
    assert spoken(holding(value), [f"and then {part}" for part in said]) == [value]


@pytest.mark.parametrize(
    "sentences",
    [
        ["It is twenty", "one and sixty five"],
        ["It is two one six", "five"],
        ["It is 21", "65"],
        ["It is twenty one hundred", "No, 2165"],
    ],
)
def test_a_number_whose_words_belong_together_is_found(sentences: list[str]) -> None:
    assert spoken(holding("2165"), sentences) == ["2165"]


def test_a_sentence_without_numbers_says_none_again() -> None:
    """What was said before it was withheld is not found anew in every sentence that follows."""
    unsaid = holding("Elm Street")
    unsaid.said("Your number is 700123.")
    unsaid.add("7 0 0 1 2 3 9")
    assert unsaid.found("Anything else?") == []
    assert unsaid.found("And nine.") == ["7 0 0 1 2 3 9"]


def test_what_was_said_long_ago_is_let_go() -> None:
    """After TAIL characters at least; nothing is kept for ever."""
    unsaid = holding("700123")
    unsaid.said("seven zero zero")
    for _ in range(TAIL // 10):
        unsaid.said("Something else about it.")
    assert unsaid.found("one two three") == []
    assert len(unsaid._said) < TAIL
