"""The real product for the ring: `flowyte up` on a fresh data folder, once, over loopback."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flowyte.kit.settings import load
from flowyte.providers.store.fetch import list_models

START_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A running installation: its address, data folder, local key, and what it said on standard error."""

    url: str
    data: Path
    key: str
    said: list[str]
    service_port: int = 0
    """Where a test may serve what this product's webhooks may reach."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(data: Path, **more: str) -> tuple[subprocess.Popen[str], Product]:
    """`more`: settings by their names in the environment."""
    port = free_port()
    reachable = {"FLOWYTE_EGRESS_ALLOW": "127.0.0.0/8", "FLOWYTE_EGRESS_PORTS": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "flowyte", "up", "--data", str(data), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1", "PYTHONWARNINGS": "default", **reachable, **more},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    said: list[str] = []
    ready: queue.Queue[str] = queue.Queue()

    def read_errors() -> None:
        said.extend(process.stderr or ())
        ready.put("")

    def read_output() -> None:
        for line in process.stdout or ():
            ready.put(line.strip())

    for reader in (read_errors, read_output):
        threading.Thread(target=reader, daemon=True).start()
    line = ready.get(timeout=START_S)
    assert line.startswith("ready http"), "".join(said)
    local = json.loads((data / "run" / "local.json").read_text())
    return process, Product(url=line.split()[1], data=data, key=local["key"], said=said, service_port=port)


def stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=40)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    settings, _ = load()
    missing = [status.model.name for status in list_models(settings.models_dir) if not status.present]
    if missing:
        pytest.skip(f"the built-in models are not here ({', '.join(missing)}); `flowyte models --fetch` brings them")
    process, running = start(tmp_path_factory.mktemp("product") / "data")
    try:
        yield running
    finally:
        stop(process)
