"""Verifying a caller: the pure plan of `guardrails.verification` with the account's record, the counts and the letters.

The record is fetched by the agent's verifier skill and compared here; it goes into no mind, no timeline and no log.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from flowyte.conversation.reply import Expect, ExpectKind, Reply, Sentence, Verified
from flowyte.guardrails.verification import (
    CODE,
    CODE_DIGITS,
    CODE_LIFE_S,
    MOST_TRIES,
    Asking,
    Compare,
    GiveUp,
    Plan,
    Read,
    SendCode,
    answer,
    begin,
    matches,
    of_record,
    plan_of,
    read_spec,
)
from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.tenancy.principal import Principal

logger = log.get(__name__)
MATCHES = "Thank you, that matches."
NO_MATCH = "These details do not match what we have. Let us try once more."
GIVEN_UP = "I could not confirm that it is you, so I cannot do that here. Shall I take a message for the team instead?"
LEFT = "All right, we leave that. What else can I do for you?"
_EXPECTS: Mapping[str, ExpectKind] = {"digits": "digits", "phone": "digits"}

Fetch = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any] | None]]
"""The record that a verifier skill (by id or name) brings for these arguments; None when it brings none."""


class Accounts(Protocol):
    """Counts and letters, in the world."""

    async def take_try(self, principal: Principal, account: str, *, most: int) -> bool: ...
    async def forgive(self, principal: Principal, account: str) -> None: ...
    async def take_code(self, principal: Principal, account: str) -> bool: ...
    def send_code(self, to: str, code: str, agent_name: str) -> bool:
        """Behind this conversation, so that its time does not tell whether there was anybody to write to."""
        ...

    def reading(self, today: date) -> Read: ...


class NoAccounts:
    """Of a simulation: every try is heard, none is counted, and nobody is written to."""

    async def take_try(self, principal: Principal, account: str, *, most: int) -> bool:
        return True

    async def forgive(self, principal: Principal, account: str) -> None:
        """Nothing was counted."""

    async def take_code(self, principal: Principal, account: str) -> bool:
        return True

    def send_code(self, to: str, code: str, agent_name: str) -> bool:
        return False

    def reading(self, today: date) -> Read:
        return lambda kind, said: said or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a turn may change, so that one that replaces it can start from it again."""

    asking: Asking | None = None
    stepping_up: bool = False


@dataclass(slots=True)
class Who:
    """The caller as far as is known."""

    level: int = 0
    until_ms: int = 0
    account: str = ""
    record: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Verifying:
    """Of one conversation."""

    def __init__(
        self, agent: Mapping[str, Any], principal: Principal, accounts: Accounts | None, fetch: Fetch, clock: Clock
    ) -> None:
        spec = read_spec(agent.get("callerVerification"))
        self._plan: Plan | None = plan_of(spec) if spec is not None and accounts is not None else None
        self._agent = agent
        self._principal = principal
        self._accounts = accounts
        self._fetch = fetch
        self._clock = clock
        self._who = Who()
        self._code: tuple[bytes, int] | None = None
        self.standing = Standing()

    @property
    def asking(self) -> bool:
        return self.standing.asking is not None

    @property
    def level(self) -> int:
        return self._who.level if self._clock.monotonic_ms() < self._who.until_ms else 0

    def is_own(self, parameter: str, value: object) -> bool | None:
        """Whether a value is the verified account's; None for a parameter that does not name an account."""
        if self._plan is None or parameter not in (self._plan.account.name, *self._plan.account.names):
            return None
        read = self._read()(self._plan.account.kind, str(value)) or str(value)
        return bool(self.level) and hmac.compare_digest(read.encode(), self._who.account.encode())

    def can_reach(self, level: int) -> bool:
        if self._plan is None:
            return False
        if level == 1 or self._plan.by_code or not self.level:  # a second proof comes after the first
            return True
        return of_record(self._who.record, "email") is not None

    async def begin(self, level: int) -> list[Reply]:
        """The first question."""
        assert self._plan is not None
        if level > 1 and self.level and not self._plan.by_code:
            return await self._step_up()
        asking, question = begin(self._plan)
        self.standing = Standing(asking=asking)
        return [self._told("asked"), *_asked(asking, question)]

    async def answer(self, text: str) -> tuple[list[Reply], bool | None]:
        """What to say to an answer, and whether the caller is verified now; None while it goes on."""
        standing = self.standing
        assert standing.asking is not None
        asking, onward = answer(standing.asking, text, self._read())
        self.standing = Standing(asking=asking, stepping_up=standing.stepping_up)
        match onward:
            case str(question):
                return _asked(asking, question), None
            case GiveUp(reason=reason):
                return self._given_up(reason), False
            case SendCode():
                await self._sent(asking)
                return _asked(asking, CODE.ask), None
            case Compare():
                return await self._compared(asking)

    def leave(self) -> list[Reply]:
        """The caller would rather not."""
        self.standing = Standing()
        return [self._told("given_up", "caller"), Sentence(text=LEFT)]

    async def _compared(self, asking: Asking) -> tuple[list[Reply], bool | None]:
        """The try is taken before anything is looked at; wrong, unknown and locked are the same to the caller."""
        assert self._accounts is not None
        spec, account = asking.plan.spec, self._account_of(asking)
        allowed = await self._accounts.take_try(self._principal, account, most=spec.max_attempts)
        if self.standing.stepping_up or asking.plan.by_code:
            record: Mapping[str, Any] | None = self._who.record
            right = self._code_is(asking.given.get(CODE.name, ""))
        else:
            record = await self._record(asking)
            right = record is not None and matches(asking, record, self._read())
        if not (allowed and right):
            reason = "locked" if not allowed else "unknown" if not record else "wrong"
            return self._failed(asking, reason), None if asking.tries + 1 < MOST_TRIES else False
        await self._accounts.forgive(self._principal, account)
        self._who.level = 2 if self.standing.stepping_up or asking.plan.by_code else 1
        self._who.until_ms = self._clock.monotonic_ms() + spec.token_ttl_seconds * 1000
        self._who.account, self._who.record = account, record or {}
        self.standing, self._code = Standing(), None
        return [self._told("verified"), Sentence(text=MATCHES)], True

    def _failed(self, asking: Asking, reason: str) -> list[Reply]:
        told = self._told("failed", reason)
        if asking.tries + 1 >= MOST_TRIES:
            return [told, *self._given_up("too_many")]
        if self.standing.stepping_up:
            again = Asking(plan=asking.plan, at=asking.at, given={}, tries=asking.tries + 1)
            question = "What is the code?"
            self.standing = Standing(asking=again, stepping_up=True)
        else:
            self._code = None
            again, question = begin(asking.plan, asking.tries + 1)
            self.standing = Standing(asking=again)
        return [told, Sentence(text=NO_MATCH), *_asked(again, question)]

    def _given_up(self, reason: str) -> list[Reply]:
        self.standing, self._code = Standing(), None
        return [self._told("given_up", reason), Sentence(text=GIVEN_UP)]

    async def _record(self, asking: Asking) -> Mapping[str, Any] | None:
        plan = asking.plan
        return await self._fetch(plan.spec.verifier_skill_id, {plan.account.name: asking.given[plan.account.name]})

    async def _sent(self, asking: Asking) -> None:
        """A code, if there is an account and letters are left; the caller hears the same in any case."""
        self._who = Who(record=await self._record(asking) or {})
        await self._send(self._account_of(asking))

    async def _step_up(self) -> list[Reply]:
        """A code to the mailbox of the account that is verified already."""
        assert self._plan is not None
        await self._send(self._who.account)
        plan = Plan(spec=self._plan.spec, account=self._plan.account, proofs=(CODE,))
        asking = Asking(plan=plan, at=1, given={plan.account.name: self._who.account})
        self.standing = Standing(asking=asking, stepping_up=True)
        ask = "For that I need a second proof. I have sent a code to your e-mail address. What is the code?"
        return [self._told("asked", "second_proof"), *_asked(asking, ask)]

    async def _send(self, account: str) -> None:
        assert self._accounts is not None
        self._code = None
        left = await self._accounts.take_code(self._principal, account)
        to = of_record(self._who.record, "email")
        if not left or to is None:
            return
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        if self._accounts.send_code(to, code, str(self._agent.get("name") or "")):
            self._code = code.encode(), self._clock.monotonic_ms() + CODE_LIFE_S * 1000

    def _code_is(self, given: str) -> bool:
        """A code is good once and for CODE_LIFE_S; a wrong one leaves it for the next try."""
        if self._code is None or self._clock.monotonic_ms() >= self._code[1]:
            return False
        return hmac.compare_digest(self._code[0], given.encode())

    def _account_of(self, asking: Asking) -> str:
        return asking.given.get(asking.plan.account.name) or self._who.account

    def _read(self) -> Read:
        assert self._accounts is not None
        return self._accounts.reading(self._clock.now().date())

    def _told(self, outcome: str, reason: str = "") -> Verified:
        assert self._plan is not None
        return Verified(method=self._plan.spec.method, outcome=outcome, level=self.level, reason=reason)


def _asked(asking: Asking, question: str) -> list[Reply]:
    return [Sentence(text=question), Expect(kind=_EXPECTS.get(asking.field.kind, "anything"))]
