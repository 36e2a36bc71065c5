"""Keeps the evidence of one live conversation: fulfils `live.ports.Evidence`.

Events and sound are handed over without waiting. Events reach PostgreSQL within half a second, for all calls of a
process by one `Keeper`; if the database is away they wait in memory, in order, up to a bound. Sound goes to its
sealed file at once.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database
from flowyte.kit.errors import FlowyteError
from flowyte.observe import store, told
from flowyte.observe.latency import measured
from flowyte.observe.model import Event
from flowyte.observe.receipt import closing
from flowyte.observe.recording import Recorder, Recording, Sound, recording_path
from flowyte.observe.transcript import consent, outcome, transcript
from flowyte.tenancy.principal import Principal
from flowyte.vault.seal import Sealer

logger = log.get(__name__)
FLUSH_S = 0.5
ALIVE_EVERY = 8  # flushes; a call that was not alive for ORPHAN_AFTER_S is taken for dead
ORPHAN_AFTER_S = 15.0
MAX_WAITING = 5_000  # events of one conversation while the database is away: hours of talk, a megabyte or two


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is known when a conversation begins."""

    id: str
    agent_id: str
    agent_name: str
    version_id: str | None
    version_number: int | None
    channel: str
    line: str
    draft: bool
    definition: str | None = None
    """SHA-256 of the agent's definition in hex: which words and rules answered can be told from it later."""
    parties: Mapping[str, str] = field(default_factory=dict)
    """The numbers of a telephone call; kept sealed in its first event."""


class Keeper:
    """One a process: flushes the events of its conversations and says that they are alive."""

    def __init__(self, *, database: Database, sealer: Sealer, clock: Clock, data_dir: Path) -> None:
        self.database = database
        self.sealer = sealer
        self.clock = clock
        self.data_dir = data_dir
        self._open: set[ConversationEvidence] = set()

    async def begin(self, principal: Principal, opening: Opening) -> "ConversationEvidence":
        """Write the conversation's row and make its key; a used id is a Conflict of the database's making."""
        async with self.database.tenant(principal) as tx:
            await store.insert_conversation(
                tx, id=opening.id, agent_id=opening.agent_id, agent_name=opening.agent_name,
                version_id=opening.version_id, version_number=opening.version_number,
                channel=opening.channel, line=opening.line, draft=opening.draft,
            )  # fmt: skip
            key = await self.sealer.new_conversation_key(tx, opening.id)
            await told.started(tx, opening.id, self.clock.now())
        evidence = ConversationEvidence(self, principal, opening, key)
        self._open.add(evidence)
        return evidence

    async def resume(self, principal: Principal, opening: Opening, events: Sequence[Event]) -> "ConversationEvidence":
        """Take up a conversation that was begun before, as a chat's next message does; `events` is all of it so far."""
        async with self.database.tenant(principal) as tx:
            key = await self.sealer.conversation_key(tx, opening.id)
        evidence = ConversationEvidence(self, principal, opening, key, events=events)
        self._open.add(evidence)
        return evidence

    def release(self, evidence: "ConversationEvidence") -> None:
        self._open.discard(evidence)

    async def run(self) -> None:
        """For the life of the process."""
        count = 0
        while True:
            await asyncio.sleep(FLUSH_S)
            count += 1
            for evidence in list(self._open):
                with contextlib.suppress(FlowyteError):  # it stays waiting and is tried again
                    await evidence.flush(alive=count % ALIVE_EVERY == 0)


class ConversationEvidence:
    def __init__(
        self, keeper: Keeper, principal: Principal, opening: Opening, key: bytes, *, events: Sequence[Event] = ()
    ) -> None:
        self._keeper = keeper
        self._principal = principal
        self._opening = opening
        self._key = key
        self._seq = events[-1].seq if events else 0
        self._events = list(events)
        self._waiting: list[store.Row] = []
        self._began = keeper.clock.now()
        self._recorder: Recorder | None = None
        self._rate = 0
        self._recording_from = 0
        self._recording_state = "none"
        self._paused_by: str | None = None
        self._told: tuple[str, str | None] = ("none", None)
        self._lock = asyncio.Lock()

    # ---- live.ports.Evidence

    def event(self, type: str, at_ms: int, data: Mapping[str, object]) -> None:
        if type == "call_started":
            known: dict[str, object] = {"agentId": self._opening.agent_id, "version": self._opening.version_number}
            known |= {"versionId": self._opening.version_id, "definition": self._opening.definition}
            data = {**data, **known, **self._opening.parties}
        if type == "recording":
            self._mark(data)
        if len(self._waiting) >= MAX_WAITING:
            return
        self._seq += 1
        at = self._keeper.clock.now()
        self._waiting.append((self._seq, at_ms, at, type, data))
        self._events.append(Event(seq=self._seq, at_ms=at_ms, at=at, type=type, data=data))

    def start_recording(self, rate: int) -> None:
        path = recording_path(self._keeper.data_dir, self._principal.org, self._opening.id)
        try:
            self._recorder = Recorder(path, self._key)
        except OSError as error:
            self._lost_recording(error)
            return
        self._rate, self._recording_state = rate, "recording"
        self._recording_from = self._events[-1].at_ms if self._events else 0

    def erase_recording(self) -> None:
        recorder, self._recorder = self._recorder, None
        self._recording_state = "erased"
        if recorder is not None:
            try:
                recorder.erase()
            except OSError as error:
                logger.error("recording.not_erased", conversation=self._opening.id, error=error.strerror)
                at_ms = self._events[-1].at_ms if self._events else 0
                self.event("error", at_ms, {"cause": "recording_not_erased", "detail": error.strerror or ""})

    def audio(self, caller: bytes, agent: bytes) -> None:
        if self._recorder is not None:
            try:
                self._recorder.write(caller, agent)
            except OSError as error:
                self._lost_recording(error)

    async def finish(self, cause: str) -> None:
        """Close the file, write the last events and the row. What the database refuses is left to the sweep."""
        state, duration, sound = self._close_recording()
        latency = await asyncio.to_thread(self._measure) if state in ("ready", "partial") else []
        now = self._keeper.clock.now()
        try:
            await self.flush()
            async with self._keeper.database.tenant(self._principal) as tx:
                closed = await store.close_conversation(
                    tx, self._opening.id, ended_at=now, cause=cause,
                    duration_ms=self._events[-1].at_ms if self._events else 0,
                    outcome=outcome(cause, self._events), consent=consent(self._events),
                    turns=sum(turn.role == "user" for turn in transcript(self._events)),
                    recording_state=state, recording_ms=duration, latency=latency,
                )  # fmt: skip
                if closed:
                    await store.append(tx, self._opening.id, self._key, [closing(self._events, cause, now, sound)])
                await told.ended(tx, self._opening.id, now)
        except FlowyteError as error:
            logger.error("evidence.not_closed", conversation=self._opening.id, code=error.code)
        finally:
            self._keeper.release(self)

    # ---- the keeper's

    async def flush(self, *, alive: bool = False) -> None:
        """Write what waits, in order. Unavailable leaves it waiting."""
        async with self._lock:
            rows = list(self._waiting)
            state = self._recording_state, self._paused_by
            changed = state != self._told
            if not (rows or alive or changed):
                return
            async with self._keeper.database.tenant(self._principal) as tx:
                if rows:
                    await store.append(tx, self._opening.id, self._key, rows)
                    await told.refused(tx, self._opening.id, rows)
                if changed:
                    await store.set_recording(
                        tx, self._opening.id, state=state[0], paused_by=state[1], rate=self._rate,
                        from_ms=self._recording_from,
                    )  # fmt: skip
                if alive:
                    await store.keep_alive(tx, [self._opening.id])
            del self._waiting[: len(rows)]
            self._told = state

    def _mark(self, data: Mapping[str, object]) -> None:
        """Whether the recording is in a gap, for who asks about the call while it runs."""
        if self._recorder is None:
            return
        gap = data.get("phase") in ("paused", "stopped")
        self._recording_state = "paused" if gap else "recording"
        self._paused_by = str(data.get("by")) if gap else None

    def _lost_recording(self, error: OSError) -> None:
        """A full disk ends the recording, not the call; the receipt says so."""
        logger.error("recording.failed", conversation=self._opening.id, error=error.strerror)
        self._recorder, self._recording_state, self._paused_by = None, "none", None
        at_ms = self._events[-1].at_ms if self._events else 0
        self.event("error", at_ms, {"cause": "recording_failed", "detail": error.strerror or "not writable"})

    def _close_recording(self) -> tuple[str, int | None, Sound | None]:
        if self._recorder is None:
            return "erased" if self._recording_state == "erased" else "none", None, None
        try:
            self._recorder.close()
        except OSError as error:
            self._lost_recording(error)
            return "partial", None, None
        sound = Sound(digest=self._recorder.digest, rate=self._rate, complete=True)
        return "ready", self._recorder.frames * 1000 // self._rate, sound

    def _measure(self) -> list[dict[str, object]]:
        path = recording_path(self._keeper.data_dir, self._principal.org, self._opening.id)
        try:
            tracks = Recording(path, self._key, rate=self._rate).tracks()
        except (OSError, FlowyteError):
            return []
        return measured(self._events, tracks, rate=self._rate, from_ms=self._recording_from)
