"""Reaching a recording: an authorised address gives a signed one, which works for five minutes and for that file alone.

The signature covers organization, conversation, generation and whether it is to be played or saved. Raising the
generation of a conversation ends every signed address that is still out.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from flowyte.kit.db import Database, TenantTx
from flowyte.kit.errors import NotFound
from flowyte.objects.objects import Objects
from flowyte.observe import store
from flowyte.observe.recording import Recording
from flowyte.tenancy.audit import note
from flowyte.tenancy.organizations import system_principal
from flowyte.vault.seal import Sealer
from flowyte.vault.sign import InvalidToken, UrlSigner

TTL_S = 300
PURPOSE = "recording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    recording: Recording
    filename: str
    inline: bool


async def sign_recording(tx: TenantTx, signer: UrlSigner, conversation_id: str, *, inline: bool = True) -> str:
    """The token of a signed address; that it was asked for is in the audit log.

    NotFound when there is no conversation or it has no recording.
    """
    conversation = await store.get_conversation(tx, conversation_id)
    if conversation.recording_state == "none":
        raise NotFound
    await note(tx, "recordings.opened", conversation_id)
    claims = {"o": str(tx.org), "c": conversation_id, "g": conversation.generation, "i": inline}
    return signer.sign(PURPOSE, claims, ttl_s=TTL_S)


async def open_signed(database: Database, sealer: Sealer, signer: UrlSigner, objects: Objects, token: str) -> Signed:
    """The recording behind a token; InvalidToken when it was altered, is too old or was revoked."""
    claims = signer.verify(PURPOSE, token)
    principal = system_principal(UUID(claims["o"]))
    async with database.tenant(principal) as tx:
        try:
            conversation = await store.get_conversation(tx, claims["c"])
        except NotFound:
            raise InvalidToken from None
        if conversation.generation != claims["g"]:
            raise InvalidToken
        recording = await open_recording(tx, sealer, objects, claims["c"])
    return Signed(recording=recording, filename=f"{claims['c']}.wav", inline=bool(claims["i"]))


async def open_recording(tx: TenantTx, sealer: Sealer, objects: Objects, conversation_id: str) -> Recording:
    """For who has been authorised already. NotFound when there is none. What it reads then may come from a bucket, so
    it is read in a thread."""
    conversation = await store.get_conversation(tx, conversation_id)
    if conversation.recording_state == "none" or conversation.recording_rate is None:
        raise NotFound
    key = await sealer.conversation_key(tx, conversation_id)
    try:
        sealed = await objects.sound(tx, conversation_id)
        return await asyncio.to_thread(Recording, sealed, key, rate=conversation.recording_rate)
    except FileNotFoundError:
        raise NotFound from None
