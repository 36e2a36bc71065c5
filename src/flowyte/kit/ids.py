"""Prefixed random ids: `agt_` and 22 base62 characters, which carry 128 random bits.

The prefix says what a stray id in a log belongs to; the randomness makes an id worthless as a guess. Neither is a
permission: the tenant transaction decides what an id may reach.
"""

import secrets
import uuid

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LENGTH = 22  # 62**22 > 2**128


def new_id(prefix: str) -> str:
    """A new id such as `agt_7N42dgm5tFLK9N8MT7fHC7`."""
    return f"{prefix}_{encode62(secrets.randbits(128))}"


def encode62(number: int, length: int = LENGTH) -> str:
    digits = []
    for _ in range(length):
        number, rest = divmod(number, 62)
        digits.append(ALPHABET[rest])
    return "".join(reversed(digits))


def decode62(text: str) -> int:
    """The number behind `text`; ValueError for a character outside the alphabet."""
    number = 0
    for character in text:
        number = number * 62 + ALPHABET.index(character)
    return number


def organization_text(org: uuid.UUID) -> str:
    """An organization as the API names it: `org_` and the same 128 bits in base62."""
    return f"org_{encode62(org.int)}"
