"""Reaching a recording: an authorised address gives a signed one, which works for five minutes and for that file alone.

The signature covers organization, conversation, generation, format and whether it is to be played or saved. Raising
the generation of a conversation ends every signed address that is still out. That an address was asked for is in the
audit log, and that it was used: once a listener, however many pieces a player asks for.
"""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from flowyte.kit import log
from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import Conflict, FlowyteError, NotFound
from flowyte.objects.model import RECORDING, key_of
from flowyte.objects.objects import Objects
from flowyte.observe import store
from flowyte.observe.model import WITH_SOUND, Conversation
from flowyte.observe.recording import Recording
from flowyte.observe.sound import ENDINGS, MEDIA_TYPES, Format, Readable, in_format
from flowyte.tenancy.audit import note
from flowyte.vault.keyring import SealBroken
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import InvalidToken, UrlSigner
from flowyte.vault.stream import Source

logger = log.get(__name__)
TTL_S = 300
PURPOSE = "recording"


class RecordingBroken(FlowyteError):
    """This recording is not what was sealed: a part of it is missing, was exchanged, or is another call's. Nothing of
    it is played, and nothing was changed."""

    code = "recording_broken"


class StillRecorded(Conflict):
    """This call is still going on: its recording can be listened to as WAV, and in other formats once it has ended."""

    code = "still_recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Who opens a signed address, as the audit log has it: for whom it was signed, and from where it was used."""

    org: UUID
    signature: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    sound: Readable
    media_type: str
    filename: str
    inline: bool
    listener: Listener
    conversation_id: str


async def sign_recording(
    tx: TenantTx, signer: UrlSigner, conversation_id: str, *, inline: bool = True, wanted: Format = "wav"
) -> str:
    """The token of a signed address; that it was asked for is in the audit log, with the format.

    NotFound when there is no conversation or it has no recording.
    """
    conversation = await store.get_conversation(tx, conversation_id)
    if conversation.recording_state not in WITH_SOUND:
        raise NotFound
    await note(tx, "recordings.opened", conversation_id, (wanted,))
    claims = {
        "o": str(tx.org), "c": conversation_id, "g": conversation.generation, "i": inline, "f": wanted,
        "n": secrets.token_hex(8), "w": await tx.fetchval("SELECT current_setting('app.actor', true)"),
    }  # fmt: skip
    return signer.sign(PURPOSE, claims, ttl_s=TTL_S)


async def revoke(tx: TenantTx, conversation_id: str) -> None:
    """End every signed address of this recording that is still out. NotFound when there is no conversation."""
    await store.get_conversation(tx, conversation_id, lock=True)
    await tx.execute(
        "UPDATE conversations SET generation = generation + 1 WHERE org_id = $1 AND id = $2", tx.org, conversation_id
    )
    await note(tx, "recordings.revoked", conversation_id)


async def open_signed(
    database: Database, sealer: Sealer, signer: UrlSigner, objects: Objects, token: str, *, address: str = ""
) -> Signed:
    """The sound behind a token; InvalidToken when it was altered, is too old or was revoked, RecordingBroken when what
    is kept is not what was sealed. `address` is where it is listened to from."""
    claims = signer.verify(PURPOSE, token)
    listener = Listener(org=UUID(claims["o"]), signature=str(claims.get("w") or "unknown"), address=address)
    async with database.tenant(listener) as tx:
        try:
            conversation = await store.get_conversation(tx, claims["c"])
        except NotFound:
            raise InvalidToken from None
        if conversation.generation != claims["g"]:
            raise InvalidToken
        key = await _key(tx, sealer, conversation)
        sealed = await _sealed(tx, objects, conversation.id)
        await _listened(tx, claims, address)
    wanted: Format = claims["f"]
    here = objects.spool.path(key_of(listener.org, conversation.id, RECORDING))
    try:
        sound = await asyncio.to_thread(_sound, conversation, sealed, here, key, wanted)
    except SealBroken:
        await _refuse(database, listener, conversation.id)
        raise RecordingBroken from None
    return Signed(
        sound=sound, media_type=MEDIA_TYPES[wanted], filename=f"{claims['c']}.{ENDINGS[wanted]}",
        inline=bool(claims["i"]), listener=listener, conversation_id=conversation.id,
    )  # fmt: skip


async def read(database: Database, signed: Signed, begin: int, size: int) -> bytes:
    """Bytes of it; RecordingBroken, in the audit log too, when they are not what was sealed."""
    try:
        return await asyncio.to_thread(signed.sound.read, begin, size)
    except (SealBroken, OSError):
        await _refuse(database, signed.listener, signed.conversation_id)
        raise RecordingBroken from None


async def open_recording(tx: TenantTx, sealer: Sealer, objects: Objects, conversation_id: str) -> Recording:
    """For who has been authorised already. NotFound when there is none; SealBroken when it is not what was sealed.
    What it reads then may come from a bucket, so it is read in a thread."""
    conversation = await store.get_conversation(tx, conversation_id)
    key = await _key(tx, sealer, conversation)
    return await asyncio.to_thread(_whole, conversation, await _sealed(tx, objects, conversation_id), key)


async def _sealed(tx: TenantTx, objects: Objects, conversation_id: str) -> Source | None:
    """On this machine or in the bucket; None when it is missing."""
    try:
        return await objects.sound(tx, conversation_id)
    except FileNotFoundError:
        return None


def _sound(conversation: Conversation, sealed: Source | None, here: Path, key: bytes, wanted: Format) -> Readable:
    """`here` is beside what other formats are kept, on this machine."""
    recording = _whole(conversation, sealed, key)
    if wanted != "wav" and conversation.ended_at is None:
        raise StillRecorded
    return in_format(recording, here, key, wanted)


def _whole(conversation: Conversation, sealed: Source | None, key: bytes) -> Recording:
    """A call that came to its end has a recording that does; one whose process died may break off, one that goes on
    has none yet."""
    assert conversation.recording_rate is not None
    try:
        if sealed is None:
            raise FileNotFoundError
        recording = Recording(sealed, key, rate=conversation.recording_rate)
    except FileNotFoundError:
        if conversation.recording_state in ("recording", "paused"):
            raise NotFound from None
        raise SealBroken("The recording is missing.") from None
    if conversation.recording_state == "ready" and not recording.complete:
        raise SealBroken("The recording has lost its end.")
    return recording


async def _key(tx: TenantTx, sealer: Sealer, conversation: Conversation) -> bytes:
    if conversation.recording_state not in WITH_SOUND or conversation.recording_rate is None:
        raise NotFound
    return await sealer.conversation_key(tx, conversation.id)


async def _listened(tx: TenantTx, claims: Mapping[str, Any], address: str) -> None:
    """One line a listener: a signed address that is used from two places was passed on."""
    listening = str(claims["n"])
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", listening)
    known = await tx.fetchval(
        "SELECT 1 FROM audit_events WHERE org_id = $1 AND at > now() - make_interval(secs => $2) "
        "AND action = 'recordings.played' AND object = $3 AND address = $4 AND changed @> ARRAY[$5]",
        tx.org, float(2 * TTL_S), claims["c"], address, listening,
    )  # fmt: skip
    if not known:
        await note(tx, "recordings.played", claims["c"], (claims["f"], listening))


async def _refuse(database: Database, listener: Listener, conversation_id: str) -> None:
    logger.error("recording.broken", conversation=conversation_id)
    async with database.tenant(listener) as tx:
        await note(tx, "recordings.refused", conversation_id)
