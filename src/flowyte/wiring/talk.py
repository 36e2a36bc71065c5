"""A talk token: permission to begin one conversation with one agent, for a few minutes.

It carries the conversation's id, which can be used once: a token that is replayed finds its conversation begun.
"""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from flowyte.kit.ids import new_id
from flowyte.tenancy.principal import Principal
from flowyte.vault.sign import UrlSigner

PURPOSE = "talk"
TTL_S = 300  # long enough to grant the microphone, short enough that a leaked one is soon worthless


def make_talk_token(
    signer: UrlSigner, org: UUID, agent_id: str, *, draft: bool, parties: Mapping[str, str] | None = None,
    by: bytes = b"",
) -> tuple[str, str]:  # fmt: skip
    """The token and the id of the conversation that it begins. `by` is the digest of the credential that asked for it:
    the call ends when that does."""
    conversation_id = new_id("cnv")
    claims: dict[str, Any] = {"org": str(org), "agent": agent_id, "conversation": conversation_id, "draft": draft}
    if parties:
        claims["parties"] = dict(parties)
    if by:
        claims["by"] = by.hex()
    return signer.sign(PURPOSE, claims, ttl_s=TTL_S), conversation_id


def read_talk_token(signer: UrlSigner, token: str) -> tuple[Principal, dict[str, Any]]:
    """Who calls and what was permitted; InvalidToken otherwise."""
    claims = signer.verify(PURPOSE, token)
    principal = Principal(
        org=UUID(claims["org"]), kind="call", id=claims["conversation"], scopes=frozenset(),
        credential=bytes.fromhex(claims.get("by", "")),
    )  # fmt: skip
    return principal, claims


def stream_url(base: str, line: Literal["browser", "phone"]) -> str:
    """The WebSocket's address on the public port."""
    host = base.replace("https://", "wss://", 1).replace("http://", "ws://", 1).rstrip("/")
    return f"{host}/voice/browser" if line == "browser" else f"{host}/voice/twilio/stream"
