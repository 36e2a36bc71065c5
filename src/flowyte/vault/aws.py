"""AWS request signing, version 4, for what is asked of KMS and S3 here, and where the credentials come from.

Written out instead of taken from an SDK because it is forty lines, and an SDK would bring synchronous calls and its
own idea of configuration. A test holds it against the vendor's own signer.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import httpx

from flowyte.kit.clock import Clock
from flowyte.kit.errors import SetupError
from flowyte.kit.secret import SecretText
from flowyte.vault.keyring import KeyServiceAway

ALGORITHM = "AWS4-HMAC-SHA256"
RENEW_BEFORE = timedelta(minutes=5)
INSTANCE_METADATA = "http://169.254.169.254"
CONTAINER_METADATA = "http://169.254.170.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    access_key: str
    secret: SecretText
    token: SecretText = SecretText("")
    expires: datetime | None = None


class CredentialSource(Protocol):
    async def credentials(self) -> Credentials: ...


def signed_headers(
    *, host: str, region: str, service: str, headers: Mapping[str, str], body: bytes, credentials: Credentials,
    now: datetime, method: str = "POST", path: str = "/", query: str = "",
) -> dict[str, str]:  # fmt: skip
    """The headers of a request with their signature (AWS General Reference, Signature Version 4). Path and query are
    as they are sent: encoded, and the query's names in order."""
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    signed = {name.lower(): value for name, value in headers.items()} | {"host": host, "x-amz-date": stamp}
    if credentials.token:
        signed["x-amz-security-token"] = credentials.token.reveal()
    names = ";".join(sorted(signed))
    canonical = "\n".join(
        [method, path, query, *(f"{name}:{signed[name].strip()}" for name in sorted(signed)), "", names, _sha256(body)]
    )
    scope = f"{day}/{region}/{service}/aws4_request"
    key = f"AWS4{credentials.secret.reveal()}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    what = f"{ALGORITHM}\n{stamp}\n{scope}\n{_sha256(canonical.encode())}"
    signature = hmac.new(key, what.encode(), hashlib.sha256).hexdigest()
    who = f"Credential={credentials.access_key}/{scope}"
    return signed | {"authorization": f"{ALGORITHM} {who}, SignedHeaders={names}, Signature={signature}"}


class EnvironmentCredentials:
    """A key pair that the operator set."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._access = environ.get("AWS_ACCESS_KEY_ID", "")
        self._secret = SecretText(environ.get("AWS_SECRET_ACCESS_KEY", ""))
        self._token = SecretText(environ.get("AWS_SESSION_TOKEN", ""))

    async def credentials(self) -> Credentials:
        if not (self._access and self._secret):
            raise SetupError(
                "Set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither: then the role is asked."
            )
        return Credentials(access_key=self._access, secret=self._secret, token=self._token)


class MetadataCredentials:
    """The role of the machine or container that this runs on; fetched again before it runs out."""

    def __init__(self, http: httpx.AsyncClient, clock: Clock, environ: Mapping[str, str]) -> None:
        self._http = http
        self._clock = clock
        self._environ = environ
        self._known: Credentials | None = None

    async def credentials(self) -> Credentials:
        known = self._known
        if known is None or (known.expires and known.expires - RENEW_BEFORE < self._clock.now()):
            try:
                known = self._known = _role(await self._ask())
            except (httpx.HTTPError, KeyError, ValueError, OSError) as error:
                if known is not None and known.expires and self._clock.now() < known.expires:
                    return known
                raise KeyServiceAway("No AWS credentials: this machine's role could not be asked.") from error
        return known

    async def _ask(self) -> Any:
        path, url = (self._environ.get(f"AWS_CONTAINER_CREDENTIALS_{kind}_URI") for kind in ("RELATIVE", "FULL"))
        if path or url:
            return await self._get(f"{CONTAINER_METADATA}{path}" if path else url or "", self._authorization())
        base = self._environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", INSTANCE_METADATA).rstrip("/") + "/latest"
        asked = await self._http.put(f"{base}/api/token", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"})
        asked.raise_for_status()
        header = {"X-aws-ec2-metadata-token": asked.text}
        roles = f"{base}/meta-data/iam/security-credentials/"
        names = await self._http.get(roles, headers=header)
        names.raise_for_status()
        return await self._get(roles + names.text.split("\n")[0].strip(), header)

    async def _get(self, url: str, headers: Mapping[str, str]) -> Any:
        answer = await self._http.get(url, headers=headers)
        answer.raise_for_status()
        return json.loads(answer.content)

    def _authorization(self) -> dict[str, str]:
        file = self._environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
        token = Path(file).read_text().strip() if file else self._environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
        return {"Authorization": token} if token else {}


def credential_source(http: httpx.AsyncClient, clock: Clock, environ: Mapping[str, str]) -> CredentialSource:
    """As the vendor's tools look for them: the environment, else the role of the container or machine."""
    if "AWS_ACCESS_KEY_ID" in environ or "AWS_SECRET_ACCESS_KEY" in environ:
        return EnvironmentCredentials(environ)
    return MetadataCredentials(http, clock, environ)


def _role(found: Any) -> Credentials:
    return Credentials(
        access_key=found["AccessKeyId"],
        secret=SecretText(found["SecretAccessKey"]),
        token=SecretText(found["Token"]),
        expires=datetime.fromisoformat(found["Expiration"]),
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
