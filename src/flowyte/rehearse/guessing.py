"""Callers who guess: as many PINs as they like against one account, in calls and in chats, from several processes.

The verification, its counts in the database, the session and the chat are the product's own. The mind is the guessers'
and asks for the account's balance in every turn; the account's record is in memory. What is counted is how many answers
were really compared with it, which is what the limit promises to bound.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from flowyte.conversation.reply import MindContext, Reply, Sentence, UserTurn
from flowyte.guardrails.verification import MOST_TRIES
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.ids import new_id
from flowyte.kit.settings import Settings
from flowyte.live.chat import ChatSession
from flowyte.minds.hands import Hands, Use
from flowyte.minds.judged import JudgedMind
from flowyte.minds.verifying import NoAccounts
from flowyte.objects.objects import Objects
from flowyte.rehearse.hours import Hours, StillLoop, Work
from flowyte.rehearse.stage import Watched
from flowyte.rehearse.voice import LiveCall
from flowyte.skills.runner import Order, Outcome
from flowyte.tenancy.principal import Principal
from flowyte.testing.fakes import FakeEvidence
from flowyte.testing.screenplay import in_progress
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys
from flowyte.vault.providers import Keyring
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner
from flowyte.wiring.accounts import VerifiedAccounts, read
from flowyte.wiring.foundation import Foundation

MOST_ATTEMPTS = 5  # of the agent that is attacked: answers compared for one account in a day
RECORD = {"accountNumber": "700123", "pin": "4829", "balance": "1,250.00"}
AT_ONCE = 8  # chats of one process at the same moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One process of guessers. `pins` are tried in order, three a conversation."""

    dsn: str
    keys: Path
    org: UUID
    channel: Literal["voice", "chat"]
    account: str
    pins: Sequence[str]
    counted: bool = True
    """Whether tries are counted in the database; a control without that shows that the guessers do guess."""


@dataclass(slots=True)
class Guessed:
    """`outcomes` by (outcome, reason) as the operator sees them; `heard` is what the guessers were told to each try;
    `waited_ms` how long each PIN's answer took."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    heard: list[tuple[str, ...]] = field(default_factory=list)
    waited_ms: list[float] = field(default_factory=list)

    @property
    def compared(self) -> int:
        return self.outcomes["failed", "wrong"] + self.outcomes["verified", ""]

    @property
    def tried(self) -> int:
        return self.compared + self.outcomes["failed", "locked"] + self.outcomes["failed", "unknown"]

    def add(self, other: "Guessed") -> None:
        self.outcomes += other.outcomes
        self.heard += other.heard
        self.waited_ms += other.waited_ms


def attack(attacks: Sequence[Attack]) -> list[Guessed]:
    """Each in a process of its own, all at once. Where nothing is running on this thread's event loop."""
    with ProcessPoolExecutor(len(attacks), mp_context=get_context("spawn")) as pool:
        return list(pool.map(guess, attacks))


def guess(plan: Attack) -> Guessed:
    factory = StillLoop if plan.channel == "voice" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(_guess(plan))


async def _guess(plan: Attack) -> Guessed:
    database = await Database.open(plan.dsn, size=4)
    try:
        found = Guessed()
        tries = [plan.pins[at : at + MOST_TRIES] for at in range(0, len(plan.pins), MOST_TRIES)]
        if plan.channel == "voice":
            for pins in tries:
                await _call(plan, database, pins, found)
        else:
            for at in range(0, len(tries), AT_ONCE):
                async with asyncio.TaskGroup() as group:
                    for pins in tries[at : at + AT_ONCE]:
                        group.create_task(_chat(plan, database, pins, found))
        return found
    finally:
        await database.close()


async def _call(plan: Attack, database: Database, pins: Sequence[str], found: Guessed) -> None:
    clock, work = Hours(SystemClock().now()), Work()
    call = LiveCall(_context(plan, "voice"), Watched(_mind(plan, database, clock), work), clock, work)
    async with in_progress(call):
        await call.quiet()
        for text in _said(plan, pins):
            before, began = len(call.said()), SystemClock().monotonic_ms()
            await call.caller_says(text)
            await call.quiet()
            _note(found, text, pins, " ".join(call.said()[before:]), SystemClock().monotonic_ms() - began)
    _count(found, call.evidence.of("verification"))


async def _chat(plan: Attack, database: Database, pins: Sequence[str], found: Guessed) -> None:
    clock, evidence = SystemClock(), FakeEvidence()
    session = ChatSession(
        mind=_mind(plan, database, clock), context=_context(plan, "chat"), evidence=evidence, clock=clock
    )
    for text in _said(plan, pins):
        began = asyncio.get_running_loop().time()
        async with aclosing(session.send(text)) as frames:
            said = [str(frame.data["text"]) async for frame in frames if frame.type == "delta"]
        _note(found, text, pins, " ".join(said), (asyncio.get_running_loop().time() - began) * 1000)
    _count(found, evidence.of("verification"))


def _said(plan: Attack, pins: Sequence[str]) -> list[str]:
    return ["What is my balance?", *(text for pin in pins for text in (plan.account, pin))]


def _note(found: Guessed, text: str, pins: Sequence[str], answer: str, ms: float) -> None:
    if text in pins:
        found.heard.append((answer,))
        found.waited_ms.append(ms)


def _count(found: Guessed, told: Sequence[Mapping[str, Any]]) -> None:
    found.outcomes += Counter((str(each["outcome"]), str(each["reason"])) for each in told)


def _mind(plan: Attack, database: Database, clock: Any) -> JudgedMind:
    files = FileKeys(plan.keys)
    keys = Keyring(files, held=files)
    base = Foundation(
        settings=Settings(), clock=clock, database=database, keys=keys, objects=Objects.local(Settings().data_dir),
        peppers=Peppers(keys),
        sealer=Sealer(keys, clock), signer=UrlSigner(keys, clock),
    )  # fmt: skip
    accounts = VerifiedAccounts(base, None) if plan.counted else _Uncounted()
    return JudgedMind(_Insists(), clock, _Records(), accounts)


def _context(plan: Attack, channel: Literal["voice", "chat"]) -> MindContext:
    return MindContext(
        org=plan.org, conversation_id=new_id("cnv"), agent=AGENT, channel=channel, language="en-US"
    )  # fmt: skip


class _Uncounted(NoAccounts):
    """Everybody may try for ever."""

    def reading(self, today: Any) -> Any:
        return lambda kind, text: read(kind, text, today)


class _Insists:
    """Wants the balance, whatever is said."""

    def __init__(self, hands: Hands | None = None) -> None:
        self._hands = hands

    def open(self, context: MindContext, hands: Hands) -> "_Insists":
        return _Insists(hands)

    def heard(self, spoken: str) -> None:
        """It goes on in any case."""

    async def respond(self, turn: UserTurn) -> AsyncGenerator[Reply, None]:
        assert self._hands is not None
        async with aclosing(self._hands.use(Use(), "balance", {})) as replies:
            async for reply in replies:
                yield reply
        yield Sentence(text="What else?")


class _Records:
    """Fulfils `minds.hands.Running`: knows one account."""

    def actions(self) -> frozenset[str]:
        return frozenset(("http_webhook",))

    async def done(self, principal: Principal, conversation_id: str) -> tuple[str, ...]:
        return ()

    async def run(self, order: Order, action: str) -> Outcome:
        known = order.arguments.get("accountNumber") == RECORD["accountNumber"]
        return Outcome(run_id="run", state="done", result=RECORD if known or order.skill.name == "balance" else {})

    def start(self, order: Order, action: str) -> "asyncio.Task[Outcome]":
        return asyncio.get_running_loop().create_task(self.run(order, action))


def _skill(name: str, parameters: Sequence[str], **more: Any) -> dict[str, Any]:
    properties = {each: {"type": "string"} for each in parameters}
    return {
        "id": f"skl_{name}", "name": name, "description": name, "skillType": "http_webhook",
        "parametersSchema": {"type": "object", "properties": properties},
        "executionConfig": {"url": "https://example.com/x", "say": "You have {balance}."}, **more,
    }  # fmt: skip


AGENT: Mapping[str, Any] = {
    "id": "agt_bank", "name": "Bank",
    "skills": [_skill("lookup", ["accountNumber"]), _skill("balance", [], requiresVerifiedIdentity=True)],
    "callerVerification": {"method": "account_pin", "verifierSkillId": "lookup", "maxAttempts": MOST_ATTEMPTS},
}  # fmt: skip
