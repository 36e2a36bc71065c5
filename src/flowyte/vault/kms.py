"""AWS KMS as a key provider: keys are wrapped and unwrapped there, and never leave it.

Key ids are `aws-kms:` and the key's ARN. The organization and the version of the key go along as encryption context:
KMS refuses a wrapped key in another place, its log says for whom a key was asked, and the policy of a key can demand
that it is used for one organization only.
"""

import base64
import json
import re
from typing import Any

import httpx

from flowyte.kit import log
from flowyte.kit.clock import Clock
from flowyte.kit.errors import FieldError, Invalid
from flowyte.vault.aws import CredentialSource, signed_headers
from flowyte.vault.keyring import KeyPlace, KeyServiceAway, KeyWithheld, SealBroken, derive_from

logger = log.get(__name__)
PREFIX = "aws-kms:"
# A key's own ARN, not an alias: an alias may come to mean another key, and what was wrapped would not open.
ARN = re.compile(r"arn:(aws|aws-cn|aws-us-gov):kms:([a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}):\d{12}:key/[A-Za-z0-9-]{1,64}")
DOMAIN = {"aws": "amazonaws.com", "aws-us-gov": "amazonaws.com", "aws-cn": "amazonaws.com.cn"}
# KMS answers in a few milliseconds within a region. The caller may be a call that is about to begin.
TIMEOUT = httpx.Timeout(2.0, connect=1.0)
TRIES = 2
WITHHELD = {"DisabledException", "KMSInvalidStateException", "NotFoundException", "AccessDeniedException"}
BROKEN = {"InvalidCiphertextException", "IncorrectKeyException"}


class AwsKms:
    """Wraps under `arn`, or the key that is asked for, and unwraps under whichever key an id names."""

    def __init__(
        self,
        arn: str | None,
        *,
        http: httpx.AsyncClient,
        credentials: CredentialSource,
        clock: Clock,
        endpoint: str = "",
    ) -> None:
        if arn is not None:
            check_arn(arn)
        self._arn = arn
        self._http = http
        self._credentials = credentials
        self._clock = clock
        self._endpoint = endpoint.rstrip("/")
        self._root: bytes | None = None

    @property
    def newest(self) -> str:
        assert self._arn is not None, "serves keys that organizations brought; has none of its own"
        return PREFIX + self._arn

    async def wrap(self, key: bytes, place: KeyPlace, *, under: str | None = None) -> tuple[str, bytes]:
        arn = (under or self.newest).removeprefix(PREFIX)
        asked = {"KeyId": arn, "Plaintext": _text(key), "EncryptionContext": place.labels()}
        answer = await self._call("Encrypt", arn, asked)
        return PREFIX + arn, base64.b64decode(answer["CiphertextBlob"])

    async def unwrap(self, key_id: str, wrapped: bytes, place: KeyPlace) -> bytes:
        arn = key_id.removeprefix(PREFIX)
        asked = {"KeyId": arn, "CiphertextBlob": _text(wrapped), "EncryptionContext": place.labels()}
        answer = await self._call("Decrypt", arn, asked)
        return base64.b64decode(answer["Plaintext"])

    def use_root(self, root: bytes) -> None:
        self._root = root

    def derive(self, purpose: str) -> bytes:
        assert self._root is not None, "opened by providers.open_keys, which gives the root"
        return derive_from(self._root, purpose)

    async def _call(self, action: str, arn: str, asked: dict[str, Any]) -> Any:
        partition, region = check_arn(arn)
        url = self._endpoint or f"https://kms.{region}.{DOMAIN[partition]}"
        body = json.dumps(asked).encode()
        for attempt in range(TRIES):
            headers = signed_headers(
                host=httpx.URL(url).netloc.decode(),
                region=region,
                service="kms",
                headers={"content-type": "application/x-amz-json-1.1", "x-amz-target": f"TrentService.{action}"},
                body=body,
                credentials=await self._credentials.credentials(),
                now=self._clock.now(),
            )
            try:
                answer = await self._http.post(url + "/", content=body, headers=headers, timeout=TIMEOUT)
                found = json.loads(answer.content)
            except (httpx.HTTPError, ValueError) as error:
                problem = type(error).__name__
            else:
                if answer.status_code == 200:
                    return found
                problem = str(found.get("__type", "")).rsplit("#", 1)[-1]
                _raise_verdict(problem)
            logger.warning("kms.failed", action=action, key=arn, problem=problem, attempt=attempt + 1)
        raise KeyServiceAway

    def __repr__(self) -> str:
        return f"AwsKms({self._arn})"


def check_arn(arn: str) -> tuple[str, str]:
    """Partition and region. Invalid for anything that is not the ARN of one key: it decides which host is asked."""
    match = ARN.fullmatch(arn)
    if match is None:
        message = "This is not the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID; aliases are not taken)."
        raise Invalid(fields=[FieldError(field="key", message=message)])
    return match[1], match[2]


def _raise_verdict(problem: str) -> None:
    """What KMS decided for good. Anything else (throttling, its own faults, our credentials) may pass."""
    if problem in WITHHELD:
        raise KeyWithheld
    if problem in BROKEN:
        raise SealBroken


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
