"""Consent before capture: announced, then granted, denied or unknown.

The platform writes the disclosure, so that no prompt can remove it, and an announcement counts only when it was
played to its end. Until `may_capture`, neither the ears nor the recorder may be given one sample. Three rules exist:
`ask` (the caller is asked and has to say yes; only the house's own ears hear the answer, and only once the question
was played), `notice` (staying on the line after the notice is consent) and `none` (nothing is recorded; the caller
still hears that this is an AI, as Article 50 of the EU AI Act asks since 2 August 2026).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from flowyte.compliance.places import place_of, source_of, wants_all_parties

Outcome = Literal["granted", "denied", "unknown", "withdrawn"]
Mode = Literal["none", "notice", "ask"]
AI_NOTICE = "Hello. You are speaking with an automated assistant, an AI."
RECORDING_NOTICE = "This call is recorded."
QUESTION = "May this call be recorded? Please say yes or no."


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Where one call stands. Every step gives a new value; what was announced once stays announced."""

    recording: bool
    asks: bool = False
    outcome: Outcome | None = None
    announced: bool = False

    @property
    def may_attend(self) -> bool:
        """Whether the house's own ears may hear the caller: the announcement has been played."""
        return self.announced

    @property
    def may_capture(self) -> bool:
        """Whether anybody else may hear the caller."""
        return self.outcome == "granted"

    @property
    def may_record(self) -> bool:
        return self.recording and self.outcome == "granted"

    def announced_to_end(self) -> "Consent":
        """The caller has heard all of it and stayed. A question is not answered by that."""
        heard = replace(self, announced=True)
        return replace(heard, outcome="granted") if self.outcome is None and not self.asks else heard

    def agreed(self) -> "Consent":
        """The caller has said yes; that counts only for what was announced to its end."""
        return replace(self, outcome="granted") if self.announced else self

    def refused(self) -> "Consent":
        """The caller objects, or says nothing clear; a grant given before does not stand against it."""
        return replace(self, outcome="denied" if self.outcome != "granted" else "withdrawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Which rule one call falls under, and why."""

    mode: Mode
    caller: str = ""
    called: str = ""
    """Places, as far as the numbers tell."""
    source: str = ""

    def facts(self) -> dict[str, object]:
        """As the consent record keeps it."""
        kept: dict[str, object] = {"mode": self.mode}
        if self.source:
            kept |= {"callerPlace": self.caller, "calledPlace": self.called, "source": self.source}
        return kept

    @property
    def consent(self) -> Consent:
        """At the beginning of the call."""
        return Consent(recording=self.mode != "none", asks=self.mode == "ask")


def ruling_for(agent: Mapping[str, object], parties: Mapping[str, str] | None = None) -> Ruling:
    """What a call to this agent version needs. `parties` are the numbers; `by_place` goes by the stricter of both."""
    recording = _recording(agent)
    mode = recording.get("consentMode", "notice")
    if recording.get("enabled", True) is not True or mode == "none":
        return Ruling(mode="none")
    if mode != "by_place":
        return Ruling(mode="ask" if mode == "ask" else "notice")
    numbers = parties or {}
    places = place_of(numbers.get("from", "")), place_of(numbers.get("to", ""))
    return Ruling(
        mode="ask" if any(map(wants_all_parties, places)) else "notice",
        caller=places[0],
        called=places[1],
        source=source_of(places),
    )


def erases(agent: Mapping[str, object]) -> bool:
    """Whether a withdrawal deletes what was recorded."""
    return _recording(agent).get("onWithdrawal") == "erase"


def keeping(agent: Mapping[str, object]) -> dict[str, object]:
    """The same agent under a legal hold, which stands before every deletion: a withdrawal stops, and erases nothing."""
    return {**agent, "recording": {**_recording(agent), "onWithdrawal": "keep"}}


def consent_for(agent: Mapping[str, object]) -> Consent:
    """What an agent version asks for where nothing is known of the place."""
    return ruling_for(agent).consent


def disclosure(agent: Mapping[str, object], mode: Mode | None = None) -> str:
    """The words before everything else: that this is an AI, and that the call is recorded if it is, or whether it may
    be. The agent's own words stand before the question, never in its place."""
    mode = mode or ruling_for(agent).mode
    if mode == "none":
        return AI_NOTICE
    own = _recording(agent).get("disclosure")
    words = own.strip() if isinstance(own, str) and own.strip() else ""
    if mode == "ask":
        return " ".join(filter(None, (AI_NOTICE, words, QUESTION)))
    return f"{AI_NOTICE} {words or RECORDING_NOTICE}"


def _recording(agent: Mapping[str, object]) -> Mapping[str, object]:
    recording = agent.get("recording")
    return recording if isinstance(recording, Mapping) else {}
