"""Being recorded, as callers experience it: asked, saying no, taking it back, and what is left of it."""

from collections.abc import Mapping

import pytest

from flowyte.compliance.consent import QUESTION
from flowyte.conversation import lines
from flowyte.conversation.reply import HandOff, Opening
from flowyte.testing.fakes import TONE, Answer
from flowyte.testing.screenplay import CALLER, FakedCall, screenplay

ASKS = {"enabled": True, "consentMode": "ask"}
GREETING = "How can I help you?"
BYTES_A_MS = 16


def outcomes(call: FakedCall) -> list[object]:
    return [data["outcome"] for data in call.evidence.of("consent")]


def silent(sound: bytes) -> bool:
    return not any(sound)


async def test_who_is_asked_and_says_yes_is_recorded_from_there_on() -> None:
    """Nobody but the house's ears hears the answer, and what was played and said is written down."""
    async with screenplay(recording=ASKS, greeting=GREETING) as call:
        await call.notice()
        assert not call.evidence.recording
        await call.caller_says("Yes, that is fine")
        assert call.evidence.recording
        await call.until("listening")
        await call.wait(500)
    asked, granted = call.evidence.of("consent")
    assert str(asked["announced"]).endswith(QUESTION)
    assert asked["samples"] == 200 * 8 * len(str(asked["announced"]).split())
    assert (granted["outcome"], granted["said"], granted["recording"]) == ("granted", "Yes, that is fine", True)
    assert call.said()[-1] == f"{lines.AGREED} {GREETING}"
    assert CALLER in call.evidence.caller


@pytest.mark.parametrize("answer", ["No thank you", "I would rather not be recorded", "2"])
async def test_who_says_no_is_helped_unrecorded(answer: str) -> None:
    """Unless the organization chose otherwise."""
    async with screenplay(recording=ASKS, greeting=GREETING) as call:
        await call.notice()
        if answer.isdigit():
            await call.presses(f"{answer}#")
        else:
            await call.caller_says(answer)
        await call.until("speaking")
        await call.until("listening")
        await call.caller_says("When do you open?")
        await call.until("speaking")
    assert outcomes(call) == ["unknown", "denied"]
    assert call.said()[1] == f"{lines.UNRECORDED} {GREETING}"
    assert [turn.text for turn in call.mind.turns] == ["When do you open?"]
    assert not call.evidence.caller


async def test_silence_and_unclear_words_are_no_yes() -> None:
    """Asked twice; what the caller came for is answered once that is settled."""
    async with screenplay(recording=ASKS, greeting=GREETING) as call:
        await call.notice()
        await call.caller_says("I need an appointment on Monday")
        await call.until("speaking")
        await call.until("listening")
        await call.wait(15_000)
        await call.until("listening")
    assert outcomes(call) == ["unknown", "unknown"]
    assert call.said()[1:] == [lines.ASK_AGAIN, lines.UNANSWERED, "All right then."]
    assert [turn.text for turn in call.mind.turns] == ["I need an appointment on Monday"]
    assert not call.evidence.caller


async def test_a_yes_and_a_matter_in_one_breath() -> None:
    """The caller is recorded and does not have to say it again."""
    async with screenplay(recording=ASKS, greeting=GREETING) as call:
        await call.notice()
        await call.caller_says("Yes, I would like to book a visit")
        await call.until("speaking")
        await call.until("listening")
    assert [turn.text for turn in call.mind.turns] == ["I would like to book a visit"]
    assert GREETING not in " ".join(call.said())


async def test_the_organization_may_end_calls_that_it_cannot_record() -> None:
    """With words, and with the cause."""
    async with screenplay(recording={**ASKS, "onDenial": "end"}) as call:
        await call.notice()
        await call.caller_says("No")
        await call.wait(6_000)
        assert call.leg.closed == "consent_denied"
    assert call.said()[-1] == f"{lines.UNRECORDED} {lines.ENDS_UNRECORDED}"
    assert call.evidence.of("consent")[-1]["then"] == "end"


@pytest.mark.parametrize("reachable", [True, False])
async def test_the_organization_may_put_them_through_to_a_person(reachable: bool) -> None:
    """Where the line can; else the call goes on unrecorded rather than help nobody."""
    desk = HandOff(reason="not_recorded", outcome="put_through", to=1, label="the front desk")
    opening = Opening(greeting=GREETING, refused=desk if reachable else None)
    async with screenplay(recording={**ASKS, "onDenial": "transfer"}, opening=opening) as call:
        await call.notice()
        await call.caller_says("No")
        await call.wait(6_000)
        assert call.leg.closed == ("handed_off" if reachable else None)
    assert call.mind.ordered == ([desk] if reachable else [])
    assert call.evidence.of("consent")[-1]["then"] == ("transfer" if reachable else "unrecorded")


async def test_please_stop_recording_stops_it_at_once() -> None:
    """Acknowledged, noted, and silence in both tracks to the end, as long as the call; the answer goes on."""
    answer: Answer = ["We open at nine on Monday.", "And at ten on all the other days of the week."]
    async with screenplay(answer=lambda turn: answer) as call:
        await call.notice()
        began = call.now - len(call.evidence.caller) // BYTES_A_MS
        await call.caller_says("When do you open?")
        await call.until("speaking")
        await call.wait(400)
        await call.caller_speaks(800)
        await call.caller_stops("Please stop recording", ms=800)
        stopped = len(call.evidence.caller)
        await call.until("listening")
        await call.caller_says("And on Sunday?")
        await call.until("speaking")
        assert abs(len(call.evidence.caller) / BYTES_A_MS - (call.now - began)) <= 20
    assert CALLER in call.evidence.caller[: stopped - 20 * BYTES_A_MS]
    assert silent(call.evidence.caller[stopped:])
    assert silent(call.evidence.agent[stopped:])
    assert outcomes(call) == ["granted", "withdrawn"]
    assert call.evidence.of("consent")[-1]["said"] == "Please stop recording"
    assert call.evidence.of("recording") == [{"phase": "stopped", "by": "caller"}]
    said = " ".join(call.said())
    assert lines.STOPPED in said
    assert "We open at All right, I have stopped recording. nine on Monday. And at ten" in said
    assert [turn.text for turn in call.mind.turns] == ["When do you open?", "And on Sunday?"]


async def test_what_was_recorded_may_be_erased_when_it_is_stopped() -> None:
    """As the organization chose; no sound is taken after it."""
    async with screenplay(recording={"onWithdrawal": "erase"}) as call:
        await call.notice()
        await call.caller_says("Hello there friend")
        await call.until("listening")
        assert call.evidence.caller
        await call.caller_says("I do not want to be recorded")
        await call.until("listening")
        await call.caller_says("You can record again")
        await call.until("listening")
        assert not call.evidence.caller
    assert lines.ERASED in call.said()
    assert call.said()[-1] == lines.NOT_RECORDED
    assert [data["phase"] for data in call.evidence.of("recording")] == ["erased"]


async def test_a_pause_is_a_gap_and_the_callers_word_ends_it() -> None:
    """Silence of the true length between two stretches of sound."""
    async with screenplay() as call:
        await call.notice()
        await call.wait(1_000)
        await call.caller_says("Pause the recording please")
        paused = len(call.evidence.caller)
        await call.until("listening")
        await call.wait(2_000)
        await call.caller_says("You can resume recording")
        resumed = len(call.evidence.caller)
        await call.until("listening")
        await call.wait(500)
    assert silent(call.evidence.caller[paused : resumed - 20 * BYTES_A_MS])
    assert CALLER in call.evidence.caller[resumed:]
    assert TONE in call.evidence.agent[resumed:]
    assert [(data["phase"], data["by"]) for data in call.evidence.of("recording")] == [
        ("paused", "caller"),
        ("resumed", "caller"),
    ]
    assert outcomes(call) == ["granted"]


async def test_the_callers_no_stands_above_the_organizations_yes() -> None:
    """What they stopped nobody else resumes; by their own words it is a grant, with those words."""
    async with screenplay() as call:
        await call.notice()
        call.session.order_recording("pause")
        await call.wait(1_000)
        call.session.order_recording("go_on")
        await call.caller_says("stop recording")
        await call.until("listening")
        stopped = len(call.evidence.caller)
        call.session.order_recording("go_on")
        await call.wait(1_000)
        assert silent(call.evidence.caller[stopped:])
        await call.caller_says("You may record this")
        await call.until("listening")
        await call.wait(500)
        assert not silent(call.evidence.caller[stopped:])
    events: list[Mapping[str, object]] = call.evidence.of("recording")
    assert [(data["phase"], data["by"]) for data in events] == [
        ("paused", "operator"), ("resumed", "operator"), ("stopped", "caller"), ("resumed", "caller"),
    ]  # fmt: skip
    assert outcomes(call) == ["granted", "withdrawn", "granted"]
    assert call.evidence.of("consent")[-1]["said"] == "You may record this"


async def test_whether_it_is_recorded_is_told_as_it_is() -> None:
    """By the platform, which knows, and not by a mind."""
    async with screenplay() as call:
        await call.notice()
        await call.caller_says("Is this call being recorded?")
        await call.until("listening")
        await call.caller_says("Then stop recording me")
        await call.until("listening")
        await call.caller_says("Are you recording this?")
        await call.until("listening")
    assert call.said()[1:] == [lines.IS_RECORDED, lines.STOPPED, lines.NOT_RECORDED]
    assert call.mind.turns == []


async def test_a_no_in_the_last_words_still_counts() -> None:
    """A farewell is not taken back, but nothing more is recorded."""
    async with screenplay() as call:
        await call.notice()
        await call.caller_says("bye")
        assert call.state == "closing"
        await call.caller_speaks(200)
        await call.caller_stops("stop recording", ms=200)
    assert outcomes(call) == ["granted", "withdrawn"]
    assert lines.GOODBYE.startswith(call.said()[-1])
    assert lines.STOPPED not in call.said()
