"""Calls that leave receipts, in a real database."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.ids import new_id
from flowyte.objects.objects import Objects
from flowyte.observe import access
from flowyte.observe.evidence import ConversationEvidence, Keeper, Opening
from flowyte.observe.receipt import receipt_file
from flowyte.proof.forging import written
from flowyte.receipts import store
from flowyte.receipts.advance import advance
from flowyte.receipts.note import SignedHead
from flowyte.tenancy.principal import Principal
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer

SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    database: Database
    sealer: Sealer
    clock: SystemClock
    data_dir: Path

    @property
    def keeper(self) -> Keeper:
        return Keeper(database=self.database, sealer=self.sealer, clock=self.clock, data_dir=self.data_dir)

    async def begin(self, who: Principal) -> ConversationEvidence:
        opening = Opening(
            id=new_id("cnv"), agent_id="agt_1", agent_name="clinic", version_id="ver_1", version_number=3,
            channel="voice", line="twilio", draft=False, definition="0" * 64, parties={"from": "+12025550142"},
        )  # fmt: skip
        return await self.keeper.begin(who, opening)

    async def call(self, who: Principal, *, sound: bool = True) -> str:
        """A call of three flushes that was hung up; its id."""
        evidence = await self.begin(who)
        evidence.event("call_started", 0, {"recording": True})
        evidence.event("consent", 10, {"outcome": "granted", "recording": True, "announced": "This is recorded."})
        if sound:
            evidence.start_recording(8000)
            for number in range(SECONDS * 50):
                evidence.audio(bytes([number % 200, 1]) * 160, bytes([number % 200, 2]) * 160)
        await evidence.flush()
        evidence.event("user_utterance", 500, {"text": "Where are you? \U0001f6b2", "confidence": 0.1 + 0.2})
        evidence.event(
            "tool_call", 700, {"phase": "called", "callId": "c", "name": "book", "odd key": 1, "x": [1.0, {}]}
        )
        await evidence.flush()
        evidence.event("agent_message", 1200, {"text": "By the harbour.", "cut": True})
        evidence.event("call_ended", 2000, {"cause": "caller_hung_up", "turns": 1})
        await evidence.finish("caller_hung_up")
        return evidence._opening.id

    async def receipt(self, who: Principal, call: str, *, since: int | None = None) -> dict[str, Any]:
        async with self.database.tenant(who) as tx:
            return await receipt_file(tx, self.sealer, self.clock, call, since=since)

    async def advance(self, who: Principal) -> SignedHead | None:
        async with self.database.tenant(who) as tx:
            return await advance(tx, self.sealer, self.clock)

    async def wav(self, who: Principal, call: str) -> bytes:
        async with self.database.tenant(who) as tx:
            recording = await access.open_recording(tx, self.sealer, Objects.local(self.data_dir), call)
        return recording.read(0, recording.length)

    async def leaves(self, who: Principal) -> list[bytes]:
        """All of the log, in order."""
        async with self.database.tenant(who) as tx:
            rows = await tx.fetch("SELECT leaves FROM log_entries WHERE org_id = $1 ORDER BY first", tx.org)
        return store.split(b"".join(row["leaves"] for row in rows))

    async def operator_key(self, who: Principal) -> Ed25519PrivateKey:
        """What nobody but the installation has."""
        async with self.database.tenant(who) as tx:
            found = await store.signing_key(tx)
            assert found is not None
            raw = await self.sealer.open(tx, "log_secrets", "sealed", str(found[0].number), found[1])
        return Ed25519PrivateKey.from_private_bytes(raw)


@pytest.fixture
def house(database: Database, keys: FileKeys, tmp_path: Path) -> House:
    return House(database=database, sealer=Sealer(keys), clock=SystemClock(), data_dir=tmp_path)


def as_bytes(receipt: dict[str, Any]) -> bytes:
    return written(receipt)
