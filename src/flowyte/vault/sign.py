"""Short-lived signed tokens: who made a link or started a call may use it, for a few minutes, for that alone.

`base64url(claims).base64url(HMAC-SHA256)`; the purpose and the expiry are under the signature. Nothing is looked up to
check one, so a token works in every process that holds the same root key.
"""

import base64
import binascii
import hmac
from typing import Any

import msgspec

from flowyte.kit.clock import Clock
from flowyte.kit.errors import Unauthenticated
from flowyte.vault.keyring import KeyProvider

MAX_TOKEN_CHARS = 2048  # ours are under 400; a longer one is not worth an HMAC


class InvalidToken(Unauthenticated):
    """This link or token is not valid any more."""

    code = "invalid_token"


class UrlSigner:
    def __init__(self, keys: KeyProvider, clock: Clock) -> None:
        self._key = keys.derive("url-signing/1")
        self._clock = clock

    def sign(self, purpose: str, claims: dict[str, Any], *, ttl_s: int) -> str:
        """A token that carries `claims` (JSON values) for `ttl_s` seconds."""
        expires = int(self._clock.now().timestamp()) + ttl_s
        body = msgspec.json.encode({"c": claims, "e": expires}, order="deterministic")
        return f"{_text(body)}.{_text(self._mac(purpose, body))}"

    def verify(self, purpose: str, token: str) -> dict[str, Any]:
        """The claims; InvalidToken when forged, for another purpose, or too old."""
        if len(token) > MAX_TOKEN_CHARS or not token.isascii():
            raise InvalidToken
        body_text, _, mac_text = token.partition(".")
        try:
            body, mac = _bytes(body_text), _bytes(mac_text)
        except (binascii.Error, ValueError) as error:
            raise InvalidToken from error
        if not hmac.compare_digest(mac, self._mac(purpose, body)) or _text(body) != body_text or _text(mac) != mac_text:
            raise InvalidToken
        signed = msgspec.json.decode(body)
        if signed["e"] < self._clock.now().timestamp():
            raise InvalidToken
        claims: dict[str, Any] = signed["c"]
        return claims

    def _mac(self, purpose: str, body: bytes) -> bytes:
        return hmac.digest(self._key, purpose.encode() + b"\0" + body, "sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
