"""Digests of credentials: HMAC-SHA256 under a versioned pepper that is not in the database.

A stolen table is worthless without the key file. A slow password hash would add nothing at 178 random bits and cost
30 ms a request.
"""

import hmac

from flowyte.vault.keyring import KeyProvider

PEPPER_VERSION = 1


class Peppers:
    def __init__(self, keys: KeyProvider) -> None:
        self._pepper = keys.derive(f"pepper/{PEPPER_VERSION}")

    def digest(self, kind: str, credential: str) -> bytes:
        """32 bytes; `kind` keeps a session token from ever matching a key."""
        return hmac.digest(self._pepper, kind.encode() + b"\0" + credential.encode(), "sha256")
