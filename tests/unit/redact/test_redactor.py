"""What is taken out of what is said, and what stays. Read like a list of sentences."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.redact.conversation import SLOT_OPEN_MS, Redactor
from flowyte.redact.find import find
from flowyte.redact.model import ENTITIES

pytestmark = pytest.mark.unit


def said(*turns: tuple[str, str], entities: object = ENTITIES) -> list[str]:
    """The turns as they are kept."""
    redactor = Redactor(entities)  # type: ignore[arg-type]
    kept = []
    for number, (role, text) in enumerate(turns):
        hear = redactor.agent if role == "agent" else redactor.caller
        kept.append(hear(text, at_ms=number * 4_000).text)
    return kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("My card number is 4111 1111 1111 1111.", "My card number is [card]."),
        ("It's 4111, 1111, uh, 1111, no wait, 1111, on the front", "It's [card], on the front"),
        ("my card is four triple one, double one double one, double one", "my card is [card]"),
        ("Use forty-one eleven eleven eleven eleven eleven eleven eleven.", "Use [card]."),
        ("It is four thousand one hundred eleven, 1111, 1111, 1111", "It is [card]"),
        ("my social is oh seven eight, oh five, one one two oh", "my social is [ssn]"),
        ("Call me back at two oh two, triple five, 0142.", "Call me back at [phone]."),
        ("You can write to jo dot doe at example dot com.", "You can write to [email]."),
        ("Mail it to jo.doe@example.com please", "Mail it to [email] please"),
        ("I live at 12 Harbour Street, Salem, Oregon 97301.", "I live at [address]."),
        ("I was born on the third of May nineteen eighty-five.", "I was born on [date of birth]."),
        ("Account number 8834 2210, please", "Account number [account], please"),
        ("Hi, my name is Nora Marsh and I have a question.", "Hi, my name is [name] and I have a question."),
    ],
)
def test_it_is_taken_out_with_a_word_for_what_it_was(text: str, kept: str) -> None:
    assert said(("caller", text)) == [kept]


@pytest.mark.parametrize(
    "text",
    [
        "Can I come on Tuesday the third of May at half past two?",
        "My order number is 5512345, where is it?",
        "It was 1,250 dollars and 49 cents for 12 people.",
        "Are you open from 9 to 5, or from 10 to 4 on Saturdays?",
        "Do you have the X580 or the AB-4736 in size 12?",
        "I paid it in March 2025, the 12th I think.",
        "This is about my delivery, it is two weeks late.",
        "Look at example dot com for the prices.",
        "I live near the station and was born in this town.",
    ],
)
def test_ordinary_talk_stays(text: str) -> None:
    assert said(("caller", text)) == [text]


def test_a_number_is_found_in_the_pieces_in_which_it_is_given() -> None:
    kept = said(
        ("agent", "What is your card number?"),
        ("caller", "four one one one"),
        ("agent", "Go on."),
        ("caller", "eleven eleven"),
        ("agent", "Okay. And the others?"),
        ("caller", "and then 1111 1111"),
        ("agent", "Thank you. Which day would suit you?"),
        ("caller", "the 12th at 3"),
    )
    assert kept[1::2] == ["[card]", "[card]", "and then [card]", "the 12th at 3"]


def test_a_caller_who_begins_by_themselves_is_understood_too() -> None:
    kept = said(("caller", "My card number is 4111 1111"), ("agent", "Uh-huh."), ("caller", "1111 1111"))
    assert kept == ["My card number is [card]", "Uh-huh.", "[card]"]


def test_while_a_number_is_asked_for_every_digit_counts() -> None:
    assert said(("agent", "And the security code of the card?"), ("caller", "it's nine two one"))[1] == "it's [card]"
    assert said(("agent", "What is your order number?"), ("caller", "921 4483"))[1] == "921 4483"


@pytest.mark.parametrize(
    ("asks", "answer", "kept"),
    [
        ("The system won't let me go on without your card number.", "4111 1111 1111 1111", "[card]"),
        ("Sorry, your phone number doesn't match. Try it once more?", "202 555 0142", "[phone]"),
        ("How would you like to pay for this?", "Ready? 4111, you got that? 1111", "Ready? [card]"),
        ("Next up is your loan number.", "it's 88 34 22", "it's [account]"),
        ("And who am I chatting with?", "You're speaking with Zofia Osei.", "[name]."),
        ("Which patient?", "if I recall, zofia osei", "[name]"),
        ("Where's the leak?", "17 Fox Run, Dayton", "[address]"),
        ("I'm waiting on your birthday.", "1956, March third", "[date of birth]"),
    ],
)
def test_any_mention_of_a_thing_asks_for_it(asks: str, answer: str, kept: str) -> None:
    assert said(("agent", asks), ("caller", answer))[1].endswith(kept)


def test_what_was_refused_may_be_given_after_all() -> None:
    kept = said(
        ("agent", "What is your social security number?"),
        ("caller", "I'd rather not say."),
        ("agent", "I understand. It's only to verify that it's you."),
        ("caller", "Fine, 219 09 0001, last four 0001"),
    )
    assert "0001" not in kept[3]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("My card is 4111, sorry, let me put my glasses on, 1111, 1111 1111", "My card is [card]"),
        ("Write to jo dot doe, all lowercase, at example dot com", "Write to [email]"),
        ("My name is Zofia, uh, Osei and I called.", "My name is [name] and I called."),
        ("Could you tell her that Osei called?", "Could you tell her that [name] called?"),
        ("There's a tree down at 4 Broadway, Salem.", "There's a tree down at [address]."),
        ("I live at 12 Mill Road, no, Mill Lane.", "I live at [address]."),
    ],
)
def test_talk_within_a_value_does_not_end_it(text: str, kept: str) -> None:
    assert said(("caller", text)) == [kept]


@pytest.mark.parametrize(
    ("asks", "answer"),
    [
        ("Where's the leak?", "Under the sink, it began about two thirty."),
        ("How can we reach you?", "I'm hard to reach, I work until 5."),
        ("I have your phone number.", "Good, then come on Tuesday at 10."),
    ],
)
def test_a_time_is_no_answer(asks: str, answer: str) -> None:
    assert said(("agent", asks), ("caller", answer))[1] == answer


def test_an_open_slot_does_not_stay_open_for_ever() -> None:
    redactor = Redactor(ENTITIES)
    redactor.agent("What is your card number?", at_ms=0)
    assert redactor.open
    assert redactor.caller("room 12", at_ms=SLOT_OPEN_MS + 1).text == "room 12"


def test_what_was_given_is_found_again_where_it_is_read_back_or_used() -> None:
    redactor = Redactor(ENTITIES)
    redactor.caller("Call me at 202 555 0142, my name is Nora Marsh.", at_ms=0)
    assert redactor.agent("I have 2 0 2, 5 5 5, 0 1 4 2, Nora. Is that right?", at_ms=1).text == (
        "I have [phone], [name]. Is that right?"
    )
    given = {"phone": "+12025550142", "note": "ring +12025550142", "who": {"name": "Nora Marsh"}, "people": 4}
    assert redactor.data(given) == {
        "phone": "[phone]", "note": "ring +[phone]", "who": {"name": "[name]"}, "people": 4,
    }  # fmt: skip


def test_the_operators_own_number_may_be_said() -> None:
    redactor = Redactor(ENTITIES)
    words = "In an emergency call 2 0 2, 5 5 5, 0 1 9 9."
    assert redactor.said(words).text != words
    redactor.public(words)
    assert redactor.said(words).text == words


def test_words_that_are_still_being_said_hold_back_the_number_at_their_end() -> None:
    redactor = Redactor(["card"])
    assert redactor.peek("so that is four one one", at_ms=0).text == "so that is [number]"
    assert redactor.caller("so that is four one one, no, never mind", at_ms=1).text.startswith(
        "so that is four one one"
    )


def test_only_what_was_asked_for_is_taken_out() -> None:
    text = "My card is 4111 1111 1111 1111 and my number is 202 555 0142."
    assert said(("caller", text), entities=["card"]) == ["My card is [card] and my number is 202 555 0142."]
    assert said(("caller", text), entities=[]) == [text]


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_makes_it_raise_and_spans_lie_within_the_text(agent: str, caller: str) -> None:
    redactor = Redactor(ENTITIES)
    redactor.agent(agent, at_ms=0)
    redactor.peek(caller, at_ms=1)
    found = redactor.caller(caller, at_ms=2).spans
    assert all(0 <= span.start < span.end <= len(caller) for span in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


_TALK = (
    "oh one two 4111 double triple at dot com my card number is name it's and then 12 Street Nora , . - no wait "
    "born May twenty hundred thousand for to speaking this example email live"
)
_WORDS = st.sampled_from(_TALK.split(" "))


@given(st.lists(_WORDS, max_size=60).map(" ".join))
def test_nor_does_any_talk_of_numbers(text: str) -> None:
    found = find(text, frozenset(ENTITIES), asked=frozenset({"card", "name", "email", "address", "date_of_birth"}))
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize("word", ["and then ", "its ", "dot ", "a ", "one ", "four thousand ", "( ", "this is ", "x-"])
def test_a_long_text_of_one_word_costs_no_more_than_its_length(word: str) -> None:
    """A pattern that tries every way to cut it up would not come back at all; the bound is far above any machine."""
    redactor = Redactor(ENTITIES)
    text = word * (3_000 // len(word)) + "!"
    began = time.process_time()
    redactor.agent(text, at_ms=0)
    redactor.caller(text, at_ms=1)
    assert time.process_time() - began < 60


def test_a_question_about_anything_else_closes_what_was_given() -> None:
    """Asked after a whole card, the next words are talk."""
    redactor = Redactor(("card",))
    redactor.agent("What is your card number?", at_ms=0)
    assert redactor.caller("4111 1111 1111 1111", at_ms=2_000).spans
    redactor.agent("Thank you. What else can I do for you?", at_ms=3_000)
    assert not redactor.open
