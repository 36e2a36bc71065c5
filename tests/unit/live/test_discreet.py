"""What leaves a call or a chat for storage and for screens, when its agent's owner wants numbers taken out."""

import json
from collections.abc import Mapping

import numpy as np

from flowyte.conversation.reply import Expect, MindContext, Passage, Reply, Retrieved, SkillCalled, UserTurn
from flowyte.live.chat import ChatSession
from flowyte.live.withheld import AFTER_MS, BEFORE_MS, LATE_MS, MOST_MS, Withheld
from flowyte.testing.clock import VirtualClock
from flowyte.testing.fakes import TONE, Answer, FakeEvidence, FakeMind
from flowyte.testing.screenplay import CALLER, screenplay

CARD = "4111 1111 1111 1111"
PAY = "What is your card number, please?"
WANTED: Mapping[str, object] = {"entities": ["card", "phone"], "audio": True}


def answers(turn: UserTurn) -> Answer:
    if "pay" in turn.text:
        return [PAY, Expect(kind="digits")]
    if "1111" in turn.text or "eleven" in turn.text:
        called = SkillCalled(call_id="c/1", name="charge", arguments={"card": CARD, "amount": 95})
        return [called, "I have 4 1 1 1, 1 1 1 1, 1 1 1 1, 1 1 1 1. Is that right?"]
    return ["We are open from nine to five."]


def everything(evidence: FakeEvidence, notes: object) -> str:
    return json.dumps([evidence.events, str(notes)], default=str)


async def test_a_card_is_in_no_entry_and_on_no_screen_and_the_mind_has_it() -> None:
    """Asked for, said in digits, passed to a skill, read back: what is kept has `[card]` in each place."""
    async with screenplay(answer=answers, redaction=WANTED) as call:
        await call.notice()
        await call.caller_says("I want to pay")
        await call.until("listening")
        await call.captions("four one one one eleven")
        await call.caller_says(CARD)
        await call.until("speaking")
        await call.until("listening")
        assert call.mind.turns[-1].text == CARD
        assert "4 1 1 1" in call.mouth.spoken[-1]
    kept = everything(call.evidence, call.leg.notes)
    assert "1111" not in kept
    assert "1 1 1" not in kept
    said = call.evidence.of("user_utterance")[-1]
    assert (said["text"], said["redacted"]) == ("[card]", ["card"])
    assert call.evidence.of("tool_call")[0]["arguments"] == {"card": "[card]", "amount": 95}
    assert call.evidence.of("tool_call")[0]["name"] == "charge"
    assert call.evidence.of("agent_message")[-1]["text"] == "I have [card]. Is that right?"


async def test_the_utterance_and_the_reading_back_are_silent_in_both_tracks() -> None:
    async with screenplay(answer=answers, redaction=WANTED) as call:
        await call.notice()
        await call.caller_says("I want to pay")
        await call.until("listening")
        began = call.now
        await call.caller_says(CARD)
        await call.until("speaking")
        await call.until("listening")
        ended = call.now
        await call.wait(3_000)
        before = call.evidence.events[2][1]  # when the recording began
        first = next(at for kind, at, _ in call.evidence.events if kind == "consent")
        assert before >= first
    caller = np.frombuffer(bytes(call.evidence.caller), np.int16)
    agent = np.frombuffer(bytes(call.evidence.agent), np.int16)
    assert len(caller) == len(agent)
    total_ms = len(caller) // 8
    start_ms = call.now - total_ms
    loud = caller[(began - start_ms) * 8 : (ended - start_ms - AFTER_MS) * 8]
    assert not loud.any()
    assert not agent[(began - start_ms) * 8 : (ended - start_ms - AFTER_MS) * 8].any()
    assert caller[: (began - start_ms - 2 * BEFORE_MS - 1_000) * 8].any()
    assert caller[-8_000:].any()
    assert TONE in bytes(call.evidence.agent)


async def test_an_ordinary_call_loses_nothing_of_its_recording() -> None:
    async with screenplay(redaction=WANTED) as call:
        await call.notice()
        await call.caller_says("When do you open on Saturday?")
        await call.until("speaking")
        await call.until("listening")
        recorded_ms = call.now - next(at for kind, at, _ in call.evidence.events if kind == "consent")
    assert abs(len(call.evidence.caller) // 16 - recorded_ms) <= 40
    heard = np.frombuffer(bytes(call.evidence.caller), np.int16)
    assert np.count_nonzero(heard) > 0.95 * len(heard)


async def test_without_the_setting_everything_is_kept_as_it_was() -> None:
    async with screenplay(answer=answers) as call:
        await call.notice()
        await call.caller_says(f"Take {CARD}")
        await call.until("speaking")
    assert call.evidence.of("user_utterance")[-1]["text"] == f"Take {CARD}"
    assert CALLER in bytes(call.evidence.caller)


async def test_keys_leave_no_tone_and_no_digit() -> None:
    async with screenplay(answer=answers, redaction=WANTED) as call:
        await call.notice()
        await call.caller_says("I want to pay")
        await call.until("listening")
        await call.presses("4111111111111111#")
        await call.until("speaking")
    assert "1111" not in everything(call.evidence, call.leg.notes)
    assert "keys" not in call.evidence.of("user_utterance")[-1]


async def test_the_business_may_say_its_own_number() -> None:
    """Words of the knowledge that was found, and of the agent's own settings."""
    known = "In an emergency call 2 0 2, 5 5 5, 0 1 9 9."
    found = Retrieved(query="q", passages=(Passage(source_id="s", chunk_id="c", text=known, score=1.0),), top_score=1.0)
    async with screenplay(answer=lambda turn: [found, known], redaction=WANTED) as call:
        await call.notice()
        await call.caller_says("What do I do at night?")
        await call.until("speaking")
        await call.until("listening")
    assert call.said()[-1] == known


async def test_a_chat_shows_and_keeps_the_placeholder() -> None:
    clock = VirtualClock()
    evidence = FakeEvidence()

    def answer(turn: UserTurn) -> list[Reply | str | int | Exception]:
        return ["I have 2 0 2, 5 5 5, 0 1 4 2. Is that right?"]

    context = MindContext(
        org=__import__("uuid").UUID(int=1), conversation_id="cnv", agent={"redaction": WANTED}, channel="chat",
        language="en-US",
    )  # fmt: skip
    session = ChatSession(mind=FakeMind(clock, answer), context=context, evidence=evidence, clock=clock)
    frames = [frame async for frame in session.send("Call me at 202 555 0142 please")]
    shown = json.dumps([frame.data for frame in frames])
    assert "0142" not in shown
    assert "0 1 4 2" not in shown
    assert frames[0].data["text"] == "Call me at [phone] please"
    assert evidence.of("agent_message")[0]["text"] == "I have [phone]. Is that right?"


# ---- sound that is held back


def test_what_nobody_has_judged_when_the_call_ends_is_not_kept() -> None:
    kept: list[bytes] = []
    held = Withheld(lambda caller, agent: kept.append(caller))
    for at in range(0, 4_000, 20):
        held.add(b"\x01\x01", b"\x01\x01", at)
        if at == 2_000:
            held.voice(2_000)
    assert len(kept) == (2_000 - BEFORE_MS) // 20
    held.flush()
    assert len(kept) == 200
    assert set(kept[: (2_000 - BEFORE_MS) // 20]) == {b"\x01\x01"}
    assert set(kept[(2_000 - BEFORE_MS) // 20 :]) == {b"\x00\x00"}


def test_nothing_waits_longer_than_the_bound_and_nothing_is_lost() -> None:
    """An utterance that does not end goes on as silence, so that memory does not grow."""
    kept: list[bytes] = []
    held = Withheld(lambda caller, agent: kept.append(caller))
    held.voice(0)
    for at in range(0, MOST_MS + 10_000, 20):
        held.add(b"\x01\x01", b"\x01\x01", at)
        assert at // 20 + 1 - len(kept) <= MOST_MS // 20 + 1
    assert len(kept) == 10_000 // 20 - 1
    assert set(kept) == {b"\x00\x00"}


def test_a_quiet_line_is_kept_a_second_late() -> None:
    kept: list[bytes] = []
    held = Withheld(lambda caller, agent: kept.append(caller))
    for at in range(0, 10_000, 20):
        held.add(b"\x01\x01", b"\x01\x01", at)
    assert len(kept) == (10_000 - 20 - LATE_MS) // 20


async def test_the_receipt_says_where_the_recording_was_silenced() -> None:
    """One entry a stretch, the last one before the end of the call; and none where nothing was."""
    async with screenplay(answer=answers, redaction=WANTED) as call:
        await call.notice()
        await call.caller_says("I want to pay")
        await call.until("listening")
        began = call.now
        await call.caller_says(CARD)
        await call.wait(2_000)
        await call.hangs_up()
    (first, *others) = call.evidence.of("silenced")
    assert first["track"] == "both"
    assert began - BEFORE_MS - 100 <= int(str(first["fromMs"])) <= began
    assert int(str(first["toMs"])) > began
    assert all(int(str(each["fromMs"])) >= int(str(first["toMs"])) for each in others)
    assert call.evidence.events[-1][0] == "call_ended"
    async with screenplay(redaction=WANTED) as plain:
        await plain.notice()
        await plain.caller_says("When do you open on Saturday?")
        await plain.until("speaking")
        await plain.until("listening")
    assert plain.evidence.of("silenced") == []


async def test_a_key_that_is_held_leaves_no_tone_either() -> None:
    """Where a number is being given all is silent from the first key to the end of the turn."""
    async with screenplay(answer=answers, redaction=WANTED) as call:
        await call.notice()
        await call.caller_says("I want to pay")
        await call.until("listening")
        began = call.now
        await call.presses("41")
        await call.wait(1_200)  # the line's sound goes on: a long tone
        ended = call.now
        await call.presses("#")
        await call.until("speaking")
    (silenced, *_) = call.evidence.of("silenced")
    assert int(str(silenced["fromMs"])) <= began
    assert int(str(silenced["toMs"])) >= ended
