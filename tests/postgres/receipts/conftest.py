"""Calls that leave receipts, in a real database."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.ids import new_id
from flowyte.observe.evidence import ConversationEvidence, Keeper, Opening
from flowyte.proof.forging import written
from flowyte.proof.receipts import Desk
from flowyte.receipts.advance import advance
from flowyte.receipts.note import SignedHead
from flowyte.tenancy.principal import Principal
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer

SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class House(Desk):
    """As the proof has it, with calls of the tests' own."""

    clock: SystemClock

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

    async def advance(self, who: Principal) -> SignedHead | None:
        async with self.database.tenant(who) as tx:
            return await advance(tx, self.sealer, self.clock)


@pytest.fixture
def house(database: Database, keys: FileKeys, tmp_path: Path) -> House:
    return House(database=database, sealer=Sealer(keys), clock=SystemClock(), data_dir=tmp_path)


def as_bytes(receipt: dict[str, Any]) -> bytes:
    return written(receipt)
