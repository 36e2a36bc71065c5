"""Consent before capture: announced, then granted, denied or unknown.

The platform writes the disclosure, so that no prompt can remove it, and an announcement counts only when it was
played to its end. Until `may_capture`, neither the ears nor the recorder may be given one sample. Two rules exist:
`notice` (staying on the line after the notice is consent) and `none` (nothing is recorded; the caller still hears that
this is an AI, as Article 50 of the EU AI Act asks since 2 August 2026).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Outcome = Literal["granted", "denied", "unknown"]
AI_NOTICE = "Hello. You are speaking with an automated assistant, an AI."
RECORDING_NOTICE = "This call is recorded."


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Where one call stands. Every step gives a new value; what was decided once is never undone."""

    recording: bool
    outcome: Outcome | None = None

    @property
    def may_capture(self) -> bool:
        """Whether anybody may hear the caller at all."""
        return self.outcome is not None

    @property
    def may_record(self) -> bool:
        return self.recording and self.outcome == "granted"

    def announced_to_end(self) -> "Consent":
        """The caller has heard all of it and stayed."""
        return replace(self, outcome="granted") if self.outcome is None else self

    def refused(self) -> "Consent":
        """The caller objects; a grant given before does not stand against it."""
        return replace(self, outcome="denied")


def consent_for(agent: Mapping[str, object]) -> Consent:
    """What an agent version asks for. `consentMode: none` records nothing, whatever `enabled` says."""
    recording = _recording(agent)
    return Consent(recording=recording.get("enabled", True) is True and recording.get("consentMode") != "none")


def disclosure(agent: Mapping[str, object]) -> str:
    """The words before everything else: that this is an AI, and that the call is recorded if it is."""
    if not consent_for(agent).recording:
        return AI_NOTICE
    own = _recording(agent).get("disclosure")
    return f"{AI_NOTICE} {own.strip() if isinstance(own, str) and own.strip() else RECORDING_NOTICE}"


def _recording(agent: Mapping[str, object]) -> Mapping[str, object]:
    recording = agent.get("recording")
    return recording if isinstance(recording, Mapping) else {}
