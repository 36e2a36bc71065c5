"""Everything that somebody might do to a receipt, done to real ones of a database made for it, and judged by the script
that an outsider has.

The script is run as it is handed out: a process of its own, that file alone, without anything of ours on its path.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flowyte.kit import postgres
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.ids import new_id
from flowyte.kit.migrate import migrate
from flowyte.objects.objects import Objects
from flowyte.observe import access
from flowyte.observe.evidence import Keeper, Opening
from flowyte.observe.receipt import receipt_file
from flowyte.proof.tampering import Case, Evidence, cases
from flowyte.receipts import store, verify_receipt
from flowyte.receipts.verify_receipt import read_checkpoint
from flowyte.tenancy.organizations import create_organization, system_principal
from flowyte.tenancy.principal import Principal
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer

SECONDS = 5  # of sound: several pieces of it, so that one can be changed and another not
VERIFY_S = 60
AT_ONCE = 4  # scripts: each is a Python that starts


@dataclass(slots=True, kw_only=True)
class Tampered:
    """`found` of the `tamperings` were not taken for true; what was not tampered with has to hold."""

    tamperings: int = 0
    found: int = 0
    held: int = 0
    findings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    database: Database
    sealer: Sealer
    data_dir: Path

    async def call(self, who: Principal, channel: str = "voice") -> str:
        """A conversation in three parts; its id."""
        keeper = Keeper(database=self.database, sealer=self.sealer, clock=SystemClock(), data_dir=self.data_dir)
        opening = Opening(
            id=new_id("cnv"), agent_id="agt_1", agent_name="desk", version_id="ver_1", version_number=3,
            channel=channel, line="twilio" if channel == "voice" else "api", draft=False, definition="0" * 64,
            parties={"from": "+12025550142"},
        )  # fmt: skip
        evidence = await keeper.begin(who, opening)
        evidence.event("call_started", 0, {"recording": channel == "voice"})
        evidence.event("consent", 10, {"outcome": "granted", "recording": True, "announced": "This is recorded."})
        if channel == "voice":
            evidence.start_recording(8000)
            for number in range(SECONDS * 50):
                evidence.audio(bytes([number % 200, 1]) * 160, bytes([number % 200, 2]) * 160)
        await evidence.flush()
        evidence.event("user_utterance", 500, {"text": "Where are you?", "confidence": 0.1 + 0.2})
        evidence.event("tool_call", 700, {"phase": "called", "callId": "c", "name": "book", "arguments": {"x": [1]}})
        await evidence.flush()
        evidence.event("agent_message", 1200, {"text": "By the harbour.", "cut": True})
        evidence.event("call_ended", 2000, {"cause": "caller_hung_up", "turns": 1})
        await evidence.finish("caller_hung_up")
        return opening.id

    async def receipt(self, who: Principal, call: str, since: int | None = None) -> dict[str, Any]:
        async with self.database.tenant(who) as tx:
            return await receipt_file(tx, self.sealer, SystemClock(), call, since=since)

    async def wav(self, who: Principal, call: str) -> bytes:
        async with self.database.tenant(who) as tx:
            recording = await access.open_recording(tx, self.sealer, Objects.local(self.data_dir), call)
        return recording.read(0, recording.length)

    async def leaves(self, who: Principal) -> list[bytes]:
        async with self.database.tenant(who) as tx:
            rows = await tx.fetch("SELECT leaves FROM log_entries WHERE org_id = $1 ORDER BY first", tx.org)
        return store.split(b"".join(row["leaves"] for row in rows))

    async def key(self, who: Principal) -> Ed25519PrivateKey:
        """What the operator has and nobody else: with it, histories are made that hold in themselves."""
        async with self.database.tenant(who) as tx:
            signing = await store.signing_key(tx)
            assert signing is not None
            raw = await self.sealer.open(tx, "log_secrets", "sealed", str(signing[0].number), signing[1])
        return Ed25519PrivateKey.from_private_bytes(raw)


async def prove(folder: Path, say: Callable[[str], None]) -> Tampered:
    """In `folder`, which is empty."""
    cluster = await postgres.start(folder / "postgres")
    try:
        await migrate(cluster.owner_dsn)
        database = await Database.open(cluster.app_dsn, size=2)
        try:
            desk = Desk(database=database, sealer=Sealer(FileKeys.create(folder / "keys")), data_dir=folder)
            first = system_principal((await create_organization(database, "First")).org)
            second = system_principal((await create_organization(database, "Second")).org)
            say("Tampering with receipts of a call and of a chat, as an outsider and as the operator could")
            found = Tampered()
            for channel in ("voice", "chat"):
                await _all(desk, first, second, channel, folder, found)
            return found
        finally:
            await database.close()
    finally:
        cluster.stop()


async def _all(desk: Desk, who: Principal, other: Principal, channel: str, folder: Path, found: Tampered) -> None:
    """Against the checkpoint of the call itself, and against one from before."""
    await desk.call(who, channel)
    call = await desk.call(who, channel)
    first = await desk.receipt(who, call)
    await desk.call(who, channel)
    strange = await desk.receipt(other, await desk.call(other, channel))
    key = await desk.key(who)
    for since in (None, read_checkpoint(first["checkpoint"]).size):
        receipt = await desk.receipt(who, call, since)
        evidence = Evidence(
            receipt=receipt, held=first["checkpoint"] if since else receipt["checkpoint"],
            recording=await desk.wav(who, call) if channel == "voice" else None, leaves=await desk.leaves(who),
            public=key.public_key().public_bytes_raw(), sign=key.sign, other=strange,
        )  # fmt: skip
        gate = asyncio.Semaphore(AT_ONCE)
        tried = list(cases(evidence))
        verdicts = await asyncio.gather(*(_judged(case, folder / f"case-{n}", gate) for n, case in enumerate(tried)))
        for case, verdict in zip(tried, verdicts, strict=True):
            if case.untouched:
                found.held += 1
                if verdict != "holds":
                    found.findings.append(f"{channel}: {case.name} does not hold")
                continue
            found.tamperings += 1
            if verdict in ("fails", "unproved", "refused"):
                found.found += 1
            else:
                found.findings.append(f"{channel}: {case.name} is taken for true ({verdict})")


async def _judged(case: Case, folder: Path, gate: asyncio.Semaphore) -> str:
    """The script's verdict, or how it failed to give one."""
    async with gate:
        return await asyncio.to_thread(_run, case, folder)


def _run(case: Case, folder: Path) -> str:
    folder.mkdir(exist_ok=True)
    script = folder / "verify_receipt.py"
    script.write_bytes(Path(verify_receipt.__file__).read_bytes())
    command = [sys.executable, "-I", str(script), "receipt.json", "--json"]
    (folder / "receipt.json").write_bytes(case.receipt)
    for option, content in (("checkpoint", case.held), ("recording", case.recording)):
        if content is not None:
            (folder / option).write_bytes(content)
            command += [f"--{option}", option]
    done = subprocess.run(  # noqa: S603 - our own script
        command, cwd=folder, capture_output=True, timeout=VERIFY_S, check=False
    )
    try:
        verdict = json.loads(done.stdout)["verdict"]
    except (ValueError, KeyError):
        return f"no verdict, exit {done.returncode}"
    return str(verdict) if (verdict == "holds") is (done.returncode == 0) else f"{verdict}, exit {done.returncode}"
