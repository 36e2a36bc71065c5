"""A person's copy of what is kept about them: a ZIP with a page to read, JSON for programs, and the recordings.

Made while it is downloaded and kept nowhere, so there is no second copy to delete.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from html import escape
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import msgspec

from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import NotFound
from flowyte.objects.objects import Objects
from flowyte.observe import store as observe
from flowyte.observe.access import open_recording
from flowyte.observe.recording import Recording
from flowyte.observe.transcript import transcript
from flowyte.skills import ledger
from flowyte.skills.messages import list_messages
from flowyte.tenancy.principal import Principal
from flowyte.vault.keyring import SealBroken
from flowyte.vault.seal import Sealer

PIECE_BYTES = 1 << 20
MADE = (2026, 1, 1, 0, 0, 0)  # the files' date: when they were made says nothing
STYLE = "body{font:16px/1.5 system-ui;max-width:46rem;margin:2rem auto;padding:0 1rem}dt{color:#666}q{display:block}"


class _Sink:
    """What ZipFile writes to: kept until it is taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._length = 0

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        self._length += len(data)
        return len(data)

    def tell(self) -> int:
        return self._length

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


async def archive(
    database: Database, sealer: Sealer, objects: Objects, owner: Principal, conversations: Sequence[str]
) -> AsyncIterator[bytes]:
    """The ZIP in pieces. What was deleted since the request was answered is left out."""
    sink = _Sink()
    found: list[dict[str, Any]] = []
    with ZipFile(cast(IO[bytes], sink), "w", ZIP_DEFLATED) as out:
        for conversation_id in conversations:
            try:
                async with database.tenant(owner) as tx:
                    kept = await _kept(tx, sealer, conversation_id)
                    sound = await _sound(tx, sealer, objects, conversation_id)
            except (NotFound, SealBroken):
                continue
            if sound is not None:
                kept["recording"] = f"recordings/{conversation_id}.wav"
                with out.open(_named(kept["recording"], stored=True), "w") as file:
                    for offset in range(0, sound.length, PIECE_BYTES):
                        file.write(await asyncio.to_thread(sound.read, offset, PIECE_BYTES))
                        yield sink.take()
            found.append(kept)
        out.writestr(_named("data.json"), msgspec.json.format(msgspec.json.encode({"conversations": found}), indent=1))
        out.writestr(_named("read-me.html"), _page(found))
    yield sink.take()


async def _kept(tx: TenantTx, sealer: Sealer, conversation_id: str) -> dict[str, Any]:
    row = await observe.get_conversation(tx, conversation_id)
    events = await observe.events(tx, sealer, conversation_id)
    messages, _ = await list_messages(tx, sealer, limit=100, conversation_id=conversation_id)
    runs = await ledger.of_conversation(tx, sealer, conversation_id)
    kept: dict[str, Any] = msgspec.to_builtins(
        {
            "id": row.id, "agent": row.agent_name, "channel": row.channel, "startedAt": row.started_at,
            "endedAt": row.ended_at, "consent": row.consent, "outcome": row.outcome,
            "transcript": transcript(events), "events": events, "messages": messages, "skills": runs,
        }
    )  # fmt: skip
    return kept


async def _sound(tx: TenantTx, sealer: Sealer, objects: Objects, conversation_id: str) -> Recording | None:
    try:
        return await open_recording(tx, sealer, objects, conversation_id)
    except NotFound:
        return None


def _named(name: str, *, stored: bool = False) -> ZipInfo:
    info = ZipInfo(name, MADE)
    info.compress_type = ZIP_STORED if stored else ZIP_DEFLATED
    return info


def _page(found: Sequence[dict[str, Any]]) -> str:
    """For people: without a script, and with nothing from elsewhere."""
    title = "What is kept about you"
    parts = [
        f"<!doctype html><meta charset=utf-8><title>{title}</title><style>{STYLE}</style><h1>{title}</h1>",
        f"<p>Conversations: {len(found)}. The same for programs is in data.json.</p>",
    ]
    for each in found:
        begun, channel, agent = (escape(str(each[name])) for name in ("startedAt", "channel", "agent"))
        parts.append(f"<h2>{begun}: {channel} with {agent}</h2>")
        for turn in each["transcript"]:
            parts.append(f"<q><b>{'You' if turn['role'] == 'user' else 'Agent'}:</b> {escape(turn['text'])}</q>")
        for message in each["messages"]:
            parts.append(f"<p>A message that was taken: {escape(message['body'])}</p>")
        for run in each["skills"]:
            parts.append(f"<p>Carried out: {escape(run['skill'])} with {escape(str(run['arguments']))}</p>")
        if "recording" in each:
            parts.append(f'<p><a href="{escape(each["recording"])}">The recording</a></p>')
    return "\n".join(parts)
