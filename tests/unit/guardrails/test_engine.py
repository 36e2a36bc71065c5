"""The algebra of policies, each policy, and what cannot be one."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowyte.guardrails.acts import Act, Effect, Heard, Say, Situation
from flowyte.guardrails.engine import ALWAYS, BadPolicy, NoPolicies, judge, policies_of, read_specs
from flowyte.guardrails.policies import (
    AllowedFields,
    BusinessHours,
    Content,
    Policy,
    RateLimit,
    SkillsOwn,
    WriteGate,
    plain,
)
from flowyte.guardrails.provenance import ORDER
from flowyte.guardrails.unsaid import Unsaid
from flowyte.guardrails.verdict import STRICTNESS, Finding, Outcome, combined
from flowyte.slots.spoken import digits

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CALM = Situation(now=NOON, open_now=True)
FIELDS = ("name", "phone", "message", "birthday")

WORDS = ("I have booked it", "7 0 0 1 2 3", "Hello.", "Your message has been sent", "700123")


def unsaid(values: list[str]) -> Unsaid:
    held = Unsaid(digits)
    held.add(values)
    return held


situations = st.builds(
    Situation, now=st.just(NOON), open_now=st.sampled_from([None, True, False]), level=st.integers(0, 2),
    confirmed=st.booleans(), effects_last_minute=st.integers(0, 5), effects_so_far=st.integers(0, 9),
    done=st.sampled_from([(), ("book a visit",)]),
    unsaid=st.lists(st.sampled_from(["700123", "Elm Street"])).map(unsaid),
)  # fmt: skip
effects = st.builds(
    Effect, skill=st.sampled_from(["take_message", "book"]), skill_type=st.sampled_from(["builtin", "email"]),
    arguments=st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=20), max_size=4),
    origins=st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(ORDER)),
    wants=st.dictionaries(st.sampled_from(FIELDS), st.frozensets(st.sampled_from(ORDER), min_size=1)),
    declared=st.frozensets(st.sampled_from(FIELDS)), is_write=st.booleans(), needs_level=st.integers(0, 2),
    needs_confirmation=st.booleans(),
)  # fmt: skip
acts: st.SearchStrategy[Act] = st.one_of(
    effects,
    st.builds(Heard, text=st.text(max_size=40)),
    st.builds(Say, text=st.sampled_from(WORDS) | st.text(max_size=40), so_far=st.sampled_from(WORDS)),
)
kinds = st.sampled_from([None, "builtin", "email"])
policies: st.SearchStrategy[Policy] = st.one_of(
    st.sampled_from(ALWAYS),
    st.builds(AllowedFields, fields=st.frozensets(st.sampled_from(FIELDS)), skill_type=kinds),
    st.builds(WriteGate, confirm_first=st.booleans(), verified_caller=st.booleans(),
              always_escalate=st.frozensets(st.just("book")), skill_type=kinds),
    st.builds(RateLimit, per_minute=st.none() | st.integers(0, 4), per_conversation=st.none() | st.integers(0, 8)),
    st.builds(BusinessHours, skill_type=kinds),
    st.builds(Content, banned_topics=st.tuples(st.text(max_size=8))),
)  # fmt: skip
lists = st.lists(policies, min_size=1, max_size=6)


class Broken:
    """Fails at whatever it is asked."""

    name = "broken"

    def judge(self, act: Act, situation: Situation) -> Finding | None:
        raise KeyError("nothing")


@given(lists, policies, acts, situations)
def test_another_policy_never_allows_more(given_: list[Policy], more: Policy, act: Act, situation: Situation) -> None:
    """Whatever is added, the verdict stays as strict or becomes stricter."""
    before, after = judge(given_, act, situation), judge([*given_, more], act, situation)
    assert STRICTNESS[after.outcome] >= STRICTNESS[before.outcome]


@given(lists, acts, situations, st.randoms())
def test_the_order_does_not_matter(given_: list[Policy], act: Act, situation: Situation, chance: Any) -> None:
    """The same verdict with the same findings, however the list was written."""
    shuffled = list(given_)
    chance.shuffle(shuffled)
    assert judge(given_, act, situation) == judge(shuffled, act, situation)


@given(lists, acts, situations)
def test_a_policy_that_fails_denies(given_: list[Policy], act: Act, situation: Situation) -> None:
    verdict = judge([*given_, Broken()], act, situation)
    assert verdict.outcome == "deny"
    assert any(finding.reason == "policy_failed" for finding in verdict.findings)


@given(acts, situations)
def test_to_judge_by_nothing_is_a_fault(act: Act, situation: Situation) -> None:
    with pytest.raises(NoPolicies):
        judge([], act, situation)


@given(st.lists(st.sampled_from(list(STRICTNESS))))
def test_the_strictest_wins(outcomes: list[Outcome]) -> None:
    verdict = combined([Finding(policy="p", outcome=outcome, reason="r") for outcome in outcomes])
    assert STRICTNESS[verdict.outcome] == max((STRICTNESS[outcome] for outcome in outcomes), default=0)


def effect(**changes: Any) -> Effect:
    values = {"skill": "take_message", "skill_type": "builtin", "declared": frozenset(FIELDS), "is_write": True}
    return Effect(**{**values, **changes})


SURE = Situation(now=NOON, confirmed=True)
NAME_ONLY = AllowedFields(fields=frozenset({"name"}))
NOT_FOR_MAIL = AllowedFields(fields=frozenset({"name"}), skill_type="email")
BY_A_PERSON = WriteGate(always_escalate=frozenset({"take_message"}))


@pytest.mark.parametrize(
    ("policy", "act", "situation", "outcome", "reason"),
    [
        (SkillsOwn(), effect(arguments={"iban": "x"}), CALM, "deny", "undeclared_field"),
        (SkillsOwn(), effect(needs_level=1), CALM, "verify", "needs_verified_caller"),
        (SkillsOwn(), effect(needs_confirmation=True), CALM, "confirm", "needs_confirmation"),
        (SkillsOwn(), effect(arguments={"name": "x"}), CALM, None, None),
        (NAME_ONLY, effect(arguments={"phone": "1"}), CALM, "deny", "field_not_allowed"),
        (NOT_FOR_MAIL, effect(arguments={"phone": "1"}), CALM, None, None),
        (WriteGate(), effect(), CALM, "confirm", "needs_confirmation"),
        (WriteGate(), effect(is_write=False), CALM, None, None),
        (WriteGate(), effect(), SURE, None, None),
        (WriteGate(verified_caller=True), effect(), SURE, "verify", "needs_verified_caller"),
        (BY_A_PERSON, effect(is_write=False), CALM, "escalate", "a_person_decides"),
        (RateLimit(per_minute=2), effect(), Situation(now=NOON, effects_last_minute=2), "deny", "too_many_in_a_minute"),
        (RateLimit(per_minute=2), effect(), Situation(now=NOON, effects_last_minute=1), None, None),
        (RateLimit(per_conversation=0), effect(), CALM, "deny", "too_many_in_a_conversation"),
        (BusinessHours(), effect(), Situation(now=NOON, open_now=False), "deny", "closed"),
        (BusinessHours(), effect(), Situation(now=NOON, open_now=None), "deny", "no_schedule"),
        (BusinessHours(), Say(text="We are closed."), Situation(now=NOON, open_now=False), None, None),
    ],
)
def test_each_policy(policy: Policy, act: Act, situation: Situation, outcome: str | None, reason: str | None) -> None:
    found = policy.judge(act, situation)
    assert (found and found.outcome, found and found.reason) == (outcome, reason)


@pytest.mark.parametrize(
    "text",
    ["Do you sell lottery tickets?", "LOTTERY TICKETS", "lottery-tickets!", "Lötterÿ tickets, please",
     "lottery \n tickets", "ｌｏｔｔｅｒｙ ｔｉｃｋｅｔｓ", "Is it «lottery» tickets?"],
)  # fmt: skip
def test_a_banned_topic_is_known_in_other_dress(text: str) -> None:
    """Asked, said, spread over two sentences, or passed on."""
    policy = Content(banned_topics=("Lottery tickets",))
    first, second = re.split(r"[\s-]+", text, maxsplit=1)
    for act in (Heard(text=text), Say(text=text), Say(text=second, so_far=first), effect(arguments={"message": text})):
        found = policy.judge(act, CALM)
        assert found is not None, act
        assert "lottery" not in plain(found.words)


@pytest.mark.parametrize("text", ["A ticket.", "lotterytickets", "tickets lottery", ""])
def test_what_only_looks_like_it_is_not_the_topic(text: str) -> None:
    assert Content(banned_topics=("lottery tickets", "", "  ")).judge(Say(text=text), CALM) is None


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({}, "guardrails"),
        ([{"policyType": "magic"}], "guardrails[0].policyType"),
        ([{}], "guardrails[0]"),
        ([{"policyType": "content_policy"}], "guardrails[0].config"),
        ([{"policyType": "content_policy", "config": {"bannedTopics": []}}], "guardrails[0].config.bannedTopics"),
        ([{"policyType": "rate_limit", "config": {"perMinute": -1}}], "guardrails[0].config.perMinute"),
        ([{"policyType": "rate_limit", "config": {"perHour": 1}}], "guardrails[0].config"),
        ([{"policyType": "business_hours"}, {"policyType": "business_hours", "extra": 1}], "guardrails[1]"),
        ([{"policyType": "business_hours"}] * 51, "guardrails"),
        (["x"], "guardrails[0]"),
    ],
)
def test_what_cannot_be_a_policy_is_named(value: Any, place: str) -> None:
    with pytest.raises(BadPolicy) as refused:
        read_specs(value)
    assert refused.value.place == place


def test_an_agent_with_another_policy_allows_no_more() -> None:
    """Also as its owner writes them: those that are always there stay, whatever is added or switched off."""
    specs = [
        {"policyType": "rate_limit", "config": {"perConversation": 0}},
        {"policyType": "write_gate", "config": {}, "isEnabled": False},
        {"policyType": "content_policy", "config": {"bannedTopics": ["gas"]}},
    ]
    for act in (effect(), effect(arguments={"iban": "x"}), Say(text="Your message has been sent."), Heard(text="gas")):
        before = 0
        for count in range(len(specs) + 1):
            found = judge(policies_of({"guardrails": specs[:count]}), act, CALM)
            assert STRICTNESS[found.outcome] >= before
            before = STRICTNESS[found.outcome]
        assert before > 0


def test_an_agent_without_policies_is_still_judged() -> None:
    """By what is always there; a policy that is switched off says nothing."""
    assert policies_of({}) == ALWAYS
    off = {"policyType": "business_hours", "isEnabled": False}
    assert policies_of({"guardrails": [off]}) == ALWAYS
    on = {"policyType": "write_gate", "appliesToSkillType": "email", "config": {"alwaysEscalate": ["book"]}}
    assert policies_of({"guardrails": [on]})[-1] == WriteGate(always_escalate=frozenset({"book"}), skill_type="email")
