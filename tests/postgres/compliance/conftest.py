"""Conversations with everything that a person can leave: sound, words, a message, a skill's arguments."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flowyte.compliance.requests import Office
from flowyte.kit.clock import SystemClock
from flowyte.kit.db import Database
from flowyte.kit.ids import new_id
from flowyte.objects.objects import Objects
from flowyte.observe.evidence import Keeper, Opening
from flowyte.skills import ledger
from flowyte.skills.messages import file_message
from flowyte.tenancy.principal import Principal
from flowyte.vault.digest import Peppers
from flowyte.vault.keyring import FileKeys
from flowyte.vault.seal import Sealer

CANARY_NAME = "Canary Bluebottle"
CANARY_PHONE = "+12025550187"
CANARY_EMAIL = "canary.bluebottle@example.com"


class Clock(SystemClock):
    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@dataclass
class Place:
    """An installation's parts, and how a conversation comes about in it."""

    database: Database
    sealer: Sealer
    peppers: Peppers
    keys: FileKeys
    clock: Clock
    data_dir: Path
    objects: Objects
    ids: list[str] = field(default_factory=list[str])

    @property
    def office(self) -> Office:
        return Office(
            database=self.database, sealer=self.sealer, clock=self.clock, keys=self.keys, objects=self.objects
        )

    async def conversation(
        self, owner: Principal, *said: str, caller: str = "", message: str = "", skill: str = "", recorded: bool = True,
        channel: str = "voice", ended: bool = True, agent: str = "agt_1", continues: str = "",
    ) -> str:  # fmt: skip
        """Its id; ended just now, by the moved clock."""
        keeper = Keeper(database=self.database, sealer=self.sealer, clock=self.clock, data_dir=self.data_dir)
        opening = Opening(
            id=new_id("cnv"), agent_id=agent, agent_name="desk", version_id="ver_1", version_number=1, channel=channel,
            line="twilio" if channel == "voice" else "api", draft=False,
            parties={name: value for name, value in (("from", caller), ("continues", continues)) if value},
        )  # fmt: skip
        evidence = await keeper.begin(owner, opening)
        evidence.event("call_started", 0, {"recording": recorded})
        if recorded:
            evidence.start_recording(8000)
            for _ in range(60):
                evidence.audio(b"\x00\x10" * 160, b"\x00\x20" * 160)
        for at, text in enumerate(said):
            evidence.event("user_utterance", 100 * at, {"text": text, "confidence": 0.9})
        if not ended:
            await evidence.flush()
            return opening.id
        evidence.event("call_ended", 900, {"cause": "caller_hung_up"})
        await evidence.finish("caller_hung_up")
        async with self.database.tenant(owner) as tx:
            if message:
                await file_message(
                    tx, self.sealer, agent_id=agent, conversation_id=opening.id, intent_key="1", name="A caller",
                    phone="", body=message,
                )  # fmt: skip
            if skill:
                run, _ = await ledger.claim(
                    tx, self.sealer,
                    ledger.Intent(agent_id=agent, conversation_id=opening.id, key="k", skill="book",
                                  kind="http_webhook", is_write=True, arguments={"contact": skill}),
                    now=self.clock.now(), deadline=self.clock.now() + timedelta(minutes=1),
                )  # fmt: skip
                await ledger.finish(tx, self.sealer, run.id, now=self.clock.now(), result={"for": skill})
        return opening.id

    async def left(self, owner: Principal) -> set[str]:
        async with self.database.tenant(owner) as tx:
            rows = await tx.fetch("SELECT id FROM conversations WHERE org_id = $1", tx.org)
        return {row["id"] for row in rows}

    def sound(self, owner: Principal, conversation_id: str) -> bool:
        return (self.data_dir / "objects" / str(owner.org) / conversation_id / "recording").exists()


@pytest.fixture
def place(database: Database, keys: FileKeys, tmp_path: Path) -> Place:
    clock = Clock()
    return Place(
        database=database,
        sealer=Sealer(keys),
        peppers=Peppers(keys),
        keys=keys,
        clock=clock,
        data_dir=tmp_path,
        objects=Objects.local(tmp_path),
    )
