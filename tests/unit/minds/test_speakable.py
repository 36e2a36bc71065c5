"""From a model's text to what may be said."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.minds.speakable import Thoughts, Unfounded, check, plain


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("**Yes**, we are `open`.", "Yes, we are open."),
        ("- A cleaning", "A cleaning"),
        ("## Prices", "Prices"),
        ("See [our site](https://example.com) for it.", "See our site for it."),
        ("***", ""),
        ("It costs 120 dollars.", "It costs 120 dollars."),
        ("3 of us are here.", "3 of us are here."),
    ],
)
def test_markup_is_not_spoken(written: str, spoken: str) -> None:
    """The words stay as they are."""
    assert plain(written) == spoken


@given(st.lists(st.integers(0, 60), max_size=8))
def test_thoughts_are_taken_out_however_the_stream_is_cut(cuts: list[int]) -> None:
    """Also when a mark comes in pieces; a lone bracket is kept."""
    text = "<think>the caller < wants</think>We open at 9 <sharp>, see?"
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    thoughts = Thoughts()
    said = "".join(thoughts.add(text[a:b]) for a, b in pairwise(places)) + thoughts.end()
    assert said == "We open at 9 <sharp>, see?"


@pytest.mark.parametrize(
    "claim",
    [
        "I have filed your message.",
        "I've just passed on the message.",
        "Your message has been sent to the team.",
        "Done, it has been forwarded as a message.",
    ],
)
def test_a_claim_of_a_message_needs_a_message(claim: str) -> None:
    """Once one is filed, it is no more than true."""
    with pytest.raises(Unfounded):
        check(claim, given="", filed=False)
    check(claim, given="", filed=True)


@pytest.mark.parametrize(
    "harmless",
    ["Shall I take a message?", "I can take your message.", "It costs 2,800 dollars.", "Since 1998, 2 a year."],
)
def test_what_claims_nothing_is_said(harmless: str) -> None:
    """Offers, prices and years."""
    check(harmless, given="", filed=False)


@pytest.mark.parametrize(
    "given", ["2 0 2, 5 5 5, 0 1 9 9", "202-555-0199", "two oh two five five five oh one nine nine"]
)
def test_a_number_that_was_given_may_be_said(given: str) -> None:
    """In any grouping; one digit off, and it is not."""
    check("Call (202) 555-0199.", given=given, filed=False)
    with pytest.raises(Unfounded):
        check("Call (202) 555-0198.", given=given, filed=False)
