"""Which web framework: one authenticated tenant query, by Litestar and by FastAPI, in one run.

`python -m bench.web_framework` (needs wrk, and fastapi installed beside the project). Both serve the same request: a
Bearer key is looked up, a tenant transaction reads one row, JSON goes out. Each runs as one uvicorn process; load is
wrk with 16 connections for 8 s, after 2 s to warm up. Prints requests a second and the ratio.
"""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from flowyte.kit.db import Database
from flowyte.kit.migrate import migrate
from flowyte.kit.postgres import start
from flowyte.tenancy.keys import authenticate_key, create_key
from flowyte.tenancy.organizations import create_organization, system_principal
from flowyte.tenancy.scopes import SECRET_KEY_SCOPES
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys

SQL = "SELECT name, created_at FROM organizations WHERE org_id = $1"


async def answer(database: Database, peppers: Peppers, authorization: str) -> dict[str, Any]:
    principal = await authenticate_key(database, peppers, authorization.removeprefix("Bearer "))
    async with database.tenant(principal) as tx:
        row = await tx.fetchrow(SQL, tx.org)
    return {"success": True, "data": {"name": row["name"], "createdAt": row["created_at"].isoformat()}}


def litestar_app() -> Any:
    from litestar import Litestar, Request, get

    state: dict[str, Any] = {}

    async def opened(_app: Litestar) -> None:
        state["database"] = await Database.open(os.environ["DSN"])
        state["peppers"] = Peppers(FileKeys(Path(os.environ["KEYS"])))

    @get("/one")
    async def one(request: Request[Any, Any, Any]) -> dict[str, Any]:
        return await answer(state["database"], state["peppers"], request.headers["authorization"])

    return Litestar([one], on_startup=[opened], openapi_config=None)


def fastapi_app() -> Any:
    from fastapi import FastAPI, Header

    app = FastAPI()
    state: dict[str, Any] = {}

    @app.get("/one")
    async def one(authorization: str = Header()) -> dict[str, Any]:
        if not state:
            state["peppers"] = Peppers(FileKeys(Path(os.environ["KEYS"])))
            state["database"] = await Database.open(os.environ["DSN"])
        return await answer(state["database"], state["peppers"], authorization)

    return app


def measure(factory: str, dsn: str, keys: Path, key: str) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "--factory", f"bench.web_framework:{factory}", "--port", str(port)]
        + ["--log-level", "error", "--loop", "uvloop", "--http", "httptools"],
        env={**os.environ, "DSN": dsn, "KEYS": str(keys)},
    )
    url = f"http://127.0.0.1:{port}/one"
    header = f"Authorization: Bearer {key}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})).read()
                break
            except OSError:
                time.sleep(0.1)
        subprocess.run(["wrk", "-t1", "-c16", "-d2s", "-H", header, url], capture_output=True, check=True)
        done = subprocess.run(
            ["wrk", "-t1", "-c16", "-d8s", "-H", header, url], capture_output=True, check=True, text=True
        )
        assert "Non-2xx" not in done.stdout, done.stdout
        return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


async def prepare(folder: Path) -> tuple[Any, str]:
    cluster = await start(folder / "database")
    await migrate(cluster.owner_dsn)
    database = await Database.open(cluster.app_dsn)
    owner = system_principal((await create_organization(database, "Bench")).org)
    async with database.tenant(owner) as tx:
        peppers = Peppers(FileKeys.create(folder / "keys"))
        _, key = await create_key(tx, peppers, name="bench", scopes=SECRET_KEY_SCOPES, created_by=owner)
    await database.close()
    return cluster, key


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cluster, key = asyncio.run(prepare(folder))
        try:
            for turn in range(2):
                found = {
                    factory: measure(factory, cluster.app_dsn, folder / "keys", key)
                    for factory in ("litestar_app", "fastapi_app")
                }
                print(
                    turn,
                    {k: round(v) for k, v in found.items()},
                    round(found["litestar_app"] / found["fastapi_app"], 2),
                )
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
