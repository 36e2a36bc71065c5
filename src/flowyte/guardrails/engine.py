"""The judging, and reading an agent's policies from what its owner wrote."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from flowyte.guardrails.acts import Act, Situation
from flowyte.guardrails.disclosure import Disclosure
from flowyte.guardrails.lexicon import banned_words
from flowyte.guardrails.policies import (
    AllowedFields,
    BusinessHours,
    Content,
    Origins,
    Policy,
    RateLimit,
    SaidIsDone,
    SkillsOwn,
    Withheld,
    WriteGate,
)
from flowyte.guardrails.verdict import Finding, Verdict, combined

PolicyType = Literal[
    "verify_before_disclose", "allowed_fields", "write_gate", "rate_limit", "business_hours", "content_policy"
]
MOST_POLICIES = 50
ALWAYS: tuple[Policy, ...] = (SkillsOwn(), Origins(), Withheld(), SaidIsDone())
Text = Annotated[str, Meta(min_length=1, max_length=100)]
Texts = Annotated[list[Text], Meta(max_length=100)]
Count = Annotated[int, Meta(ge=0, le=1_000)]


class _Struct(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    pass


class DiscloseConfig(_Struct):
    """Fields of what skills bring back. One that is not listed is for verified callers."""

    fields: Annotated[dict[Text, Literal["anyone", "verified"]], Meta(min_length=1, max_length=200)]


class AllowedFieldsConfig(_Struct):
    fields: Texts


class WriteGateConfig(_Struct):
    confirm_first: bool = True
    verified_caller: bool = False
    always_escalate: Texts = []


class RateLimitConfig(_Struct):
    per_minute: Count | None = None
    per_conversation: Count | None = None


class BusinessHoursConfig(_Struct):
    pass


class ContentConfig(_Struct):
    """Topics that are not talked about, and after how many turns of a dissatisfied caller a person is offered."""

    banned_topics: Annotated[list[Text], Meta(min_length=1, max_length=100)] | None = None
    negative_sentiment_turns: Annotated[int, Meta(ge=1, le=20)] | None = None

    def __post_init__(self) -> None:
        if self.banned_topics is None and self.negative_sentiment_turns is None:
            raise ValueError("needs bannedTopics or negativeSentimentTurns")


class PolicySpec(_Struct):
    """One policy of an agent, as its owner writes it."""

    policy_type: PolicyType
    applies_to_skill_type: Text | None = None
    config: dict[str, Any] = {}
    is_enabled: bool = True


CONFIGS: Mapping[str, type[_Struct]] = {
    "verify_before_disclose": DiscloseConfig,
    "allowed_fields": AllowedFieldsConfig,
    "write_gate": WriteGateConfig,
    "rate_limit": RateLimitConfig,
    "business_hours": BusinessHoursConfig,
    "content_policy": ContentConfig,
}


class BadPolicy(ValueError):
    """A policy that cannot be one; `place` in the API's own spelling."""

    def __init__(self, place: str, message: str) -> None:
        self.place, self.message = place, message
        super().__init__(f"{place}: {message}")


class NoPolicies(ValueError):
    """An act was to be judged by nothing."""


def judge(policies: Sequence[Policy], act: Act, situation: Situation) -> Verdict:
    """The strictest finding of all policies. A policy that fails denies: what cannot be judged is not done."""
    if not policies:
        raise NoPolicies
    findings = []
    for policy in policies:
        try:
            finding = policy.judge(act, situation)
        except Exception:  # noqa: BLE001 - whatever went wrong in it, the answer is no
            finding = Finding(policy=policy.name, outcome="deny", reason="policy_failed", words="I cannot do that now.")
        if finding is not None:
            findings.append(finding)
    return combined(findings)


def read_specs(values: Any) -> list[PolicySpec]:
    """Checked policies from their JSON. BadPolicy says where and why not."""
    if not isinstance(values, list) or len(values) > MOST_POLICIES:
        raise BadPolicy("guardrails", f"a list of at most {MOST_POLICIES} policies")
    specs = []
    for number, value in enumerate(values):
        place = f"guardrails[{number}]"
        spec = _converted(value, PolicySpec, place)
        _converted(spec.config, CONFIGS[spec.policy_type], f"{place}.config")
        specs.append(spec)
    return specs


def policies_of(agent: Mapping[str, Any]) -> tuple[Policy, ...]:
    """Of a version as it was frozen; those that are always there come first and cannot be left out."""
    specs = read_specs(list(agent.get("guardrails") or []))
    judging = [spec for spec in specs if spec.is_enabled and spec.policy_type in _BUILDERS]
    banned = banned_words(agent)
    own = (banned,) if banned.words else ()
    return (*ALWAYS, *own, *(_BUILDERS[spec.policy_type](spec) for spec in judging))


def disclosures_of(agent: Mapping[str, Any]) -> tuple[Disclosure, ...]:
    """Which fields of a skill's result wait for a verified caller, of a version as it was frozen."""
    specs = read_specs(list(agent.get("guardrails") or []))
    return tuple(
        Disclosure(fields=msgspec.convert(spec.config, DiscloseConfig).fields, skill_type=spec.applies_to_skill_type)
        for spec in specs
        if spec.is_enabled and spec.policy_type == "verify_before_disclose"
    )


def negative_turns_of(agent: Mapping[str, Any]) -> int | None:
    """After how many turns of a dissatisfied caller a person is offered, by the strictest policy; None for never."""
    specs = read_specs(list(agent.get("guardrails") or []))
    asked = [
        msgspec.convert(spec.config, ContentConfig).negative_sentiment_turns
        for spec in specs
        if spec.is_enabled and spec.policy_type == "content_policy"
    ]
    return min((turns for turns in asked if turns is not None), default=None)


def _fields(spec: PolicySpec) -> Policy:
    config = msgspec.convert(spec.config, AllowedFieldsConfig)
    return AllowedFields(fields=frozenset(config.fields), skill_type=spec.applies_to_skill_type)


def _write_gate(spec: PolicySpec) -> Policy:
    config = msgspec.convert(spec.config, WriteGateConfig)
    return WriteGate(
        confirm_first=config.confirm_first,
        verified_caller=config.verified_caller,
        always_escalate=frozenset(config.always_escalate),
        skill_type=spec.applies_to_skill_type,
    )


def _rate_limit(spec: PolicySpec) -> Policy:
    config = msgspec.convert(spec.config, RateLimitConfig)
    return RateLimit(
        per_minute=config.per_minute, per_conversation=config.per_conversation, skill_type=spec.applies_to_skill_type
    )


def _hours(spec: PolicySpec) -> Policy:
    return BusinessHours(skill_type=spec.applies_to_skill_type)


def _content(spec: PolicySpec) -> Policy:
    return Content(banned_topics=tuple(msgspec.convert(spec.config, ContentConfig).banned_topics or ()))


_BUILDERS: Mapping[str, Callable[[PolicySpec], Policy]] = {
    "allowed_fields": _fields,
    "write_gate": _write_gate,
    "rate_limit": _rate_limit,
    "business_hours": _hours,
    "content_policy": _content,
}


def _converted(value: Any, kind: Any, place: str) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise BadPolicy(place + path.rstrip("`"), message) from error
