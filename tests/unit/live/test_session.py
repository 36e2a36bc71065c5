"""Scripted calls in virtual time: what the caller experiences, and what is left on the timeline."""

import pytest

from flowyte.conversation import lines
from flowyte.conversation.events import SpeechStopped
from flowyte.conversation.reply import EndCall, Expect, SkillCalled, SkillReturned
from flowyte.testing.fakes import TONE, Answer
from flowyte.testing.screenplay import CALLER, screenplay

HOURS = "On Saturday we are open from nine to one."


async def test_a_question_is_answered_and_everything_is_on_the_timeline() -> None:
    """A caller asks, the agent answers, and notice, consent, both utterances and the latency are written down."""
    async with screenplay(answer=lambda turn: [300, HOURS], greeting="How can I help?") as call:
        await call.notice()
        await call.caller_says("When do you open on Saturday?")
        await call.until("speaking")
        await call.until("listening")
    kinds = [kind for kind, _, _ in call.evidence.events]
    assert kinds == [
        "call_started",
        "agent_message",
        "consent",
        "agent_message",
        "user_utterance",
        "latency",
        "agent_message",
        "call_ended",
    ]
    assert call.said()[-1] == HOURS
    assert call.mind.remembered[-1] == HOURS
    latency = call.evidence.of("latency")[0]
    assert 300 <= int(str(latency["firstSentenceMs"])) <= 320
    assert latency["endpointingMs"] == 400
    assert call.evidence.finished == "caller_hung_up"


async def test_nobody_hears_a_sample_before_the_notice_has_ended() -> None:
    """The caller talks from the first sample on; ears and recording get nothing until the notice was played out."""
    async with screenplay() as call:
        await call.wait(1000)
        assert call.state == "notice"
        assert call.ears.listening is None
        assert not call.evidence.recording
        await call.notice()
        assert call.evidence.recording
        assert call.leg.clears == 0
        await call.wait(500)
    assert call.ears.listening is not None
    assert call.ears.listening.fed * 20 <= call.now - 2000


async def test_without_recording_nothing_is_kept_but_the_call_is_heard() -> None:
    """`consentMode: none` still says that this is an AI, and records nothing."""
    async with screenplay(recording={"enabled": False, "consentMode": "none"}) as call:
        await call.notice()
        await call.caller_says("Hello there")
        await call.until("speaking")
        await call.until("listening")
    assert "AI" in call.mouth.spoken[0]
    assert "recorded" not in call.mouth.spoken[0]
    assert not call.evidence.agent
    assert call.said()[-1].startswith("All right")


async def test_barge_in_stops_the_agent_and_only_what_was_heard_remains() -> None:
    """Speaking over the agent silences it within 220 ms; the transcript ends at the last word that was played."""
    long = "We offer cleaning and fillings and crowns and whitening and braces for grown people and for children."
    answers = iter([[long, "Shall I go on?"], ["Noon."]])
    async with screenplay(answer=lambda turn: next(answers)) as call:
        await call.notice()
        await call.caller_says("What do you offer?")
        await call.until("speaking")
        await call.wait(1500)
        began = call.now
        await call.caller_speaks(60)
        while not call.leg.clears:
            await call.wait(20)
        assert call.now - began <= 220
        await call.caller_stops("Stop, when do you close?", ms=400)
        await call.until("speaking")
        await call.until("listening")
    heard = call.said()[1]
    assert long.startswith(heard)
    assert 0 < len(heard.split()) < 10
    assert call.mind.remembered[1] == heard
    assert call.evidence.of("agent_message")[1]["cut"] is True
    assert call.evidence.of("barge_in")
    assert call.said()[-1] == "Noon."
    assert "Shall I go on?" not in call.said()


async def test_a_mhm_does_not_take_the_floor() -> None:
    """A short "mhm" leaves the agent speaking; a longer one is followed by what was not heard yet."""
    answer = ["First we look at your teeth together.", "Then we clean them with great care."]
    async with screenplay(answer=lambda turn: answer) as call:
        await call.notice()
        await call.caller_says("What happens at a visit?")
        await call.until("speaking")
        await call.wait(400)
        await call.caller_says("Mhm")
        assert call.state == "speaking"
        await call.caller_speaks(400)
        assert call.state == "hearing"
        await call.caller_stops("Yeah, okay.", ms=400)
        await call.until("listening")
    assert len(call.mind.turns) == 1
    assert call.said()[-1].split() == " ".join(answer).split()


async def test_yes_over_the_end_of_a_question_is_an_answer() -> None:
    """After "Is that right?" a "yes" is not a mere "mhm", though the question has not ended."""
    answers = iter([["Is that really all right for you?"], ["Good."]])
    async with screenplay(answer=lambda turn: next(answers)) as call:
        await call.notice()
        await call.caller_says("Book me in please")
        await call.until("speaking")
        await call.wait(600)
        await call.caller_says("Yes")
        await call.until("speaking")
    assert [turn.text for turn in call.mind.turns] == ["Book me in please", "Yes"]


async def test_a_caller_who_goes_on_is_merged_into_one_turn() -> None:
    """Speech during the thinking cancels it; the mind gets both parts under the same turn."""
    async with screenplay(answer=lambda turn: [2000, "Good."]) as call:
        await call.notice()
        await call.caller_says("I would like an appointment")
        await call.until("thinking")
        await call.caller_says("on Monday morning please")
        await call.until("speaking")
    assert [turn.text for turn in call.mind.turns] == [
        "I would like an appointment",
        "I would like an appointment on Monday morning please",
    ]
    assert {turn.turn_index for turn in call.mind.turns} == {1}


async def test_okay_while_a_skill_runs_does_not_cancel_it() -> None:
    """A "mhm" during the thinking keeps the thought: its skill is not run twice and its answer is spoken."""
    parts: Answer = [
        "Let me look.",
        SkillCalled(call_id="c1", name="take_message", arguments={}),
        1500,
        SkillReturned(call_id="c1", name="take_message", ok=True, result={}),
        "It is done.",
    ]
    async with screenplay(answer=lambda turn: parts) as call:
        await call.notice()
        await call.caller_says("Please take a message")
        await call.until("speaking")
        await call.until("thinking")
        await call.caller_says("Okay")
        await call.until("speaking")
        await call.until("listening")
    assert len(call.mind.turns) == 1
    assert call.said()[-1] == "Let me look. It is done."
    assert [data["phase"] for data in call.evidence.of("tool_call")] == ["called", "returned"]


async def test_a_slow_mind_is_covered_by_a_filler() -> None:
    """After four seconds without an answer something is said."""
    async with screenplay(answer=lambda turn: [6000, "Here it is."]) as call:
        await call.notice()
        await call.caller_says("A hard question")
        await call.until("speaking")
        await call.until("thinking")
        await call.until("speaking")
        await call.until("listening")
    assert call.said()[-1] == f"{lines.FILLERS[0]} Here it is."
    assert 4000 <= int(str(call.evidence.of("filler")[0]["waitedMs"])) < 4100


async def test_a_failing_mind_apologises_and_after_three_times_ends_the_call() -> None:
    """One failure is an apology; the third in a row ends the call with its cause."""
    async with screenplay(answer=lambda turn: [RuntimeError("no model")]) as call:
        await call.notice()
        for _ in range(3):
            await call.caller_says("Are you there my friend?")
            await call.wait(8000)
    assert call.said()[1:] == [lines.APOLOGY, lines.APOLOGY, lines.GIVING_UP]
    assert call.leg.closed == "service_failed"


async def test_a_mind_that_never_answers_is_given_up() -> None:
    """Twenty seconds of thinking end in an apology, not in silence."""
    async with screenplay(answer=lambda turn: [10_000_000]) as call:
        await call.notice()
        await call.caller_says("Hello?")
        await call.wait(26_000)
    assert lines.APOLOGY in call.said()[-1]


async def test_ears_that_give_no_words_are_an_incident() -> None:
    """Speech that stopped and never became text is dead air: a cause is written and the agent asks again."""
    async with screenplay() as call:
        await call.notice()
        await call.caller_speaks(600)
        call.ears.hear(SpeechStopped(at_ms=0))
        await call.wait(4200)
        assert call.state == "speaking"
    assert call.evidence.of("error")[0]["cause"] == "dead_air"


@pytest.mark.parametrize("broken", [lines.NOTICE, "All right then."])
async def test_a_mouth_that_is_broken_ends_the_call_with_a_cause(broken: str) -> None:
    """A sentence that cannot be spoken is tried again and then given up; the notice is never skipped."""
    async with screenplay(recording={"enabled": False}) as call:
        call.mouth.broken.add(broken)
        await call.wait(8000)
        if call.state == "listening":
            await call.caller_says("Hello there")
            await call.wait(2000)
        assert call.leg.closed == "service_failed"
    if broken == lines.NOTICE:
        assert call.ears.listening is None


async def test_silence_is_reminded_twice_and_then_ends_the_call() -> None:
    """An idle caller is asked for, then the call ends for want of a response."""
    control = {"idleReminderDelaySeconds": 5, "idleReminderIntervalSeconds": 3, "maxIdleReminders": 2}
    async with screenplay(callControl=control) as call:
        await call.notice()
        await call.wait(20_000)
    assert call.said()[1:] == [*lines.REMINDERS, lines.NO_RESPONSE]
    assert call.leg.closed == "no_response"


async def test_the_longest_time_of_a_call_is_announced() -> None:
    """At the limit the agent is cut, says the configured sentence and hangs up."""
    control = {"maxCallSeconds": 12, "maxDurationMessage": "Time is up."}
    async with screenplay(answer=lambda turn: ["word " * 100], callControl=control) as call:
        await call.notice()
        await call.caller_says("Tell me everything")
        await call.wait(14_000)
        assert call.leg.closed == "max_duration"
    assert call.said()[-1].endswith("Time is up.")


async def test_the_agent_can_end_the_call_after_its_last_words() -> None:
    """EndCall hangs up once everything before it has been spoken."""
    async with screenplay(answer=lambda turn: ["Goodbye and take care.", EndCall(reason="done")]) as call:
        await call.notice()
        await call.caller_says("That was everything I needed")
        await call.wait(3000)
    assert call.leg.closed == "agent_ended"
    assert call.said()[-1] == "Goodbye and take care."


async def test_goodbye_ends_the_call_unless_that_is_switched_off() -> None:
    """End-call phrases hang up after a last sentence."""
    async with screenplay() as call:
        await call.notice()
        await call.caller_says("Okay, bye!")
        await call.wait(3000)
        assert call.leg.closed == "caller_hung_up"
    async with screenplay(callControl={"endCallPhrasesEnabled": False}) as call:
        await call.notice()
        await call.caller_says("Okay, bye!")
        await call.until("speaking")
    assert call.mind.turns[0].text == "Okay, bye!"


async def test_keys_are_one_utterance_after_a_pause_or_a_hash() -> None:
    """Digits are gathered until nothing is pressed for 2.5 s, or until the hash key."""
    async with screenplay(answer=lambda turn: [Expect(kind="digits"), "Thank you."]) as call:
        await call.notice()
        await call.presses("2025550142")
        await call.wait(2600)
        await call.until("listening")
        await call.presses("55#")
        await call.until("speaking")
    assert [turn.text for turn in call.mind.turns] == ["2025550142", "55"]
    assert call.evidence.of("user_utterance")[0]["keys"] == "2025550142"


async def test_both_tracks_are_as_long_as_the_wall_clock() -> None:
    """A line that goes silent is filled; the recording is as long as the time since consent, within one frame."""
    async with screenplay() as call:
        await call.notice()
        began, at = call.now, len(call.evidence.agent)
        call.frame = None
        await call.wait(3000)
        call.frame = CALLER * 160
        await call.caller_says("Hello there")
        await call.wait(5000)
        bytes_a_ms = 16
        assert abs((len(call.evidence.agent) - at) / bytes_a_ms - (call.now - began)) <= 20
        assert len(call.evidence.agent) == len(call.evidence.caller)
    assert TONE in call.evidence.agent
    assert CALLER in call.evidence.caller


async def test_every_part_is_released_when_the_leg_drops_in_mid_sentence() -> None:
    """A lost leg stops the mind and the mouth, keeps what was heard, and closes with its cause."""
    async with screenplay(answer=lambda turn: ["word " * 50, 100_000, "never"]) as call:
        await call.notice()
        await call.caller_says("Tell me everything")
        await call.until("speaking")
        await call.wait(1000)
        await call.hangs_up("leg_lost")
        assert call.leg.closed == "leg_lost"
    assert call.said()[-1].split() == ["word"] * len(call.said()[-1].split())
    assert 3 <= len(call.said()[-1].split()) <= 5
    assert call.ears.listening is not None
    assert call.ears.listening.closed
    assert len(call.pacer) == 0


async def test_a_frame_of_the_wrong_size_ends_the_call_as_invalid() -> None:
    """A leg that sends something else than 20 ms frames is given up."""
    async with screenplay() as call:
        await call.notice()
        call.session.hear(b"12345")
        await call.wait(20)
        assert call.leg.closed == "leg_invalid"
