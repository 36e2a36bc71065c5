"""The roles run apart against one database, as an operator of several machines has them."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from tests.acceptance.conftest import stop

from flowyte.kit import postgres
from flowyte.kit.clock import SystemClock
from flowyte.kit.migrate import migrate
from flowyte.kit.settings import Settings, load
from flowyte.providers.store.fetch import list_models
from flowyte.tenancy.organizations import only_organization
from flowyte.wiring.credential import local_key
from flowyte.wiring.demo import create_demo
from flowyte.wiring.foundation import foundation, keyring


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def role(name: str, environ: dict[str, str]) -> Iterator[None]:
    """`flowyte NAME` until it says that it serves, and after the block until it has ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flowyte", name],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **environ},
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready ")
        yield
    finally:
        stop(process)


async def prepared(settings: Settings) -> str:
    """The demo and a key for it."""
    async with keyring(settings, SystemClock(), create=True):
        pass
    await create_demo(settings, lambda _line: None)
    async with foundation(settings) as base:
        return await local_key(base, await only_organization(base.database), settings.data_dir)


def test_three_processes_and_one_database_answer_a_call(tmp_path: Path) -> None:
    """Each is started by itself; they share the database, the key files and nothing else."""
    models = load()[0].models_dir
    if not all(status.present for status in list_models(models)):
        pytest.skip("the built-in models are not here; `flowyte models --fetch` brings them")
    cluster = asyncio.run(postgres.start(tmp_path / "postgres"))
    with ExitStack() as stack:
        stack.callback(cluster.stop)
        asyncio.run(migrate(cluster.owner_dsn))
        data = tmp_path / "data"
        data.mkdir()
        key = asyncio.run(prepared(Settings(data_dir=data, database_url=cluster.app_dsn, models_dir=models)))
        port = free_port()
        environ = {
            "DATABASE_URL": cluster.app_dsn,
            "FLOWYTE_DATA_DIR": str(data),
            "FLOWYTE_PORT": str(port),
            "FLOWYTE_VOICE_PORT": str(free_port()),
        }
        for name in ("voice", "worker", "web"):
            stack.enter_context(role(name, environ))
        done = subprocess.run(
            [sys.executable, "-m", "flowyte", "call", "--agent", "clinic", "--say", "How much does a cleaning cost?",
             "--url", f"http://127.0.0.1:{port}", "--key", key, "--out", str(tmp_path / "out"), "--json"],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        result = json.loads(done.stdout)
    assert "95 dollars" in result["turns"][-1]["text"]
    assert result["recordingSeconds"] > 3
