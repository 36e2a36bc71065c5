"""What the boundary costs, and whether it tells: `python -m bench.boundary`.

Row security: hot queries as the serving role with the same WHERE, once under the policies and once in a copy of the
database without them, in turn; as a statement alone, and as the transaction that the product makes of it. Keys: the CPU
of looking at a key before any query. Telling: how long signing in takes for an account that there is and for one that
there is not, and the same for keys, in turn; the figure is the chance that a sample of one is slower than one of the
other (a half: nothing can be told), with a bootstrap interval. The last line is one JSON object.
"""

import asyncio
import json
import os
import platform
import secrets
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np

from flowyte.kit import postgres
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.errors import Unauthenticated
from flowyte.kit.migrate import migrate
from flowyte.tenancy import members, people
from flowyte.tenancy.key_text import new_key_text, well_formed
from flowyte.tenancy.keys import authenticate_key, create_key, revoke_key
from flowyte.tenancy.organizations import create_organization, system_principal
from flowyte.tenancy.passwords import Passwords
from flowyte.tenancy.people import Door
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys
from flowyte.vault.sign import UrlSigner

ORGANIZATIONS, ROWS, ROUNDS = 20, 2_000, 3_000
SIGN_INS, KEYS = 120, 1_500
HOT = {
    "conversation by id": "SELECT id, outcome FROM conversations WHERE org_id = $1 AND id = $2",
    "conversations, newest": "SELECT id, started_at FROM conversations WHERE org_id = $1 AND $2::text <> '' "
    "ORDER BY started_at DESC, id DESC LIMIT 20",
    "timeline of one": "SELECT seq, type FROM timeline WHERE org_id = $1 AND conversation_id = $2 ORDER BY seq",
    "messages of one": "SELECT id FROM messages WHERE org_id = $1 AND conversation_id = $2",
}


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cluster = await postgres.start(Path(folder) / "postgres", lambda _line: None)
        try:
            await migrate(cluster.owner_dsn)
            security = await row_security(cluster)
            database = await Database.open(cluster.app_dsn)
            keys = FileKeys.create(Path(folder) / "keys")
            found = {
                "rowSecurity": security,
                "keyCheckMicroseconds": key_check(Peppers(keys)),
                "telling": await telling(database, keys),
            }
            await database.close()
        finally:
            cluster.stop()
    print(json.dumps({**found, "machine": f"{os.cpu_count()} cores, {platform.machine()}"}))


async def row_security(cluster: postgres.Cluster) -> dict[str, Any]:
    """The ratio of medians for each hot query: with the policies to without, as a statement and as a transaction."""
    admin = await asyncpg.connect(cluster.admin_dsn)
    mine, ids = await furnish(admin)
    await admin.close()
    server = await asyncpg.connect(cluster.admin_dsn.rpartition("/")[0] + "/postgres")
    await server.execute("CREATE DATABASE without TEMPLATE flowyte")
    await server.close()
    opener = await asyncpg.connect(cluster.admin_dsn.rpartition("/")[0] + "/without")
    for table in ("conversations", "timeline", "messages"):
        await opener.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")
    await opener.execute("ANALYZE")
    await opener.close()
    dsns = {"held": cluster.app_dsn, "free": cluster.app_dsn.rpartition("/")[0] + "/without"}
    owner = system_principal(mine)
    alone = {which: await asyncpg.connect(dsn) for which, dsn in dsns.items()}
    pools = {which: await Database.open(dsn, size=1, check=False) for which, dsn in dsns.items()}
    found: dict[str, dict[str, float]] = {"statement": {}, "transaction": {}}
    for name, sql in HOT.items():
        statements = {}
        for which, connection in alone.items():
            await connection.execute(f"SET app.org = '{mine}'")
            statements[which] = await connection.prepare(sql)

        async def statement(which: str, one: str, held: dict[str, Any] = statements) -> None:
            await held[which].fetch(mine, one)

        async def transaction(which: str, one: str, text: str = sql) -> None:
            async with pools[which].tenant(owner) as tx:
                await tx.fetch(text, mine, one)

        found["statement"][name] = await ratio(statement, ids)
        found["transaction"][name] = await ratio(transaction, ids)
    for connection in alone.values():
        await connection.close()
    for pool in pools.values():
        await pool.close()
    return {"ratioOfMedians": found, "rounds": ROUNDS, "rows": ORGANIZATIONS * ROWS}


async def ratio(ask: Callable[[str, str], Awaitable[None]], ids: list[str]) -> float:
    took: dict[str, list[float]] = {"held": [], "free": []}
    for number in range(ROUNDS):
        for which in ("held", "free") if number % 2 else ("free", "held"):
            began = time.perf_counter()
            await ask(which, ids[number % len(ids)])
            took[which].append(time.perf_counter() - began)
    return round(statistics.median(took["held"]) / statistics.median(took["free"]), 3)


async def furnish(admin: asyncpg.Connection) -> tuple[Any, list[str]]:
    """Conversations with events of 20 organizations; the ids of the first one's conversations."""
    orgs = [await admin.fetchval("SELECT gen_random_uuid()") for _ in range(ORGANIZATIONS)]
    await admin.execute("SET session_replication_role = replica")
    for org in orgs:
        await admin.execute(
            "INSERT INTO conversations (org_id, id, agent_id, agent_name, channel, line, draft, started_at) "
            "SELECT $1, 'cnv_' || n, 'agt_1', 'a', 'voice', 'browser', false, now() - n * interval '1 minute' "
            "FROM generate_series(1, $2::int) n", org, ROWS,
        )  # fmt: skip
        await admin.execute(
            "INSERT INTO timeline (org_id, conversation_id, seq, at_ms, at, type, sealed) "
            "SELECT $1, 'cnv_' || n, seq, 0, now(), 'user_utterance', $2::bytea "
            "FROM generate_series(1, 200) n, generate_series(1, 30) seq", org, bytes(200),
        )  # fmt: skip
    await admin.execute("SET session_replication_role = origin")
    await admin.execute("ANALYZE")
    return orgs[0], [f"cnv_{n}" for n in range(1, 200)]


def key_check(peppers: Peppers) -> float:
    """CPU of the form, the checksum and the digest of one key, the median of many."""
    key = new_key_text("live")
    took = []
    for _ in range(200):
        began = time.process_time_ns()
        for _ in range(100):
            assert well_formed(key)
            peppers.digest("key", key)
        took.append((time.process_time_ns() - began) / 100_000)
    return round(statistics.median(took), 2)


async def telling(database: Database, keys: FileKeys) -> dict[str, Any]:
    clock = SystemClock()
    peppers = Peppers(keys)
    door = Door(database=database, peppers=peppers, clock=clock, passwords=Passwords(), signer=UrlSigner(keys, clock))
    owner = system_principal((await create_organization(database, "A")).org)
    account = await people.account_for(door, email="a@example.com", password="seven quiet harbours", address="x")
    async with database.tenant(owner) as tx:
        await members.join(tx, account, "a@example.com", "owner")
        status, revoked = await create_key(tx, peppers, name="k", scopes=frozenset(), created_by=owner)
        await revoke_key(tx, status.id)

    async def sign_in(email: str) -> None:
        await people.sign_in(door, email=email, password="wrong wrong wrong", address=secrets.token_hex(8))

    async def by_key(key: str) -> None:
        await authenticate_key(database, peppers, key)

    accounts = await samples(lambda known: sign_in("a@example.com" if known else "b@example.com"), SIGN_INS)
    strangers = new_key_text("live"), new_key_text("live")
    unknown_keys = await samples(lambda known: by_key(strangers[known]), KEYS)
    return {
        "signInKnownAgainstUnknown": chance(*accounts),
        "twoUnknownKeys": chance(*unknown_keys),
        "revokedAgainstUnknownKey": chance(
            *await samples(lambda known: by_key(revoked if known else strangers[0]), KEYS)
        ),
    }


async def samples(ask: Callable[[bool], Awaitable[None]], count: int) -> tuple[list[float], list[float]]:
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(2 * count + 4):
        known = bool(number % 2) != bool(number // 2 % 2)  # each as often before as after the other
        began = time.perf_counter()
        with suppress(Unauthenticated):
            await ask(known)
        if number >= 4:
            took[known].append(time.perf_counter() - began)
    return took


def chance(unknown: list[float], known: list[float]) -> dict[str, Any]:
    """That a known one is slower than an unknown one (the Mann-Whitney statistic over all pairs)."""
    left, right = np.array(unknown), np.array(known)
    random = np.random.default_rng(7)

    def of(a: np.ndarray, b: np.ndarray) -> float:
        ranks = np.concatenate([a, b]).argsort().argsort() + 1
        return float((ranks[len(a) :].sum() - len(b) * (len(b) + 1) / 2) / (len(a) * len(b)))

    drawn = [of(random.choice(left, len(left)), random.choice(right, len(right))) for _ in range(500)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {
        "slower": round(of(left, right), 3),
        "interval": [round(float(low), 3), round(float(high), 3)],
        "samples": len(left),
        "medianMs": [round(float(np.median(took)) * 1000, 2) for took in (left, right)],
    }


if __name__ == "__main__":
    asyncio.run(main())
