"""Measures guessing at PINs: `python -m bench.brute_force [--json]`.

Processes of guessers call and chat at once against one account, on a real PostgreSQL: how many of their answers were
really compared (the limit promises five in a day), with a control where tries are not counted. Then whether waiting
tells a guesser anything: how long the answer to a wrong PIN, to a PIN of an account that there is not, and to one of a
locked account takes, each from its own conversations in turn; `tells` is the chance that an answer of one takes longer
than one of the other (0.5: nothing can be told). The last line is one JSON object.
"""

import argparse
import asyncio
import json
import os
import platform
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from flowyte.kit import log
from flowyte.kit.db import Database
from flowyte.kit.migrate import migrate
from flowyte.kit.postgres import Cluster, start
from flowyte.rehearse.guessing import MOST_ATTEMPTS, RECORD, Attack, Guessed, attack, guess
from flowyte.tenancy.organizations import create_organization
from flowyte.vault.keyring import FileKeys

CHATS, CALLS = 240, 60  # guesses of one process
ROUNDS = 60  # conversations of three guesses, for the waiting
KINDS = ("wrong", "unknown", "locked")


def bound(plan: dict[str, Any]) -> dict[str, Any]:
    """Two processes that chat and two that call."""

    def run(counted: bool, account: str) -> Guessed:
        total = Guessed()
        plans = [
            Attack(
                **plan, channel=channel, account=account, counted=counted,
                pins=[f"{number:04}" for number in range(at, at + many)],
            )
            for channel, at, many in (
                ("chat", 0, CHATS), ("chat", 1000, CHATS), ("voice", 2000, CALLS), ("voice", 3000, CALLS)
            )
        ]  # fmt: skip
        for each in attack(plans):
            total.add(each)
        return total

    counted, control = run(True, RECORD["accountNumber"]), run(False, RECORD["accountNumber"])
    return {
        "processes": 4, "guesses": counted.tried, "limit": MOST_ATTEMPTS, "compared": counted.compared,
        "locked": counted.outcomes["failed", "locked"], "comparedWithoutTheCount": control.compared,
    }  # fmt: skip


def waiting(plan: dict[str, Any], fresh: list[Any]) -> dict[str, Any]:
    """By chat, where nothing but the server's own time is waited for. Of `fresh` organizations none is locked yet."""
    accounts = {"wrong": RECORD["accountNumber"], "unknown": "700999", "locked": "700555"}
    guess(Attack(**plan, channel="chat", account="700555", pins=["0000"] * MOST_ATTEMPTS))
    waited: dict[str, list[float]] = {kind: [] for kind in KINDS}
    heard: dict[str, set[tuple[str, ...]]] = {kind: set() for kind in KINDS}
    for number, org in enumerate(fresh):
        for kind in KINDS[number % 3 :] + KINDS[: number % 3]:
            there = plan if kind == "locked" else {**plan, "org": org}
            found = guess(Attack(**there, channel="chat", account=accounts[kind], pins=["0000", "0001", "0002"]))
            waited[kind] += found.waited_ms
            heard[kind] |= set(found.heard)
    figures: dict[str, Any] = {
        kind: {"answers": len(times), **{f"p{p}Ms": round(float(np.percentile(times, p)), 2) for p in (50, 95)}}
        for kind, times in waited.items()
    }
    figures["tells"] = {
        f"{one} or {other}": round(_longer(waited[one], waited[other]), 3)
        for one, other in (("wrong", "unknown"), ("wrong", "locked"), ("unknown", "locked"))
    }
    figures["sameWords"] = heard["wrong"] == heard["unknown"] == heard["locked"]
    return figures


def _longer(one: list[float], other: list[float]) -> float:
    a, b = np.asarray(one)[:, None], np.asarray(other)[None, :]
    return float(((a > b) + 0.5 * (a == b)).mean())


async def _organizations(cluster: Cluster) -> list[Any]:
    await migrate(cluster.owner_dsn)
    database = await Database.open(cluster.app_dsn, size=2)
    try:
        return [(await create_organization(database, f"Bank {number}")).org for number in range(ROUNDS + 1)]
    finally:
        await database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="only the last line")
    only_json = parser.parse_args().json
    log.configure(level="critical")
    with tempfile.TemporaryDirectory(prefix="flowyte-bench-") as folder:
        cluster = asyncio.run(start(Path(folder) / "postgres"))
        try:
            org, *fresh = asyncio.run(_organizations(cluster))
            FileKeys.create(Path(folder) / "keys")
            plan = {"dsn": cluster.app_dsn, "keys": Path(folder) / "keys", "org": org}
            found = {"bound": bound(plan), "waiting": waiting(plan, fresh)}
        finally:
            cluster.stop()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    if not only_json:
        print(json.dumps(found, indent=2))
    print(json.dumps({**found, "machine": machine, "loadAverage": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
