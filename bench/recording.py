"""What recording costs, and how soon a signed address gives its first byte: `python -m bench.recording`.

Sealing: the CPU time of the recorder for ten minutes of a call at each rate, as a share of one core per call, all of
it (both tracks into one, the receipt's digests, sealing, writing) and the sealing alone. First byte: from the request
at the signed address to the first byte, over loopback HTTP against a served application and PostgreSQL of its own, for
the beginning and for the middle of a call of ten minutes; median and 95th percentile. The last line is one JSON object.
"""

import asyncio
import json
import os
import platform
import socket
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import uvicorn
from litestar import Litestar
from litestar.di import Provide

from flowyte.api.conversations import play_recording
from flowyte.api.problem import HANDLERS
from flowyte.api.services import ApiServices
from flowyte.kit import postgres
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.ids import new_id
from flowyte.kit.migrate import migrate
from flowyte.observe import access
from flowyte.observe.evidence import Keeper, Opening
from flowyte.observe.recording import CHUNK_BYTES, Recorder
from flowyte.tenancy.organizations import create_organization, system_principal
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import UrlSigner
from flowyte.vault.stream import StreamWriter

CALL_S = 600
REQUESTS = 200


def sealing(folder: Path, rate: int) -> dict[str, float]:
    """Shares of a core for one call, in percent: the best of five, since others run on the machine too."""
    noise = np.random.default_rng(1).integers(-3000, 3000, (rate * 10, 2), dtype=np.int16)
    frame = rate // 50
    frames = [(noise[at : at + frame, 0].tobytes(), noise[at : at + frame, 1].tobytes())
              for at in range(0, len(noise), frame)]  # fmt: skip
    whole, alone = [], []
    for turn in range(5):
        recorder = Recorder(folder / f"whole-{rate}-{turn}", os.urandom(32))
        began = time.process_time_ns()
        for number in range(CALL_S * 50):
            recorder.write(*frames[number % len(frames)])
        recorder.close()
        whole.append(time.process_time_ns() - began)
        stream = StreamWriter(folder / f"alone-{rate}-{turn}", os.urandom(32), chunk_bytes=CHUNK_BYTES)
        block = noise.tobytes()[:CHUNK_BYTES]
        began = time.process_time_ns()
        for _ in range(CALL_S * rate * 4 // CHUNK_BYTES):
            stream.write(block)
        stream.close()
        alone.append(time.process_time_ns() - began)
    share = 100 / (CALL_S * 1_000_000_000)
    return {"recorderPercent": round(min(whole) * share, 4), "sealingPercent": round(min(alone) * share, 4)}


def services_of(**parts: object) -> ApiServices:
    """Only what this one route needs of the house."""
    made = object.__new__(ApiServices)
    for name, part in parts.items():
        object.__setattr__(made, name, part)
    return made


async def first_bytes(folder: Path) -> dict[str, Any]:
    cluster = await postgres.start(folder / "postgres", lambda _line: None)
    try:
        await migrate(cluster.owner_dsn)
        database = await Database.open(cluster.app_dsn)
        try:
            return await _asked(database, FileKeys.create(folder / "keys"), folder)
        finally:
            await database.close()
    finally:
        cluster.stop()


async def _asked(database: Database, keys: FileKeys, folder: Path) -> dict[str, Any]:
    who = system_principal((await create_organization(database, "Bench")).org)
    sealer, signer = Sealer(keys), UrlSigner(keys, SystemClock())
    keeper = Keeper(database=database, sealer=sealer, clock=SystemClock(), data_dir=folder)
    opening = Opening(id=new_id("cnv"), agent_id="agt_1", agent_name="desk", version_id=None, version_number=None,
                      channel="voice", line="twilio", draft=False)  # fmt: skip
    evidence = await keeper.begin(who, opening)
    evidence.start_recording(8000)
    for _ in range(CALL_S * 50):
        evidence.audio(os.urandom(320), os.urandom(320))
    await evidence.finish("caller_hung_up")
    async with database.tenant(who) as tx:
        token = await access.sign_recording(tx, signer, opening.id)
    made = services_of(database=database, sealer=sealer, signer=signer, data_dir=folder)
    app = Litestar([play_recording], exception_handlers=HANDLERS, openapi_config=None, logging_config=None,
                   dependencies={"services": Provide(lambda: made, sync_to_thread=False)})  # fmt: skip
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/recordings/{token}"
    middle = CALL_S * 8000 * 4 // 2
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has a flag and no event
            await asyncio.sleep(0.05)
        found = {
            "beginning": await _timed(url, "bytes=0-65535"),
            "middle": await _timed(url, f"bytes={middle}-{middle + 65_535}"),
            "whole": await _timed(url, None, REQUESTS // 10),
        }
        server.should_exit = True
    return found


async def _timed(url: str, asked: str | None, requests: int = REQUESTS) -> dict[str, float]:
    """Milliseconds until the first byte of the body."""
    waits = []
    async with httpx.AsyncClient(timeout=30) as client:
        for _ in range(requests):
            began = time.perf_counter_ns()
            async with client.stream("GET", url, headers={"Range": asked} if asked else {}) as answer:
                async for _part in answer.aiter_raw(1):
                    waits.append((time.perf_counter_ns() - began) / 1e6)
                    break
                assert answer.status_code in (200, 206), answer.status_code
    return {"p50Ms": round(statistics.median(waits), 1), "p95Ms": round(sorted(waits)[int(len(waits) * 0.95)], 1)}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found: dict[str, Any] = {f"sealing{rate}": sealing(folder, rate) for rate in (8_000, 16_000)}
        found["firstByte"] = asyncio.run(first_bytes(folder))
    print(json.dumps({**found, "machine": f"{os.cpu_count()} cores, {platform.machine()}"}))


if __name__ == "__main__":
    main()
