"""What receipts cost: `flowyte bench receipts`, or `python -m bench.receipts`.

Appending: the transaction that keeps the events of one flush of a call, with their leaves and as it was without them,
in turn on the same database; batches of one event and of four. By the clock, and apart from it the work alone:
processor time of this process before the statement, and what the server says of planning and executing it.

Sequencing: a log of a million leaves from new to its signed checkpoints, and how long a sequencer looks at an
organization where nothing waits. Verifying: a receipt of a call of forty events in that log, made and verified.

The last line is one JSON object.
"""

import asyncio
import json
import os
import platform
import re
import secrets
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from flowyte.kit import postgres
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.ids import new_id
from flowyte.kit.migrate import migrate
from flowyte.observe import store
from flowyte.observe.evidence import Keeper, Opening
from flowyte.observe.receipt import receipt_file
from flowyte.receipts.advance import advance, advance_all
from flowyte.receipts.verify_receipt import verify
from flowyte.tenancy.organizations import create_organization, system_principal
from flowyte.tenancy.principal import Principal
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer, seal_with

ROUNDS, TRIES, LEAVES, IDLE = 1_500, 600, 1_000_000, 200
Append = Callable[[TenantTx, str, bytes, Sequence[store.Row]], Awaitable[None]]
SAID = {"text": "Is there a cleaning on Friday at half past nine, please?", "confidence": 0.93, "endpointMs": 420}


def run(as_json: bool) -> None:
    found = asyncio.run(measured())
    if not as_json:
        for name, value in found.items():
            print(f"{name:38} {value}")
    print(json.dumps(found))


async def measured() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        cluster = await postgres.start(Path(folder) / "postgres", lambda _line: None)
        try:
            await migrate(cluster.owner_dsn)
            database = await Database.open(cluster.app_dsn, size=1)
            keys = FileKeys.create(Path(folder) / "keys")
            bench = Bench(database, Sealer(keys), Path(folder))
            found: dict[str, Any] = {"cpus": os.cpu_count(), "python": platform.python_version()}
            for events in (1, 4):
                found |= await bench.appending(events)
            found |= await bench.sequencing()
            await database.close()
            return found
        finally:
            cluster.stop()


class Seen:
    """Takes a statement instead of the database."""

    def __init__(self, who: Principal) -> None:
        self.org, self.sql = who.org, ""
        self.arguments: tuple[Any, ...] = ()

    async def execute(self, sql: str, *arguments: Any) -> None:
        self.sql, self.arguments = sql, arguments


class Bench:
    def __init__(self, database: Database, sealer: Sealer, folder: Path) -> None:
        self.database, self.sealer, self.folder, self.clock = database, sealer, folder, SystemClock()

    async def organization(self) -> Principal:
        return system_principal((await create_organization(self.database, "Bench")).org)

    async def conversation(self, who: Principal) -> tuple[str, bytes]:
        keeper = Keeper(database=self.database, sealer=self.sealer, clock=self.clock, data_dir=self.folder)
        opening = Opening(
            id=new_id("cnv"), agent_id="agt_1", agent_name="a", version_id=None, version_number=None, channel="voice",
            line="twilio", draft=True,
        )  # fmt: skip
        evidence = await keeper.begin(who, opening)
        return opening.id, evidence._key

    async def appending(self, events: int) -> dict[str, Any]:
        """Each kind in turn, the order changing. The fastest twentieth is told: what other load on the machine adds is
        not of the leaf."""
        who = await self.organization()
        kinds: dict[str, tuple[Append, tuple[str, bytes]]] = {
            "without": (without_leaves, await self.conversation(who)),
            "with": (store.append, await self.conversation(who)),
        }
        times: dict[str, list[float]] = {kind: [] for kind in kinds}
        for number in range(ROUNDS):
            now, first = self.clock.now(), number * events + 1
            rows: list[store.Row] = [(first + n, n, now, "user_utterance", SAID) for n in range(events)]
            for kind in sorted(kinds, reverse=number % 2 == 0):
                append, to = kinds[kind]
                times[kind].append(await self.kept(who, append, to, rows))
        name = f"append {events} event{'s' * (events > 1)}"
        before, after = (statistics.quantiles(times[kind], n=20)[0] for kind in ("without", "with"))
        work = {kind: await self.work(who, *kinds[kind], events) for kind in ("without", "with")}
        return {
            f"{name}, work without leaves, µs": work["without"], f"{name}, work with leaves, µs": work["with"],
            f"{name}, without leaves, µs": round(before), f"{name}, with leaves, µs": round(after),
            f"{name}, more, %": round((after / before - 1) * 100, 1),
        }  # fmt: skip

    async def work(self, who: Principal, append: Append, to: tuple[str, bytes], events: int) -> int:
        """Processor time of making the statement and the server's time of it; the least of many tries of each."""
        own, server, seen = [], [], Seen(who)
        for number in range(TRIES):
            now, first = self.clock.now(), 10_000_000 + number * events
            rows: list[store.Row] = [(first + n, n, now, "user_utterance", SAID) for n in range(events)]
            began = time.process_time_ns()
            for _ in range(10):
                await append(seen, *to, rows)  # type: ignore[arg-type]
            own.append((time.process_time_ns() - began) / 10_000)
            async with self.database.tenant(who) as tx:
                told = await tx.fetch(f"EXPLAIN (ANALYZE, TIMING OFF) {seen.sql}", *seen.arguments)
            times = re.findall(r"(?:Planning|Execution) Time: ([\d.]+)", "\n".join(row[0] for row in told))
            server.append(sum(map(float, times)) * 1000)
        return round(min(own) + statistics.quantiles(server, n=20)[0])

    async def kept(self, who: Principal, append: Append, to: tuple[str, bytes], rows: Sequence[store.Row]) -> float:
        """Microseconds of the whole transaction."""
        began = time.perf_counter_ns()
        async with self.database.tenant(who) as tx:
            await append(tx, *to, rows)
        return (time.perf_counter_ns() - began) / 1000

    async def sequencing(self) -> dict[str, Any]:
        who = await self.organization()
        call, key = await self.conversation(who)
        now = self.clock.now()
        async with self.database.tenant(who) as tx:
            await store.append(tx, call, key, [(n + 1, n, now, "user_utterance", SAID) for n in range(40)])
        for at in range(0, LEAVES, 50_000):
            async with self.database.tenant(who) as tx:
                await tx.executemany(
                    "INSERT INTO leaf_queue (org_id, conversation_id, first_seq, leaves) VALUES ($1, $2, 1, $3)",
                    [(tx.org, f"cnv_{at + n}", secrets.token_bytes(320)) for n in range(0, 50_000, 10)],
                )
        began, heads = time.perf_counter(), 0
        while True:
            async with self.database.tenant(who) as tx:
                head = await advance(tx, self.sealer, self.clock)
            if head is None:
                break
            heads, size = heads + 1, head.size
        placed = time.perf_counter() - began
        began = time.perf_counter()
        async with self.database.tenant(who) as tx:
            receipt = await receipt_file(tx, self.sealer, self.clock, call)
        made = time.perf_counter() - began
        raw = msgspec.json.encode(receipt)
        times = []
        for _ in range(20):
            began = time.perf_counter()
            verdict = verify(raw, held=receipt["checkpoint"].encode())
            times.append(time.perf_counter() - began)
        assert all(result == "ok" for name, result, _ in verdict.checks if name != "Events")  # it was never closed
        return {
            "leaves placed and signed": size, "checkpoints signed": heads, "placing them, s": round(placed, 1),
            "receipt of 40 events, bytes": len(raw), "making the receipt, ms": round(made * 1000, 1),
            "verifying the receipt, ms": round(statistics.median(times) * 1000, 1),
            "idle organization, µs a round": await self.idle(),
        }  # fmt: skip

    async def idle(self) -> int:
        for _ in range(IDLE):
            await self.organization()
        began = time.perf_counter()
        await advance_all(self.database, self.sealer, self.clock)
        return round((time.perf_counter() - began) / IDLE * 1e6)


async def without_leaves(tx: TenantTx, conversation_id: str, key: bytes, rows: Sequence[store.Row]) -> None:
    """`store.append` as it would be without a log."""
    sealed = [
        (seq, at_ms, at, type, seal_with(key, 0, store._place(conversation_id, seq, type), msgspec.json.encode(data)))
        for seq, at_ms, at, type, data in rows
    ]
    columns = list(zip(*sealed, strict=True))
    await tx.execute(
        "INSERT INTO timeline (org_id, conversation_id, seq, at_ms, at, type, sealed) "
        "SELECT $1, $2, * FROM unnest($3::int[], $4::int[], $5::timestamptz[], $6::text[], $7::bytea[])",
        tx.org, conversation_id, *[list(column) for column in columns],
    )  # fmt: skip


if __name__ == "__main__":
    run(as_json=False)
