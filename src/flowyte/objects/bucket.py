"""A bucket of S3, or of what speaks its protocol, as an object store: by `obstore`, and by two requests of our own.

`obstore` cannot name versions of an object, so where a bucket keeps old ones, `remove` lists and deletes them itself.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from flowyte.kit import log
from flowyte.kit.errors import SetupError
from flowyte.kit.secret import SecretText
from flowyte.objects.model import KINDS, StoreAway, StoreRefuses
from flowyte.objects.versions import Versions
from flowyte.vault.aws import Credentials
from flowyte.vault.stream import Source

logger = log.get(__name__)
PART_BYTES = 8 << 20  # of an upload: S3 takes no less than 5 MiB; a call of an hour is 115 MB at 8 kHz
PARTS_AT_ONCE = 2  # so that an upload holds 16 MB
PIECE_BYTES = 1 << 20
CONNECT_S, ANSWER_S = 3, 60  # a part of 8 MB within a minute is 1 Mbit/s
RETRY_S = 20  # within one operation; what fails then is tried again by who asked
CODES = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied", "ExpiredToken", "AuthorizationHeaderMalformed")
REFUSALS = ("403 Forbidden", "401 Unauthorized", "NoSuchBucket", "301 Moved", "400 Bad Request")


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketSettings:
    """Empty keys: those of the environment, or of this machine's role."""

    bucket: str
    endpoint: str = ""
    s3_region: str = "us-east-1"
    path_style: bool = False
    access_key: SecretText = SecretText("")
    secret_key: SecretText = SecretText("")

    def __post_init__(self) -> None:
        parts = urlsplit(self.endpoint)
        if self.endpoint and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query):
            raise SetupError(f"The bucket's endpoint {self.endpoint!r} is no http or https address.")
        if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise SetupError(
                f"The bucket's endpoint {self.endpoint} is plain http. Only a server on this machine is reached so."
            )
        if bool(self.access_key) != bool(self.secret_key):
            raise SetupError("A bucket needs both its access key and its secret key, or neither: then the role's.")

    @property
    def base(self) -> str:
        """The address below which keys stand."""
        endpoint = self.endpoint.rstrip("/") or f"https://s3.{self.s3_region}.amazonaws.com"
        if self.path_style:
            return f"{endpoint}/{self.bucket}"
        scheme, rest = endpoint.split("://", 1)
        return f"{scheme}://{self.bucket}.{rest}"


class Bucket:
    def __init__(self, settings: BucketSettings, lent: Callable[[], Credentials], versions: Versions) -> None:
        """`lent` gives credentials that are in hand; who made it keeps them fresh."""
        self._settings = settings
        self._versions = versions
        endpoint = settings.endpoint.rstrip("/") or f"https://s3.{settings.s3_region}.amazonaws.com"
        self._s3 = S3Store(
            settings.bucket,
            endpoint=endpoint if settings.path_style else settings.base,
            region=settings.s3_region,
            virtual_hosted_style_request=not settings.path_style,
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": f"{CONNECT_S}s",
                "timeout": f"{ANSWER_S}s",
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=RETRY_S)},
            credential_provider=lambda: _lent(lent()),
        )

    @property
    def name(self) -> str:
        return self._settings.bucket

    async def put(self, key: str, path: Path) -> None:
        with self._words():
            await obstore.put_async(self._s3, key, path, chunk_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE)

    async def digest(self, key: str) -> tuple[int, bytes] | None:
        digest, length = hashlib.sha256(), 0
        try:
            with self._words():
                found = await obstore.get_async(self._s3, key)
                async for piece in found.stream(PIECE_BYTES):
                    digest.update(piece)
                    length += len(piece)
        except FileNotFoundError:
            return None
        return length, digest.digest()

    def source(self, key: str, size: int) -> Source:
        return _Object(self, key, size)

    def read(self, key: str, offset: int, size: int) -> bytes:
        with self._words():
            return bytes(obstore.get_range(self._s3, key, start=offset, length=size))

    async def remove(self, key: str) -> None:
        if await self._versions.remove(key):
            return
        with self._words():  # this server knows no versions
            await obstore.delete_async(self._s3, key)
            try:
                await obstore.head_async(self._s3, key)
            except FileNotFoundError:
                return
        raise StoreAway("The bucket was told to delete an object and still shows it.")

    async def keys(self, prefix: str) -> AsyncIterator[str]:
        with self._words():
            async for batch in obstore.list(self._s3, prefix or None):
                for found in batch:
                    yield found["path"]

    async def check(self) -> str:
        """Lists one key, and asks whether old versions are kept."""
        with self._words():
            async for batch in obstore.list(self._s3, chunk_size=1):
                for found in batch:
                    _declared(found["path"])
                break
        kept = await self._versions.kept()
        return (
            f"The bucket {self.name} answers; "
            + {
                True: "it keeps old versions, and a deletion removes those too.",
                False: "it keeps no old versions.",
                None: "it does not say whether it keeps old versions.",
            }[kept]
        )

    @contextmanager
    def _words(self) -> Iterator[None]:
        """What the library says, in ours. FileNotFoundError of an object that is not there goes through."""
        try:
            yield
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise StoreRefuses(f"There is no bucket {self.name} there. Make it, or mend the setting.") from None
            raise
        except BaseError as error:
            text = str(error)
            if isinstance(error, PermissionDeniedError | UnauthenticatedError) or any(
                sign in text for sign in REFUSALS
            ):
                raise StoreRefuses(_refusal(self.name, text)) from None
            logger.warning("bucket.away", bucket=self.name, error=text.split("\n", 1)[0][:300])
            raise StoreAway(f"The bucket {self.name} does not answer at the moment.") from None

    def __repr__(self) -> str:
        return f"Bucket({self.name})"


class _Object:
    """One object, read in ranges."""

    def __init__(self, bucket: Bucket, key: str, size: int) -> None:
        self._bucket = bucket
        self._key = key
        self.size = size

    def read(self, offset: int, size: int) -> bytes:
        size = min(size, self.size - offset)
        return self._bucket.read(self._key, offset, size) if size > 0 else b""


def _lent(credentials: Credentials) -> Any:
    return {
        "access_key_id": credentials.access_key,
        "secret_access_key": credentials.secret.reveal(),
        "token": credentials.token.reveal() or None,
        "expires_at": credentials.expires,
    }


def _declared(key: str) -> None:
    if key.rsplit("/", 1)[-1] not in KINDS or key.count("/") != 2:
        raise StoreRefuses(f"The bucket holds {key!r}, which is not ours. Give this installation a bucket of its own.")


def _refusal(bucket: str, text: str) -> str:
    if "NoSuchBucket" in text:
        return f"There is no bucket {bucket} there. Make it, or mend the setting."
    code = next((code for code in CODES if code in text), "refused")
    return f"The bucket {bucket} refuses ({code}). Check its access key, secret key, region and policy."
