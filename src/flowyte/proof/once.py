"""The proof that no effect takes place twice, and that none is lost: askers, processes and services that fail at will.

Each run is one thing to do for a conversation, on a PostgreSQL made for the purpose, through the runner that calls
have. Around it, by chance: the one who asked goes away, others ask for the same at the same moment, the process dies
at whatever step it has come to, the service refuses or breaks off, and afterwards everybody asks again.
"""

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from flowyte.kit import postgres
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.migrate import migrate
from flowyte.skills.runner import Order, Outcome, Runner, SkillFailed
from flowyte.skills.spec import Skill
from flowyte.tenancy.organizations import create_organization, system_principal
from flowyte.tenancy.principal import Principal
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer

RUNS = 2_000
AT_ONCE = 16
MOST_STEPS = 60  # of the event loop before a process dies: a whole run takes about as many
Fate = Literal["works", "breaks off", "refuses", "is away"]
FATES: tuple[Fate, ...] = ("works", "works", "works", "breaks off", "refuses", "is away")
SKILL = Skill(name="book", description="Books a visit.", skill_type="http_webhook", is_write=True)


@dataclass(slots=True, kw_only=True)
class Once:
    """`in_doubt` are the runs of which the ledger says in the end that nobody knows whether they took place."""

    runs: int = 0
    happened: int = 0
    twice: int = 0
    lost: int = 0
    """It took place and whoever asks last is told that it did not, or the other way round."""
    in_doubt: int = 0
    killed: int = 0
    interrupted: int = 0
    findings: list[str] = field(default_factory=list)


class Service:
    """Somebody else's system: it counts what really happens, by what was meant."""

    def __init__(self, chance: random.Random) -> None:
        self.happened: Counter[str] = Counter()
        self.fates: dict[str, Fate] = {}
        self._chance = chance

    async def carry_out(self, order: Order, run_id: str) -> Mapping[str, Any]:
        fate = self.fates.get(order.conversation_id, "works")
        for _ in range(self._chance.randint(0, 6)):
            await asyncio.sleep(0)
        if fate == "is away":
            self.fates[order.conversation_id] = "works"
            raise SkillFailed("Nobody answered.", kind="unreached", happened="no")
        if fate == "refuses":
            raise SkillFailed("It said no.", kind="refused", happened="refused")
        self.happened[order.conversation_id] += 1
        for _ in range(self._chance.randint(0, 6)):
            await asyncio.sleep(0)
        if fate == "breaks off":
            raise SkillFailed("The answer broke off.", kind="broken", happened="unknown")
        return {"booked": True}


async def prove(say: Callable[[str], None], *, seed: int, runs: int = RUNS) -> Once:
    with tempfile.TemporaryDirectory(prefix="flowyte-proof-") as folder:
        cluster = await postgres.start(Path(folder) / "postgres")
        try:
            await migrate(cluster.owner_dsn)
            database = await Database.open(cluster.app_dsn, size=AT_ONCE)
            try:
                who = system_principal((await create_organization(database, "Proof")).org)
                sealer = Sealer(FileKeys.create(Path(folder)))
                return await _all(database, sealer, who, say, seed, runs)
            finally:
                await database.close()
        finally:
            cluster.stop()


async def _all(
    database: Database, sealer: Sealer, who: Principal, say: Callable[[str], None], seed: int, runs: int
) -> Once:
    found, chance = Once(), random.Random(seed)  # noqa: S311 - the same chances for everybody
    service, free = Service(chance), asyncio.Semaphore(AT_ONCE)
    say(f"Carrying out {runs} effects with interruptions, repetitions and deaths, from seed {seed}")

    async def one(number: int) -> None:
        async with free:
            await _one(database, sealer, service, _order(who, number), found, chance)

    async with asyncio.TaskGroup() as group:
        for number in range(runs):
            group.create_task(one(number))
    found.runs = runs
    found.happened = len(service.happened)
    found.twice = sum(count > 1 for count in service.happened.values())
    return found


def _order(who: Principal, number: int) -> Order:
    return Order(
        principal=who, agent={"id": "agt_proof"}, conversation_id=f"cnv_{number}", skill=SKILL, skill_id="skl_book",
        arguments={"day": "2026-05-04"},
    )  # fmt: skip


async def _one(
    database: Database, sealer: Sealer, service: Service, order: Order, found: Once, chance: random.Random
) -> None:
    conversation = order.conversation_id
    service.fates[conversation] = chance.choice(FATES)
    async with _processes(database, sealer, service, 2) as (first, second):
        asked = [first.start(order, "http_webhook")]
        if chance.random() < 0.5:  # a barge-in: the turn that waits is gone, and the next one asks again
            found.interrupted += 1
            async with asyncio.TaskGroup() as turn:
                waiting = turn.create_task(first.run(order, "http_webhook"))
                await _steps(chance)
                waiting.cancel()
        if chance.random() < 0.5:  # somebody else takes the conversation over too early
            asked.append(second.start(order, "http_webhook"))
        died = chance.random() < 0.4
        if died:
            found.killed += 1
            await _steps(chance)
            died = asked[0].cancel()
        await asyncio.wait(asked)
    async with _processes(database, sealer, service, 2) as (first, second):
        await asyncio.gather(first.run(order, "http_webhook"), second.run(order, "http_webhook"))
        told = await first.run(order, "http_webhook")
    _look(told, service, conversation, found, died=died)


def _look(outcome: Outcome, service: Service, conversation: str, found: Once, *, died: bool) -> None:
    """What whoever asks last is told, against what the service knows."""
    happened = service.happened[conversation]
    if happened > 1:
        found.findings.append(f"{conversation}: took place {happened} times")
    if outcome.state == "in_doubt":
        found.in_doubt += 1
    elif (outcome.state == "done") != (happened > 0):
        found.lost += 1
        told = f"{outcome.state} {outcome.error}".strip()
        found.findings.append(f"{conversation}: {told}, and it took place {happened} times; died: {died}")


async def _steps(chance: random.Random) -> None:
    for _ in range(chance.randint(0, MOST_STEPS)):
        await asyncio.sleep(0)


@asynccontextmanager
async def _processes(database: Database, sealer: Sealer, service: Service, count: int) -> AsyncIterator[list[Runner]]:
    """Runners that know nothing of one another but the database, as those of two processes."""
    async with AsyncExitStack() as stack:
        made = [
            Runner(database, sealer, SystemClock(), inside={}, outside={"http_webhook": service.carry_out})
            for _ in range(count)
        ]
        yield [await stack.enter_async_context(each.running()) for each in made]
