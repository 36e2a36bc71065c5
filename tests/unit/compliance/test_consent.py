"""Consent before capture."""

from flowyte.compliance.consent import AI_NOTICE, RECORDING_NOTICE, consent_for, disclosure


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
