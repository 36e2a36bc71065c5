"""Passwords: what may be one, its hash, and whether one matches. Argon2id over a keyed digest.

A table that is stolen alone cannot be tried offline, for the pepper is not in the database. A check for an account that
does not exist costs what a check for one that does costs.
"""

import asyncio
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from flowyte.kit.errors import FieldError, Invalid
from flowyte.vault.digest import Peppers

SHORTEST, LONGEST = 12, 256
AT_ONCE = 2  # hashes at a time: many sign-ins at once may take 128 MiB and two cores, and no more


class Passwords:
    def __init__(self) -> None:
        # The second recommendation of RFC 9106 (64 MiB, three passes), with one lane, for two run at once anyhow.
        self._hasher = PasswordHasher(time_cost=3, memory_cost=64 << 10, parallelism=1)
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._nobodys: str | None = None

    async def hash(self, peppers: Peppers, password: str) -> str:
        async with self._gate:
            return await asyncio.to_thread(self._hasher.hash, _keyed(peppers, password))

    async def matches(self, peppers: Peppers, stored: str | None, password: str) -> bool:
        """`stored` is None for an account that does not exist; the same work is done."""
        if self._nobodys is None:
            self._nobodys = await self.hash(peppers, secrets.token_urlsafe())
        async with self._gate:
            same = await asyncio.to_thread(self._verify, stored or self._nobodys, _keyed(peppers, password))
        return same and stored is not None

    def _verify(self, stored: str, keyed: bytes) -> bool:
        try:
            return self._hasher.verify(stored, keyed)
        except (VerificationError, InvalidHashError):
            return False


def check_password(password: str, email: str) -> None:
    """Invalid for what is too short, too long, or the e-mail address itself. No rules on kinds of characters."""
    fault = ""
    if not SHORTEST <= len(password) <= LONGEST:
        fault = f"between {SHORTEST} and {LONGEST} characters"
    elif password.casefold() in (email, email.partition("@")[0]):
        fault = "something other than the e-mail address"
    elif len(set(password)) < 4:
        fault = "more than a few characters repeated"
    if fault:
        raise Invalid(fields=[FieldError(field="password", message=fault)])


def _keyed(peppers: Peppers, password: str) -> bytes:
    """The same for each way in which a keyboard composes the same letters; cut, for nobody hashes a megabyte."""
    composed = unicodedata.normalize("NFKC", password[: LONGEST + 1])
    return peppers.digest("password", composed.encode("utf-8", "surrogatepass").hex())
