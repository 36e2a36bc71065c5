"""Words that a business does not want to hear from its agent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.guardrails.acts import Heard, Say, Situation
from flowyte.guardrails.engine import judge, policies_of
from flowyte.guardrails.lexicon import INSTEAD, banned_words
from flowyte.kit.clock import SystemClock

AGENT = {"lexicon": {"banned": ["cheap", "free of charge", "Schönheit"]}}
NOW = Situation(now=SystemClock().now())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("That is CHEAP.", False),
        ("It is free-of-charge today.", False),
        ("Die schonheit zaehlt", False),
        ("Cheaper is not the word.", True),
        ("It costs nothing.", True),
    ],
)
def test_a_banned_word_is_not_said(text: str, said: bool) -> None:
    """In any case, spacing and accent, and never found inside another word."""
    assert (judge(policies_of(AGENT), Say(text=text), NOW).outcome == "allow") is said


def test_a_caller_may_say_what_the_agent_may_not() -> None:
    """It is a rule about the agent's own words."""
    assert judge(policies_of(AGENT), Heard(text="Is it cheap?"), NOW).outcome == "allow"


@given(st.lists(st.sampled_from(" ".join(INSTEAD[:-1]).replace(".", "").replace("?", "").split()), max_size=6))
def test_what_is_said_instead_has_none_of_the_words_in_it(words: list[str]) -> None:
    """Whatever the words are."""
    banned = banned_words({"lexicon": {"banned": words}})
    assert not banned.found(banned.instead)
