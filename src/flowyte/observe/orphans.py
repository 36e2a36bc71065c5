"""Closes the calls of a voice process that died: with a cause, and with the recording as far as it got."""

from pathlib import Path

from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.kit.db import Database
from flowyte.kit.errors import FlowyteError
from flowyte.observe import store, told
from flowyte.observe.evidence import ORPHAN_AFTER_S
from flowyte.observe.latency import measured
from flowyte.observe.model import Conversation, Event
from flowyte.observe.receipt import closing
from flowyte.observe.recording import Recording, Sound, recording_path
from flowyte.observe.transcript import consent, outcome, transcript
from flowyte.tenancy.organizations import all_organizations, system_principal
from flowyte.tenancy.principal import Principal
from flowyte.vault.seal import Sealer

logger = log.get(__name__)
CAUSE = "service_failed"


async def sweep(
    database: Database, sealer: Sealer, clock: Clock, data_dir: Path, *, older_than_s: float = ORPHAN_AFTER_S
) -> int:
    """Close every call that nobody has held for that long; returns how many."""
    async with database.platform() as platform:
        orgs = await all_organizations(platform)
    closed = 0
    for org in orgs:
        principal = system_principal(org)
        async with database.tenant(principal) as tx:
            left = await store.orphans(tx, older_than_s=older_than_s)
        for conversation in left:
            await _close(database, sealer, clock, data_dir, principal, conversation)
            closed += 1
    return closed


async def _close(
    database: Database, sealer: Sealer, clock: Clock, data_dir: Path, principal: Principal, left: Conversation
) -> None:
    async with database.tenant(principal) as tx:
        key = await sealer.conversation_key(tx, left.id)
        events = await store.events(tx, sealer, left.id)
        recording = _recording(recording_path(data_dir, principal.org, left.id), key, left.recording_rate or 8000)
        at_ms = events[-1].at_ms if events else 0
        duration = recording.duration_ms + (left.recording_from or 0) if recording else at_ms
        now, seq = clock.now(), (events[-1].seq if events else 0) + 1
        ending = {"cause": CAUSE, "detail": "the process that held the call is gone"}
        await store.append(tx, left.id, key, [(seq, max(at_ms, duration), now, "call_ended", ending)])
        events.append(Event(seq=seq, at_ms=max(at_ms, duration), at=now, type="call_ended", data=ending))
        closed = await store.close_conversation(
            tx, left.id, ended_at=now, duration_ms=max(at_ms, duration), cause=CAUSE,
            outcome=outcome(CAUSE, events), consent=consent(events),
            turns=sum(turn.role == "user" for turn in transcript(events)),
            recording_state="partial" if recording else "erased" if left.recording_state == "erased" else "none",
            recording_ms=recording.duration_ms if recording else None,
            latency=_latency(events, recording, left.recording_from or 0),
        )  # fmt: skip
        if closed:
            sound = (
                Sound(digest=recording.digest(), rate=recording.rate, complete=recording.complete)
                if recording
                else None
            )
            await store.append(tx, left.id, key, [closing(events, CAUSE, now, sound)])
        await told.ended(tx, left.id, now)
    logger.warning("call.orphan_closed", conversation=left.id)


def _recording(path: Path, key: bytes, rate: int) -> Recording | None:
    try:
        return Recording(path, key, rate=rate)
    except (OSError, FlowyteError):
        return None


def _sound(recording: Recording | None) -> Sound | None:
    if recording is None:
        return None
    return Sound(digest=recording.digest(), rate=recording.rate, complete=recording.complete)


def _latency(events: list[Event], recording: Recording | None, from_ms: int) -> list[dict[str, object]]:
    if recording is None:
        return []
    return measured(events, recording.tracks(), rate=recording.rate, from_ms=from_ms)
