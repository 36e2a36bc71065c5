"""The policy, step by step: what it takes down, what it answers in between, and that it never invents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.conversation.reply import Captured, EndCall, Expect, Passage, Reply, Sentence
from flowyte.guardrails.policies import ESCALATE, VERIFY
from flowyte.minds.playing import GIVEN_UP
from flowyte.minds.policy import Filing, Found, State, filed, heard, step, take_up
from flowyte.minds.verifying import GIVEN_UP as NOT_VERIFIED
from flowyte.minds.words import FAILED
from flowyte.slots.spoken import say_phone

AGENT = {"name": "clinic"}
NOTHING = Found()
CLEANING = Found(passages=(Passage(source_id="s", chunk_id="c", text="A cleaning costs 120 dollars.", score=0.9),))
READ_BACK = "I have 2 0 2, 5 5 5, 0 1 4 2. Is that right?"


def words(replies: list[Reply]) -> str:
    return " ".join(reply.text for reply in replies if isinstance(reply, Sentence))


def talk(*turns: str, state: State | None = None, found: Found = NOTHING) -> tuple[State, str, Filing | None]:
    """Say these; each reply is heard to its end. The last reply's words."""
    state, said, filing = state or State(), "", None
    for turn in turns:
        state, replies, filing = step(state, turn, found, AGENT)
        said = words(replies)
        state = heard(state, said)
    return state, said, filing


def test_a_message_is_taken_in_order_and_the_number_read_back() -> None:
    """Name, number, number again, message; then it is to be filed, once."""
    state, said, _ = talk("Can you take a message?", "It's Ann Lee.", "two oh two, triple five, 01 42")
    assert said == READ_BACK
    state, _, filing = talk("yes", "My crown fell out.", state=state)
    assert filing == Filing(intent_key="message-1", name="Ann Lee", phone="+12025550142", body="My crown fell out.")
    assert not state.collecting
    _, replies, _ = filed(state, filing, ok=True)
    assert "2 0 2, 5 5 5, 0 1 4 2" in words(replies)


def test_what_the_caller_gave_is_captured_when_it_was_given() -> None:
    """The number in both forms."""
    state, _, _ = talk("take a message", "Ann")
    _, replies, _ = step(state, "2025550142", NOTHING, AGENT)
    assert replies[0] == Captured(slot="phone", value="+12025550142", display="2 0 2, 5 5 5, 0 1 4 2")


def test_a_question_in_between_is_answered_and_the_message_goes_on() -> None:
    """The same question is asked again after it."""
    state, _, _ = talk("take a message")
    after, replies, _ = step(state, "Oh, how much is a cleaning?", CLEANING, AGENT)
    assert words(replies) == "A cleaning costs 120 dollars. What is your name, please?"
    assert after.flow == "name"


@pytest.mark.parametrize("turn", ["never mind", "Forget it.", "oh cancel that"])
def test_a_caller_may_change_their_mind(turn: str) -> None:
    """At any step nothing is filed."""
    for steps in (("take a message",), ("take a message", "Ann"), ("take a message", "Ann", "2025550142")):
        state, _, filing = talk(*steps, turn)
        assert (state.flow, filing) == ("idle", None)


@pytest.mark.parametrize(
    ("turn", "flow", "said"),
    [
        ("yes", "body", "What is your message?"),
        ("No, that's wrong.", "phone", "Sorry. What is the right number?"),
        ("no, 0199", "phone", "Sorry. What is the right number?"),
        ("No, it is 202 555 0199.", "confirm", "I have 2 0 2, 5 5 5, 0 1 9 9. Is that right?"),
        ("the blue one", "confirm", READ_BACK),
    ],
)
def test_the_read_back_is_confirmed_corrected_or_asked_again(turn: str, flow: str, said: str) -> None:
    """A whole number in the answer is a correction; the end of one is asked for in full."""
    state, _, _ = talk("take a message", "Ann", "2025550142")
    state, replies, _ = step(state, turn, NOTHING, AGENT)
    assert (state.flow, words(replies)) == (flow, said)


@pytest.mark.parametrize("cut", ["", "I have 2 0 2,", "I have 2 0 2, 5 5 5, 0 1"])
def test_yes_to_a_number_that_was_cut_off_reads_it_again(cut: str) -> None:
    """Once; who says yes again knows what would have been read."""
    state, _, _ = talk("take a message", "Ann")
    state, _, _ = step(state, "2025550142", NOTHING, AGENT)
    state, replies, _ = step(heard(state, cut), "yes", NOTHING, AGENT)
    assert words(replies) == READ_BACK
    state, replies, _ = step(heard(state, cut), "yes", NOTHING, AGENT)
    assert words(replies) == "What is your message?"


def test_no_to_a_number_that_was_cut_off_is_understood() -> None:
    """The caller has heard enough of it to know."""
    state, _, _ = talk("take a message", "Ann")
    state, _, _ = step(state, "2025550142", NOTHING, AGENT)
    state, replies, _ = step(heard(state, "I have 2 0 2"), "no", NOTHING, AGENT)
    assert words(replies) == "Sorry. What is the right number?"


@pytest.mark.parametrize(
    ("name", "phone", "body", "asked"),
    [
        ("", "", "", "What is your name, please?"),
        ("Ann", "", "", "And what number can we call you back on?"),
        ("Ann", "12", "hello", "And what number can we call you back on?"),
        ("", "2025550142", "hello", "What is your name, please?"),
        ("Ann", "2025550142", "hello", READ_BACK),
    ],
)
def test_a_message_that_is_known_in_part_goes_on_at_what_is_missing(
    name: str, phone: str, body: str, asked: str
) -> None:
    """A number that is none counts as missing."""
    _, replies, _ = take_up(State(), name=name, phone=phone, body=body)
    assert words(replies) == asked


def test_two_messages_of_a_call_are_two() -> None:
    """Each with an intent of its own; a failed filing does not use one up."""
    state, _, filing = talk("take a message", "Ann", "2025550142", "yes", "One.")
    assert filing is not None
    failed, replies, _ = filed(state, filing, ok=False)
    assert "once more" in words(replies)
    _, _, again = talk("One.", state=failed)
    assert again is not None
    assert again.intent_key == "message-1"
    state, _, second = talk("take a message", "Ann", "2025550142", "yes", "Two.", state=state)
    assert second is not None
    assert second.intent_key == "message-2"


def test_the_agent_says_that_it_is_an_ai() -> None:
    """Whenever somebody asks."""
    for question in ("Are you a robot?", "am I talking to a real person", "is this a recording"):
        assert "AI" in talk(question)[1]


def test_goodbye_ends_the_call_with_words() -> None:
    """And a thank you alone does not."""
    assert any(isinstance(r, EndCall) for r in step(State(), "ok, bye", NOTHING, AGENT)[1])
    assert not any(isinstance(r, EndCall) for r in step(State(), "thanks", NOTHING, AGENT)[1])


def test_what_was_said_can_be_said_again() -> None:
    """Also when somebody else said it."""
    assert talk("pardon?", state=heard(State(), "We are open."))[1] == "We are open."


TURNS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "yes",
                "no",
                "take a message",
                "Ann",
                "2025550142",
                "never mind",
                "how much is it?",
                "bye",
                "pardon?",
                "what",
            ]
        ),
        st.text(max_size=40),
    ),
    max_size=12,
)
AUTHORED = frozenset(
    sentence
    for sentence in (
        "I am an AI assistant of clinic, not a person. How can I help?",
        "Thank you for calling. Goodbye.",
        "You are welcome. Is there anything else?",
        "Hello. What can I do for you?",
        "I do not know that, I am afraid. Shall I take a message for the team?",
        "All right, I will not take a message. What else can I do for you?",
        "All right. Is there anything else that I can do for you?",
        "I did not get that. What is your name, please?",
        "That was not a whole number. Please say it once more with the area code, or key it in.",
        "Sorry. What is the right number?",
        "Yes, I can take a message.",
        "What is your name, please?",
        "And what number can we call you back on?",
        "What is your message?",
    )
)


@given(TURNS, st.sampled_from([NOTHING, CLEANING, Found(hours="Today we are closed.")]))
def test_it_never_invents(turns: list[str], found: Found) -> None:
    """Each sentence is a line written here, a passage, the computed hours, or the stored number read back."""
    state = State()
    for turn in turns:
        state, replies, filing = step(state, turn, found, AGENT)
        allowed = AUTHORED | {
            found.answer,
            *([f"I have {say_phone(state.phone)}. Is that right?"] if state.phone else []),
        }
        assert all(r.text in allowed for r in replies if isinstance(r, Sentence))
        assert replies or filing is not None
        assert sum(isinstance(r, Expect) for r in replies) == (0 if filing else 1)


@pytest.mark.parametrize("offered", [FAILED, GIVEN_UP, NOT_VERIFIED, VERIFY, ESCALATE])
def test_a_yes_to_any_offer_of_a_message_takes_one(offered: str) -> None:
    """Whoever of the platform has offered it; half an offer is none."""
    assert step(heard(State(), offered), "Yes please", Found(), {})[0].flow == "name"
    assert step(heard(State(), offered[: len(offered) // 2]), "Yes please", Found(), {})[0].flow != "name"


def test_a_demand_is_no_name() -> None:
    """Nobody is called "let me talk to a human being"; a long name is still one."""
    asked = State(flow="name")
    for demand in ("Then let me talk to a human being, now.", "I have been waiting for you for three days"):
        assert step(asked, demand, Found(), {})[0].flow == "name"
    assert step(asked, "My name is Maria del Carmen Ortiz Vega", Found(), {})[0].name == "Maria del Carmen Ortiz Vega"


def test_whether_it_is_real_is_answered_however_it_is_asked() -> None:
    for asked in ("Are you even a real person?", "Am I actually talking to a robot?", "are you a human"):
        _, replies, _ = step(State(), asked, Found(), {"name": "clinic"})
        assert "AI assistant" in getattr(replies[0], "text", ""), asked
