"""The policies that there are: each judges one kind of act and has nothing to say about the others."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from flowyte.guardrails.acts import Act, Effect, Heard, Say, Situation
from flowyte.guardrails.claims import borne_out
from flowyte.guardrails.provenance import TRUSTED
from flowyte.guardrails.verdict import Finding

_SEPARATORS = re.compile(r"[\W_]+", re.UNICODE)


class Policy(Protocol):
    @property
    def name(self) -> str: ...
    def judge(self, act: Act, situation: Situation) -> Finding | None:
        """None for what is none of its business."""
        ...


@dataclass(frozen=True, slots=True)
class SkillsOwn:
    """What a skill says of itself: its declared parameters and no others, verified, confirmed. Always there."""

    name: str = "skill"

    def judge(self, act: Act, situation: Situation) -> Finding | None:
        if not isinstance(act, Effect):
            return None
        if set(act.arguments) - act.declared:
            return _deny(self.name, "undeclared_field", "I cannot do that with what I was given.")
        if act.needs_level > situation.level:
            reason = "needs_second_proof" if situation.verified else "needs_verified_caller"
            return Finding(policy=self.name, outcome="verify", reason=reason, words=VERIFY)
        if act.needs_confirmation and not situation.confirmed:
            return Finding(policy=self.name, outcome="confirm", reason="needs_confirmation", words=CONFIRM)
        return None


@dataclass(frozen=True, slots=True)
class Origins:
    """What flows into a skill comes from where it may. Always there.

    What a page, a skill or the model brought in is the caller's word only once the caller has agreed to it, read back.
    """

    name: str = "origin"

    def judge(self, act: Act, situation: Situation) -> Finding | None:
        if not isinstance(act, Effect):
            return None
        for parameter in act.arguments:
            wanted = act.wants.get(parameter) or (TRUSTED if act.is_write else None)
            if wanted is None or act.origins.get(parameter, "model") in wanted:
                continue
            if "caller" not in wanted:
                return _deny(self.name, "untrusted_source", "I cannot do that with what I was given.")
            if not situation.confirmed:
                return Finding(policy=self.name, outcome="confirm", reason="not_the_callers_word", words=CONFIRM)
        return None


@dataclass(frozen=True, slots=True)
class Withheld:
    """Values above the caller's level are not spoken, in no wording. Always there.

    What the caller has said, or the operator has written, is no secret between them.
    """

    name: str = "withheld"

    def judge(self, act: Act, situation: Situation) -> Finding | None:
        if not isinstance(act, Say) or not situation.unsaid:
            return None
        found = situation.unsaid.found(act.text)
        known = situation.known
        if any(known is None or known.of(value) not in ("caller", "operator") for value in found):
            return _deny(
                self.name, "withheld_value", "I may not say that. Is there anything else that I can do for you?"
            )
        return None


@dataclass(frozen=True, slots=True)
class SaidIsDone:
    """A claim that something was done is spoken only when the effect ledger has it. Always there."""

    name: str = "said_is_done"

    def judge(self, act: Act, situation: Situation) -> Finding | None:
        if not isinstance(act, Say) or borne_out(act.text, situation.done):
            return None
        if situation.known is not None and situation.known.of(act.text) == "operator":
            return None  # the business's own words about how things are done there
        return _deny(self.name, "claim_without_effect", "I have not done that yet. What else can I do for you?")


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedFields:
    """Skills are given these fields and no others."""

    fields: frozenset[str]
    skill_type: str | None = None
    name: str = "allowed_fields"

    def judge(self, act: Act, situation: Situation) -> Finding | None:
        if not _concerns(self.skill_type, act) or not set(act.arguments) - self.fields:  # type: ignore[union-attr]
            return None
        return _deny(self.name, "field_not_allowed", "I may not pass that on.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteGate:
    """Before something is changed: confirmed, verified, or only by a person."""

    confirm_first: bool = True
    verified_caller: bool = False
    always_escalate: frozenset[str] = frozenset()
    skill_type: str | None = None
    name: str = "write_gate"

    def judge(self, act: Act, situation: Situation) -> Finding | None:
        if not isinstance(act, Effect) or not _concerns(self.skill_type, act):
            return None
        if act.skill in self.always_escalate:
            return Finding(policy=self.name, outcome="escalate", reason="a_person_decides", words=ESCALATE)
        if not act.is_write:
            return None
        if self.verified_caller and not situation.verified:
            return Finding(policy=self.name, outcome="verify", reason="needs_verified_caller", words=VERIFY)
        if self.confirm_first and not situation.confirmed:
            return Finding(policy=self.name, outcome="confirm", reason="needs_confirmation", words=CONFIRM)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """So many effects in a minute and in a conversation. None is no limit."""

    per_minute: int | None = None
    per_conversation: int | None = None
    skill_type: str | None = None
    name: str = "rate_limit"

    def judge(self, act: Act, situation: Situation) -> Finding | None:
        if not _concerns(self.skill_type, act):
            return None
        if self.per_minute is not None and situation.effects_last_minute >= self.per_minute:
            return _deny(self.name, "too_many_in_a_minute", "That was asked too often just now. Please wait a little.")
        if self.per_conversation is not None and situation.effects_so_far >= self.per_conversation:
            return _deny(self.name, "too_many_in_a_conversation", "I cannot do that again in this conversation.")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessHours:
    """Effects only while the business is open. Without a schedule nobody can say, so they are denied."""

    skill_type: str | None = None
    name: str = "business_hours"

    def judge(self, act: Act, situation: Situation) -> Finding | None:
        if not _concerns(self.skill_type, act) or situation.open_now:
            return None
        reason = "no_schedule" if situation.open_now is None else "closed"
        return _deny(self.name, reason, "I can only do that while we are open.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Topics that are neither talked about nor answered, however they are spaced or accented."""

    banned_topics: tuple[str, ...]
    name: str = "content_policy"

    def judge(self, act: Act, situation: Situation) -> Finding | None:
        match act:
            case Heard(text=text):
                said = plain(text)
            case Say(text=text, so_far=before):
                said = plain(f"{before} {text}")  # a topic may be spread over two sentences
            case Effect(arguments=arguments):
                said = plain(" ".join(str(value) for value in arguments.values()))
        said = f" {said} "
        if any(topic in said for topic in _topics(self.banned_topics)):
            return _deny(self.name, "banned_topic", "I am not able to talk about that. Is there anything else?")
        return None


@lru_cache(maxsize=256)
def _topics(topics: tuple[str, ...]) -> tuple[str, ...]:
    """As they are looked for; a hundred of them took 200 µs for every sentence before they were kept."""
    return tuple(f" {topic} " for topic in map(plain, topics) if topic)


def plain(text: str) -> str:
    """Lower case, without accents, one space for whatever is no letter or digit."""
    if text.isascii():
        return _SEPARATORS.sub(" ", text.lower()).strip()
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return _SEPARATORS.sub(" ", bare).strip()


VERIFY = "I would have to know first that it is you, and I cannot check that here. Shall I take a message instead?"
CONFIRM = "Shall I do that?"
ESCALATE = "A person has to decide that. Shall I take a message for the team?"


def _concerns(skill_type: str | None, act: Act) -> bool:
    return isinstance(act, Effect) and skill_type in (None, act.skill_type)


def _deny(policy: str, reason: str, words: str) -> Finding:
    return Finding(policy=policy, outcome="deny", reason=reason, words=words)
