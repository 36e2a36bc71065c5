"""Secrets and signatures of Standard Webhooks 1.0: `v1` is HMAC-SHA256, `v1a` is Ed25519.

What is signed is `id.timestamp.body`. A header may hold several signatures, so that a secret can be replaced without
a moment in which nobody accepts what is sent.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence

from flowyte.kit.secret import SecretText
from flowyte.vault.ed25519 import new_seed, public_of, signed_by
from flowyte.webhooks.model import Algorithm

SECRET_BYTES = 32  # the specification asks for 24 to 64
HMAC_PREFIX, PRIVATE_PREFIX, PUBLIC_PREFIX = "whsec_", "whsk_", "whpk_"


def new_secret(algorithm: Algorithm) -> tuple[SecretText, str | None]:
    """A secret, and for `v1a` its public key."""
    if algorithm == "v1":
        return SecretText(HMAC_PREFIX + _text(secrets.token_bytes(SECRET_BYTES))), None
    seed = new_seed()
    return SecretText(PRIVATE_PREFIX + _text(seed)), PUBLIC_PREFIX + _text(public_of(seed))


def headers_of(message_id: str, timestamp: int, body: bytes, kept: Sequence[SecretText]) -> dict[str, str]:
    """The three headers. `timestamp` is Unix seconds of this attempt; each secret signs, the newest first."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(secret.reveal(), signed) for secret in kept),
    }


def _signature(secret: str, signed: bytes) -> str:
    if secret.startswith(PRIVATE_PREFIX):
        return f"v1a,{_text(signed_by(base64.b64decode(secret.removeprefix(PRIVATE_PREFIX)), signed))}"
    key = base64.b64decode(secret.removeprefix(HMAC_PREFIX))
    return f"v1,{_text(hmac.digest(key, signed, 'sha256'))}"


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
