"""Which key-encryption keys this installation has: from files, the environment or AWS KMS, by one setting.

`Keyring` sends each wrapped key to the provider that its id names, so that an installation moves from one to another
while it serves: new keys are wrapped by the new one, old ones open until they are wrapped anew. Keys that
organizations brought (`own:…`) are asked of the same service; their refusal is their owner's wish, the refusal of
the installation's key is our fault.
"""

import base64
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from flowyte.kit.clock import Clock
from flowyte.kit.errors import SetupError
from flowyte.vault.aws import credential_source
from flowyte.vault.keyring import (
    KEY_BYTES,
    ROOT_PLACE,
    EnvironmentKeys,
    FileKeys,
    HeldKeys,
    KeyPlace,
    KeyProvider,
    KeyServiceAway,
    KeyWithheld,
    SealBroken,
    write_secret,
)  # fmt: skip
from flowyte.vault.kms import PREFIX as KMS
from flowyte.vault.kms import AwsKms, check_arn

OWN = "own:"
ROOT_WRAPPED = "root.kms"


class Keyring:
    """`main` wraps; `held` and `kms` open what they wrapped, now or before."""

    def __init__(self, main: KeyProvider, *, held: HeldKeys | None = None, kms: AwsKms | None = None) -> None:
        self.main = main
        self.held = held
        self.kms = kms

    @property
    def newest(self) -> str:
        return self.main.newest

    async def wrap(self, key: bytes, place: KeyPlace, *, under: str | None = None) -> tuple[str, bytes]:
        key_id = under or self.newest
        own = key_id.startswith(OWN)
        try:
            _, wrapped = await self._of(key_id).wrap(key, place, under=key_id.removeprefix(OWN))
        except KeyWithheld as error:
            raise (error if own else _ours()) from error
        return key_id, wrapped

    async def unwrap(self, key_id: str, wrapped: bytes, place: KeyPlace) -> bytes:
        own = key_id.startswith(OWN)
        try:
            return await self._of(key_id).unwrap(key_id.removeprefix(OWN), wrapped, place)
        except KeyWithheld as error:
            raise (error if own else _ours()) from error

    def derive(self, purpose: str) -> bytes:
        return self.main.derive(purpose)

    def _of(self, key_id: str) -> KeyProvider:
        provider = self.kms if key_id.removeprefix(OWN).startswith(KMS) else self.held
        if provider is None:
            raise SealBroken(f"This installation has no access to the key {key_id}; see the settings for keys.")
        return provider

    def __repr__(self) -> str:
        return f"Keyring({self.newest})"


@asynccontextmanager
async def open_keys(
    folder: Path, *, source: str, clock: Clock, environ: Mapping[str, str], kms_endpoint: str = "", create: bool = False
) -> AsyncIterator[Keyring]:
    """The keys of an installation. `source` is `file`, `environment`, or `aws-kms:` and an ARN.

    Only with `create` is a missing first key made: a machine that lacks the folder must not start with another one.
    """
    held = _held(folder, source, environ, create)
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=5.0) as http:
        credentials = credential_source(http, clock, environ)
        arn = source.removeprefix(KMS) if source.startswith(KMS) else None
        kms = AwsKms(arn, http=http, credentials=credentials, clock=clock, endpoint=kms_endpoint)
        if arn is not None:
            kms.use_root(await _root(folder, kms, held, create))
            yield Keyring(kms, held=held, kms=kms)
        elif held is not None:
            yield Keyring(held, held=held, kms=kms)
        else:
            raise SetupError(f"The setting keys cannot be {source!r}: file, environment, or aws-kms: and a key's ARN.")


def own_id(arn: str) -> str:
    """The id of a key that an organization brought; Invalid when it is not a key's ARN."""
    check_arn(arn)
    return OWN + KMS + arn


def _held(folder: Path, source: str, environ: Mapping[str, str], create: bool) -> HeldKeys | None:
    if source == "environment":
        return EnvironmentKeys(environ)
    if source == "file":
        return FileKeys.create(folder) if create else FileKeys(folder)
    return FileKeys(folder) if any(folder.glob("kek-*")) else None


async def _root(folder: Path, kms: AwsKms, held: HeldKeys | None, create: bool) -> bytes:
    """The secret behind credentials and signatures, wrapped by KMS in a file; taken over from the files before it."""
    path = folder / ROOT_WRAPPED
    if not path.exists():
        if not create:
            raise SetupError(f"{path} is missing. Copy it from where `flowyte up` or `flowyte vault move` made it.")
        key_id, wrapped = await kms.wrap(held.root if held else secrets.token_bytes(KEY_BYTES), ROOT_PLACE)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_secret(path, json.dumps({"key": key_id, "wrapped": base64.b64encode(wrapped).decode()}).encode())
    found = json.loads(path.read_bytes())
    try:
        return await kms.unwrap(found["key"], base64.b64decode(found["wrapped"]), ROOT_PLACE)
    except KeyWithheld:
        raise SetupError(
            f"KMS does not open {path}: its key is disabled, or this machine's role may not use it."
        ) from None


def _ours() -> KeyServiceAway:
    return KeyServiceAway("The installation's key in KMS does not open: it is disabled, or the role may not use it.")
