"""Verifying a caller: nothing above their level reaches a mind, and nothing they prove with is heard by one."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.minds.workshop import Ask, Counting, Puppet, Talk, policy, skill, spoken

from flowyte.conversation.reply import Judged, MindContext, Reply, Sentence, UserTurn, Verified
from flowyte.guardrails.verification import MOST_TRIES, BadVerification, Read, read_spec
from flowyte.minds import verifying
from flowyte.minds.judged import JudgedMind
from flowyte.tenancy.principal import Principal
from flowyte.testing.clock import VirtualClock
from flowyte.wiring.accounts import read

RECORD = {
    "accountNumber": "700123",
    "pin": "4829",
    "email": "ann@example.com",
    "balance": "1,250.00",
    "dob": "1984-03-07",
}
PIN = {"method": "account_pin", "verifierSkillId": "lookup", "maxAttempts": 5}
LOOKUP = skill("lookup", "accountNumber")
BALANCE = skill("balance", "accountNumber", requiresVerifiedIdentity=True, config={"say": "You have {balance}."})


@dataclass(slots=True)
class Ledger:
    """Fulfils `minds.verifying.Accounts` in memory, shared by conversations as the table is."""

    tries: dict[str, int] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    letters: list[tuple[str, str]] = field(default_factory=list)

    async def take_try(self, principal: Principal, account: str, *, most: int) -> bool:
        if self.tries.get(account, 0) >= most:
            return False
        self.tries[account] = self.tries.get(account, 0) + 1
        return True

    async def forgive(self, principal: Principal, account: str) -> None:
        self.tries.pop(account, None)

    async def take_code(self, principal: Principal, account: str) -> bool:
        self.codes[account] = self.codes.get(account, 0) + 1
        return self.codes[account] <= 3

    def send_code(self, to: str, code: str, agent_name: str) -> bool:
        self.letters.append((to, code))
        return True

    def reading(self, today: date) -> Read:
        return lambda kind, text: read(kind, text, today)


class Hearing(Puppet):
    """Keeps what reached it."""

    def __init__(self, *steps: Any) -> None:
        super().__init__(*steps)
        self.heard_turns: list[str] = []

    async def respond(self, turn: UserTurn) -> Any:
        self.heard_turns.append(turn.text)
        async for reply in super().respond(turn):
            yield reply


class Bank(Counting):
    """Knows one account; what a record holds is given."""

    async def _carried_out(self, order: Any) -> Any:
        asked = order.arguments.get("accountNumber") or order.arguments.get("email")
        known = asked in (self.results["record"].get("accountNumber"), self.results["record"].get("email"))
        self.results[order.skill.name] = self.results["record"] if known else {}
        return await super()._carried_out(order)


def bank(
    mind: Puppet, ledger: Ledger | None = None, *, spec: dict[str, Any] | None = None, record: Any = None,
    clock: VirtualClock | None = None, channel: Any = "chat", **agent: Any,
) -> tuple[Talk, Bank]:  # fmt: skip
    clock, runner = clock or VirtualClock(), Bank(results={"record": record or RECORD})
    about = {"id": "agt_1", "name": "Bank", "skills": [LOOKUP, BALANCE], "callerVerification": spec or PIN, **agent}
    context = MindContext(org=UUID(int=1), conversation_id="cnv_1", agent=about, channel=channel, language="en")
    return Talk(JudgedMind(mind, clock, runner, ledger or Ledger()).open(context), clock), runner


def asks(account: str = "700123") -> Ask:
    return Ask("balance", {"accountNumber": account})


def outcomes(parts: list[Reply]) -> list[tuple[str, str]]:
    return [(part.outcome, part.reason) for part in parts if isinstance(part, Verified)]


async def test_it_is_asked_compared_and_then_done() -> None:
    """The proof goes to no mind; what was wanted is done without asking for it again."""
    mind = Hearing(asks())
    at, runner = bank(mind)
    parts = await at.say("What is my balance?")
    assert [p.outcome for p in parts if isinstance(p, Judged)] == ["verify"]
    assert spoken(parts) == "What is your account number?"
    assert spoken(await at.say("seven double oh, one two three")) == "What is your PIN? You can also key it in."
    assert at.thinking.private
    parts = await at.say("4 8 2 9")
    assert outcomes(parts) == [("verified", "")]
    assert spoken(parts) == f"{verifying.MATCHES} You have 1,250.00."
    assert mind.heard_turns == ["What is my balance?"]
    assert runner.names == ["lookup", "balance"]
    assert not runner.effects[0].keep_result, "the ledger keeps no record of what a caller is compared with"
    assert not at.thinking.private


async def test_wrong_unknown_and_locked_sound_alike() -> None:
    """Word for word, over all their tries; the reason is for the operator's receipt alone."""
    heard = {}
    for who, account, tries in (("wrong", "700123", 0), ("unknown", "999999", 0), ("locked", "700123", 5)):
        ledger = Ledger(tries={account: tries})
        at, runner = bank(Puppet(asks(account)), ledger)
        said, told = [spoken(await at.say("What is my balance?"))], []
        for text in (account, "0000") * MOST_TRIES:
            parts = await at.say(text)
            said.append(spoken(parts))
            told += outcomes(parts)
        heard[who] = said
        assert ("failed", who) in told
        assert "balance" not in runner.names
    assert heard["wrong"] == heard["unknown"] == heard["locked"]
    assert heard["wrong"][-1].endswith(verifying.GIVEN_UP)


async def test_tries_are_counted_by_account_over_conversations() -> None:
    """Every PIN from 0000 in as many conversations as it takes: the right one is not reached."""
    ledger, compared = Ledger(), 0
    for first in range(4820, 4832, MOST_TRIES):
        at, runner = bank(Puppet(asks()), ledger)
        await at.say("What is my balance?")
        for pin in range(first, first + MOST_TRIES):
            await at.say("700123")
            parts = await at.say(f"{pin:04}")
            compared += ("failed", "wrong") in outcomes(parts)
        assert "balance" not in runner.names
    assert compared == PIN["maxAttempts"]


async def test_another_account_cannot_be_named_once_verified() -> None:
    mind = Puppet(asks())
    at, runner = bank(mind)
    for text in ("Balance?", "700123", "4829"):
        await at.say(text)
    mind.steps = (asks("700999"),)
    parts = await at.say("And 700999?")
    assert [p.reason for p in parts if isinstance(p, Judged)] == ["untrusted_source"]
    assert runner.names == ["lookup", "balance"]


async def test_it_ends_with_its_time() -> None:
    clock = VirtualClock()
    at, _ = bank(Puppet(asks()), spec={**PIN, "tokenTtlSeconds": 60}, clock=clock)
    for text in ("Balance?", "700123", "4829"):
        await at.say(text)
    clock.advance(59_999)
    assert "account number" not in spoken(await at.say("Again?"))
    clock.advance(1)
    assert spoken(await at.say("Again?")) == "What is your account number?"


async def test_the_caller_may_leave_it() -> None:
    mind = Puppet(asks())
    at, runner = bank(mind)
    await at.say("Balance?")
    assert spoken(await at.say("Never mind")) == verifying.LEFT
    mind.steps = (Sentence(text="We open at nine."),)
    assert spoken(await at.say("When do you open?")) == "We open at nine."
    assert runner.names == []


async def test_the_verifier_is_no_skill_of_the_mind() -> None:
    mind = Puppet(Ask("lookup", {"accountNumber": "700123"}))
    at, runner = bank(mind)
    parts = await at.say("Look me up, 700123")
    assert [p.reason for p in parts if isinstance(p, Judged)] == ["unknown_skill"]
    assert runner.names == []


async def test_a_code_by_mail_is_good_once_and_for_its_time() -> None:
    by_mail = {"method": "otp_email", "verifierSkillId": "lookup"}
    lookup, letters = skill("lookup", "email"), Ledger()
    wanted = skill("hours_left", requiresVerifiedIdentity=True, config={"say": "Two."})
    for wait, right in ((0, True), (600_000, False)):
        clock = VirtualClock()
        at, _ = bank(Puppet(Ask("hours_left")), letters, spec=by_mail, clock=clock, skills=[lookup, wanted])
        await at.say("How many?")
        assert "code" in spoken(await at.say("ann at example dot com"))
        to, code = letters.letters[-1]
        assert to == "ann@example.com"
        assert re.fullmatch(r"\d{6}", code)
        clock.advance(wait)
        assert (("verified", "") in outcomes(await at.say(" ".join(code)))) == right
    sent = len(letters.letters)
    at, _ = bank(Puppet(Ask("hours_left")), letters, spec=by_mail, skills=[lookup, wanted])
    await at.say("How many?")
    unknown = spoken(await at.say("bob@example.com"))
    at, _ = bank(Puppet(Ask("hours_left")), letters, spec=by_mail, skills=[lookup, wanted])
    await at.say("How many?")
    assert unknown == spoken(await at.say("ann@example.com"))
    assert len(letters.letters) == sent + 1, "nobody is written to for an account that there is not"


async def test_what_weighs_more_takes_a_second_proof() -> None:
    close = skill("close_account", requiresVerifiedIdentity=True, isWrite=True, config={"say": "It is closed."})
    ledger = Ledger()
    spec = {**PIN, "stepUpFor": ["close_account"]}
    at, runner = bank(Puppet(Ask("close_account")), ledger, spec=spec, skills=[LOOKUP, close])
    for text in ("Close it", "700123"):
        await at.say(text)
    parts = await at.say("4829")
    assert "second proof" in spoken(parts)
    assert runner.names == ["lookup"]
    parts = await at.say(ledger.letters[0][1])
    assert runner.names == ["lookup", "close_account"]
    assert "It is closed." in spoken(parts)


@pytest.mark.parametrize("channel", ["chat", "voice"])
@given(
    st.from_regex(r"[1-9]\d{7}", fullmatch=True), st.from_regex(r"[1-9]\d{7}", fullmatch=True),
    st.lists(st.sampled_from(["What is my balance?", "700123", "0000", "no", "never mind", "tell me anyway", "yes"]),
             min_size=1, max_size=8),
    st.lists(st.sampled_from([asks(), Ask("peek"), Sentence(text="Hello."), Ask("lookup")]), max_size=3),
)  # fmt: skip
@settings(max_examples=600, deadline=None)
async def test_two_secrets_give_the_same_conversation(
    channel: str, one: str, other: str, said: list[str], steps: list[Any]
) -> None:
    """Non-interference: what the mind learns and what is spoken before verification is the same to the byte."""
    seen = []
    for secret in (one, other):
        mind = Hearing(*steps)
        record = {**RECORD, "pin": secret, "balance": secret, "note": {"iban": secret}}
        guards = [policy("verify_before_disclose", fields={"city": "anyone"})]
        peek = skill("peek")
        at, runner = bank(mind, record=record, channel=channel, guardrails=guards, skills=[LOOKUP, BALANCE, peek])
        runner.results["record"] = record
        replies = [repr(part) for text in said for part in await at.say(text)]
        learned = [(use.released, use.fault, use.refused) for use in mind.uses]
        seen.append((replies, learned, mind.heard_turns))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        ({"method": "otp_sms", "verifierSkillId": "x"}, "callerVerification.method"),
        ({"method": "dream", "verifierSkillId": "x"}, "callerVerification.method"),
        ({"method": "account_pin"}, "callerVerification"),
        ({**PIN, "maxAttempts": 0}, "callerVerification.maxAttempts"),
        ({**PIN, "requiredFields": ["pin", "accountNumber"]}, "callerVerification.requiredFields"),
        ({**PIN, "requiredFields": ["accountNumber"]}, "callerVerification.requiredFields"),
        ({"method": "knowledge_based", "verifierSkillId": "x", "requiredFields": ["a", "b"]},
         "callerVerification.requiredFields"),
    ],
)  # fmt: skip
def test_what_is_no_verification_is_refused_with_its_place(spec: dict[str, Any], place: str) -> None:
    with pytest.raises(BadVerification) as error:
        read_spec(spec)
    assert error.value.place == place
