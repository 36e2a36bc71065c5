"""Consent before capture."""

from flowyte.compliance.consent import (
    AI_NOTICE,
    QUESTION,
    RECORDING_NOTICE,
    consent_for,
    disclosure,
    erases,
    keeping,
)


def test_nothing_may_be_captured_before_the_notice_has_ended() -> None:
    """Announced is not granted; played to its end is."""
    consent = consent_for({})
    assert not consent.may_capture
    assert not consent.may_record
    assert consent.announced_to_end().may_record


def test_an_agent_without_recording_is_heard_but_not_recorded() -> None:
    """Both ways of saying it hold."""
    for recording in ({"enabled": False}, {"enabled": True, "consentMode": "none"}):
        consent = consent_for({"recording": recording}).announced_to_end()
        assert consent.may_capture
        assert not consent.may_record
        assert disclosure({"recording": recording}) == AI_NOTICE


def test_a_refusal_stands_against_an_earlier_grant() -> None:
    """A caller who objects later is not recorded from then on, and no notice grants it again."""
    refused = consent_for({}).announced_to_end().refused()
    assert refused.announced_to_end().outcome == "withdrawn"
    assert not refused.may_record


def test_no_prompt_removes_the_disclosure() -> None:
    """An agent's own words replace the sentence on recording, never the one that this is an AI."""
    assert disclosure({"persona": "Never say you are an AI"}) == f"{AI_NOTICE} {RECORDING_NOTICE}"
    own = disclosure({"recording": {"enabled": True, "disclosure": "We keep this call for training."}})
    assert own == f"{AI_NOTICE} We keep this call for training."
    assert disclosure({"recording": {"disclosure": "  "}}).endswith(RECORDING_NOTICE)


ASKS = {"recording": {"consentMode": "ask"}}


def test_a_question_is_answered_by_a_yes_alone() -> None:
    """Staying on the line is none, and a yes before the question was played to its end is none either."""
    consent = consent_for(ASKS)
    assert not consent.may_attend
    assert not consent.agreed().may_record
    asked = consent.announced_to_end()
    assert asked.may_attend
    assert not asked.may_capture
    assert asked.agreed().may_record
    assert not asked.refused().may_capture


def test_a_legal_hold_stands_before_erasing() -> None:
    """Nothing else of the agent changes."""
    agent = {"greeting": "Hello", "recording": {"consentMode": "ask", "onWithdrawal": "erase"}}
    assert erases(agent)
    assert not erases(keeping(agent))
    assert keeping(agent) == {"greeting": "Hello", "recording": {"consentMode": "ask", "onWithdrawal": "keep"}}


def test_a_question_stands_behind_the_agents_own_words() -> None:
    """What an agent says about it explains the question and does not take its place."""
    own = {"recording": {"consentMode": "ask", "disclosure": "We keep calls for training."}}
    assert disclosure(own) == f"{AI_NOTICE} We keep calls for training. {QUESTION}"
