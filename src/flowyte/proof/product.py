"""The product as everybody runs it, on a folder of its own, with whatever it writes outside of it kept there too."""

import http.server
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from flowyte.kit.errors import SetupError

START_S = 180  # ten seconds on an idle machine; a first start on a busy one brings a database up
STOP_S = 40
CALL_S = 240
ASK_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """`data`, `temporary` and `log` are all that the processes may write to."""

    url: str
    key: str
    data: Path
    temporary: Path
    log: Path

    def ask(self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None) -> Any:
        """The decoded answer, whatever its status."""
        answer = httpx.request(
            method, f"{self.url}/api/v1{path}", json=body, timeout=ASK_S, follow_redirects=True,
            headers={"Authorization": f"Bearer {self.key}", **(headers or {})},
        )  # fmt: skip
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.content

    def send(self, method: str, path: str, content: str = "", *, keyed: bool = True) -> int:
        """Anything at all to any address, as a stranger might; the status."""
        headers = {"Authorization": f"Bearer {self.key}"} if keyed else {}
        return httpx.request(method, f"{self.url}{path}", content=content, headers=headers, timeout=ASK_S).status_code

    def data_of(self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None) -> Any:
        """SetupError when it was refused: then nothing would be proved."""
        answer = self.ask(method, path, body, headers=headers)
        if not isinstance(answer, dict) or "data" not in answer:
            raise SetupError(f"{method} {path} was refused: {answer!r:.300}")
        return answer["data"]

    def call(self, agent: str, out: Path, *says: str) -> dict[str, Any]:
        """A spoken call over the telephone wire."""
        lines = [part for text in says for part in ("--say", text)]
        command = [sys.executable, "-m", "flowyte", "call", "--agent", agent, "--data", str(self.data)]
        done = subprocess.run(  # noqa: S603 - our own program
            [*command, *lines, "--out", str(out), "--json"], capture_output=True, text=True, timeout=CALL_S, check=False
        )
        if done.returncode:
            raise SetupError(f"The call failed: {done.stderr.strip()[-400:]}")
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@dataclass(slots=True)
class Service:
    """Somebody's server, which webhooks and skills may reach; it keeps what it was sent."""

    port: int = 0
    bodies: list[tuple[str, bytes]] = field(default_factory=list)

    def sent_to(self, path: str) -> bytes:
        return b"\n".join(body for at, body in self.bodies if at.startswith(path))


@contextmanager
def service() -> Iterator[Service]:
    kept = Service()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            kept.bodies.append((self.path, self.rfile.read(length)))
            answer = b'{"status": "on its way"}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the screen is the proof's."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def running(folder: Path, reachable: int) -> Iterator[Product]:
    """`flowyte up`, at its most talkative; `reachable` is a loopback port that it may speak to."""
    data, temporary, log = folder / "data", folder / "tmp", folder / "log"
    temporary.mkdir()
    environment = {
        **os.environ, "NO_COLOR": "1", "TMPDIR": str(temporary), "FLOWYTE_LOG_LEVEL": "debug",
        "FLOWYTE_EGRESS_ALLOW": "127.0.0.0/8", "FLOWYTE_EGRESS_PORTS": str(reachable),
    }  # fmt: skip
    with open(log, "ab") as written:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "flowyte", "up", "--data", str(data), "--port", "0"],
            stdout=subprocess.PIPE, stderr=written, text=True, env=environment,
        )  # fmt: skip
        try:
            url = _ready(process, log)
            local = json.loads((data / "run" / "local.json").read_text())
            yield Product(url=url, key=local["key"], data=data, temporary=temporary, log=log)
        finally:
            _stop(process)


def _ready(process: subprocess.Popen[str], log: Path) -> str:
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None
    out = process.stdout

    def read() -> None:
        for line in out:
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    try:
        line = lines.get(timeout=START_S)
    except queue.Empty:
        line = ""
    if not line.startswith("ready http"):
        raise SetupError(f"The product did not start: {log.read_text(errors='replace')[-600:]}")
    return line.split()[1]


def _stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
