"""How much a noisy organization slows a quiet one: `python -m bench.neighbours`.

One web process and its database. The quiet organization reads its agents seven times a second; first alone, then
beside another that sends as fast as it can over 16 connections, and this six times in turn, so that what else the
machine does falls on both. The last line is one JSON object: the quiet one's p50 and p95 each way, and their ratio.
"""

import asyncio
import json
import os
import platform
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from flowyte.kit import postgres
from flowyte.kit.db import Database
from flowyte.kit.migrate import migrate
from flowyte.tenancy.keys import create_key
from flowyte.tenancy.organizations import create_organization, system_principal
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys

ROUNDS, EACH_S, EVERY_S, NOISY = 6, 8.0, 0.15, 16


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "run").mkdir()
        cluster = await postgres.start(data / "postgres", lambda _line: None)
        try:
            await migrate(cluster.owner_dsn)
            keys = await two_keys(cluster, data)
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            web = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "flowyte", "web", stdout=asyncio.subprocess.PIPE,
                env={**os.environ, "DATABASE_URL": cluster.app_dsn, "FLOWYTE_DATA_DIR": str(data),
                     "FLOWYTE_PORT": str(port), "FLOWYTE_LOG_LEVEL": "error"},
            )  # fmt: skip
            try:
                assert web.stdout is not None
                await asyncio.wait_for(web.stdout.readline(), 60)
                figures = await measure(f"http://127.0.0.1:{port}", keys)
            finally:
                web.terminate()
                await web.wait()
        finally:
            cluster.stop()
    print(json.dumps({**figures, "machine": f"{os.cpu_count()} cores, {platform.machine()}"}))


async def two_keys(cluster: postgres.Cluster, data: Path) -> tuple[str, str]:
    """A key of a quiet and of a noisy organization."""
    database = await Database.open(cluster.app_dsn)
    peppers = Peppers(FileKeys.create(data / "keys"))
    made = []
    for name in ("Quiet", "Noisy"):
        owner = system_principal((await create_organization(database, name)).org)
        async with database.tenant(owner) as tx:
            _, key = await create_key(tx, peppers, name=name, scopes=owner.scopes, created_by=owner)
        made.append(key)
    await database.close()
    return made[0], made[1]


async def measure(url: str, keys: tuple[str, str]) -> dict[str, Any]:
    alone: list[float] = []
    beside: list[float] = []
    counts = {"taken": 0, "refused": 0}
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=30) as quiet:
        quiet.headers["Authorization"] = f"Bearer {keys[0]}"
        for _ in range(20):
            (await quiet.get("/agents")).raise_for_status()
        for _ in range(ROUNDS):
            await reading(quiet, alone)
            async with asyncio.TaskGroup() as group:
                noisy = [group.create_task(noise(url, keys[1], counts)) for _ in range(NOISY)]
                await reading(quiet, beside)
                for task in noisy:
                    task.cancel()
    found = {"quiet": told(alone), "besideNoisy": told(beside), "noisyRequests": counts}
    return {**found, "p95Ratio": round(told(beside)["p95Ms"] / told(alone)["p95Ms"], 2)}


async def reading(client: httpx.AsyncClient, took: list[float]) -> None:
    until = time.perf_counter() + EACH_S
    while time.perf_counter() < until:
        began = time.perf_counter()
        (await client.get("/agents")).raise_for_status()
        took.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(EVERY_S)


async def noise(url: str, key: str, counts: dict[str, int]) -> None:
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        while True:
            answer = await client.get("/agents")
            counts["refused" if answer.status_code == 429 else "taken"] += 1


def told(took: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(took, n=100)
    return {"requests": len(took), "p50Ms": round(cuts[49], 2), "p95Ms": round(cuts[94], 2)}


if __name__ == "__main__":
    asyncio.run(main())
