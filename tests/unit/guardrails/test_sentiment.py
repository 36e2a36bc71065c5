"""Who is dissatisfied, by their words about the conversation; the matter may be as bad as it is."""

import pytest

from flowyte.guardrails.sentiment import is_negative


@pytest.mark.parametrize(
    "text",
    [
        "This is ridiculous",
        "You’re not helping me at all!",
        "I already told you that",
        "I am so frustrated",
        "what a waste, you are wasting my time",
        "It's the third time I am calling",
        "That is not what I asked",
        "Are you stupid? This is useless",
    ],
)
def test_words_about_the_conversation_count(text: str) -> None:
    assert is_negative(text)


@pytest.mark.parametrize(
    "text",
    [
        "My tooth hurts terribly",
        "The weather is awful, can I come later?",
        "I am not angry, I only wonder",
        "That was not useless at all",
        "No, thank you",
        "I would like to cancel my order",
        "",
    ],
)
def test_words_about_the_matter_and_denials_do_not(text: str) -> None:
    assert not is_negative(text)
