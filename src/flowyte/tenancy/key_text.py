"""The text of a key: what it tells by itself, and what is refused before any query. Pure.

`flowyte_sk_live_` + 30 base62 characters + 6 of their CRC-32: 178 random bits, and a mistyped or invented key is
refused by its checksum. `sk` is a secret key, `pk` one that may stand in a web page.
"""

import secrets
import zlib
from typing import Literal

from flowyte.kit.ids import ALPHABET, encode62

RANDOM_CHARS = 30
CHECK_CHARS = 6
Environment = Literal["live", "test"]
Kind = Literal["sk", "pk"]


def new_key_text(environment: Environment, kind: Kind = "sk") -> str:
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARS))
    prefix = f"flowyte_{kind}_{environment}_"
    return prefix + body + _checksum(prefix + body)


def well_formed(key: str, kind: Kind = "sk") -> bool:
    """Right prefix, length, alphabet and checksum: the check before any query."""
    prefix = next((p for p in (f"flowyte_{kind}_live_", f"flowyte_{kind}_test_") if key.startswith(p)), None)
    if prefix is None or len(key) != len(prefix) + RANDOM_CHARS + CHECK_CHARS:
        return False
    return secrets.compare_digest(_checksum(key[:-CHECK_CHARS]).encode(), key[-CHECK_CHARS:].encode())


def prefix_of(key: str) -> str:
    """All before the random part."""
    return key[: key.rindex("_") + 1]


def _checksum(text: str) -> str:
    return encode62(zlib.crc32(text.encode()), CHECK_CHARS)
