"""Being put through, in virtual time: announced to the end, ordered once, kept back by another word, or in vain."""

from flowyte.conversation import lines
from flowyte.conversation.reply import EndCall, HandOff, Opening
from flowyte.testing.fakes import Answer
from flowyte.testing.screenplay import screenplay

TO_DESK = HandOff(reason="asked", outcome="put_through", to=1, label="the front desk", number="…0142")
WORDS = "I am putting you through to the front desk."
ASKED: Answer = [WORDS, TO_DESK]


async def test_a_transfer_is_announced_then_ordered_and_the_line_closed() -> None:
    """The caller hears all of the words first; the cause and the timeline say what became of the call."""
    async with screenplay(answer=lambda turn: ASKED) as call:
        await call.notice()
        await call.caller_says("A person please")
        await call.until("speaking")
        assert call.mind.ordered == []
        await call.until("ended")
    assert call.mind.ordered == [TO_DESK]
    assert call.said()[-1] == WORDS
    assert call.evidence.of("handoff") == [
        {"reason": "asked", "outcome": "transferred", "label": "the front desk", "number": "…0142"}
    ]
    assert call.leg.closed == "handed_off"
    assert [data["cause"] for data in call.evidence.of("call_ended")] == ["handed_off"]


async def test_who_says_something_else_meanwhile_is_not_put_through() -> None:
    """The words are cut, nothing is ordered, and the agent answers what was said."""
    answers: list[Answer] = [ASKED, ["Then let us go on."]]
    async with screenplay(answer=lambda turn: answers[min(turn.turn_index, 2) - 1]) as call:
        await call.notice()
        await call.caller_says("A person please")
        await call.until("speaking")
        await call.wait(1500)
        await call.caller_says("No wait, what does it cost?")
        await call.until("speaking")
        await call.until("listening")
    assert call.mind.ordered == []
    assert [data["outcome"] for data in call.evidence.of("handoff")] == ["withdrawn"]
    assert call.leg.closed == "caller_hung_up"


async def test_a_thank_you_keeps_nobody_from_being_put_through() -> None:
    """The announcement goes on where it was cut, and then the transfer is made."""
    async with screenplay(answer=lambda turn: ASKED) as call:
        await call.notice()
        await call.caller_says("A person please")
        await call.until("speaking")
        await call.wait(1000)
        await call.caller_says("Okay, thank you very much")
        await call.until("ended")
    assert call.mind.ordered == [TO_DESK]
    assert call.leg.closed == "handed_off"


async def test_an_order_that_fails_leaves_the_caller_with_the_agent() -> None:
    """They are told, and can go on."""
    async with screenplay(answer=lambda turn: ASKED if turn.turn_index == 1 else ["Sure."]) as call:
        call.mind.puts_through = False
        await call.notice()
        await call.caller_says("A person please")
        await call.until("speaking")
        await call.until("listening")
        assert call.said()[-1].endswith(lines.NOT_PUT_THROUGH)
        await call.caller_says("Then take a message")
        await call.until("speaking")
        await call.until("listening")
    assert [data["outcome"] for data in call.evidence.of("handoff")] == ["failed"]
    assert call.said()[-1] == "Sure."


async def test_a_message_instead_is_on_the_timeline_and_ends_nothing() -> None:
    """What was not possible is said as it is."""
    instead: Answer = ["I can take a message.", HandOff(reason="asked", outcome="message", label="the front desk")]
    async with screenplay(answer=lambda turn: instead) as call:
        await call.notice()
        await call.caller_says("A person please")
        await call.until("speaking")
        await call.until("listening")
    assert [data["outcome"] for data in call.evidence.of("handoff")] == ["message"]
    assert call.leg.closed == "caller_hung_up"


async def test_after_hours_the_first_words_lead_to_the_person() -> None:
    """No mind is asked, and nothing the caller has to say."""
    opening = Opening(greeting="We are closed. I am putting you through.", hand_off=TO_DESK)
    async with screenplay(opening=opening) as call:
        await call.until("ended")
    assert call.mind.turns == []
    assert call.mind.ordered == [TO_DESK]
    assert call.said()[-1] == opening.greeting


async def test_a_silent_caller_is_reminded_and_then_put_through_where_that_is_wanted() -> None:
    """As many reminders as the agent has, then the announcement; a word of theirs keeps them here."""
    control: dict[str, object] = {
        "maxIdleReminders": 1,
        "idleReminderDelaySeconds": 5,
        "idleReminderIntervalSeconds": 5,
    }
    async with screenplay(opening=Opening(silent=TO_DESK), callControl=control) as call:
        await call.notice()
        await call.until("ended")
    assert call.said()[1:] == [lines.REMINDERS[0], lines.SILENT_TRANSFER.format(label="the front desk")]
    assert call.leg.closed == "handed_off"
    async with screenplay(opening=Opening(silent=TO_DESK), callControl=control) as call:
        call.mind.puts_through = False
        await call.notice()
        await call.until("ended")
    assert call.leg.closed == "no_response"
    assert call.said()[-1].endswith(lines.NO_RESPONSE)


async def test_a_transfer_counts_before_a_goodbye() -> None:
    """A mind that hands over and ends the call has handed it over."""
    both: Answer = [WORDS, TO_DESK, EndCall(reason="done")]
    async with screenplay(answer=lambda turn: both) as call:
        await call.notice()
        await call.caller_says("A person please")
        await call.until("ended")
    assert call.leg.closed == "handed_off"
