"""A screenplay as a chat: the real desk, with the records that it keeps in the database."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from flowyte.channels.chat.desk import Desk, Over
from flowyte.observe import store
from flowyte.observe.evidence import Keeper
from flowyte.rehearse.script import HangsUp, Presses, Says, Step, Voice, Waits
from flowyte.rehearse.stage import Stage
from flowyte.testing.screenplay import TICK_MS


class ByChat:
    """A chat with the real desk, its records included."""

    def __init__(self, stage: Stage, group: asyncio.TaskGroup) -> None:
        self._stage = stage
        self._group = group
        keeper = Keeper(
            database=stage.database, sealer=stage.base.sealer, clock=stage.clock, data_dir=stage.base.settings.data_dir
        )
        self._desk = Desk(database=stage.database, mind=stage.mind, keeper=keeper, clock=stage.clock)
        self._id = ""
        self._said: list[str] = []
        self._sending: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        begun = await self._desk.begin(self._stage.principal, self._stage.version)
        self._id = begun.conversation_id
        self._said += [str(frame.data["text"]) for frame in begun.frames if frame.type == "agent_message"]

    async def says(self, text: str, following: Step | None) -> None:
        self._sending.append(self._group.create_task(self._send(text)))
        if not (isinstance(following, Says) and following.who == "Caller"):
            await self._answered()

    async def does(self, step: Waits | Presses | HangsUp | Voice) -> None:
        match step:
            case Waits(seconds=seconds):
                for _ in range(seconds * 1000 // TICK_MS):
                    self._stage.clock.advance(TICK_MS)
                    await asyncio.sleep(0)
            case HangsUp():
                await self._desk.end(self._stage.principal, self._id)
            case Presses() | Voice():
                raise AssertionError("a screenplay for chats has no keys and no voice")

    def said(self) -> list[str]:
        return list(self._said)

    async def events(self) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """As they are in the database."""
        await self._desk.flush(self._stage.principal, self._id)
        async with self._stage.database.tenant(self._stage.principal) as tx:
            kept = await store.events(tx, self._stage.base.sealer, self._id)
        return [(event.type, event.data) for event in kept]

    async def _send(self, text: str) -> None:
        with suppress(Over):
            async with self._desk.answering(self._stage.principal, self._id, text) as frames:
                parts = [str(frame.data["text"]) async for frame in frames if frame.type in ("delta", "filler")]
            if parts:
                self._said.append(" ".join(parts))

    async def _answered(self) -> None:
        """Time passes only while somebody takes it on purpose."""
        while pending := [each for each in self._sending if not each.done()]:
            if self._stage.work.waiting:
                self._stage.clock.advance(TICK_MS)
            await asyncio.sleep(0)
            await asyncio.wait(pending, timeout=0)
        self._sending.clear()
