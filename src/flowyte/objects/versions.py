"""What a bucket keeps of an object, version by version: three requests of S3 that `obstore` does not make."""

import xml.etree.ElementTree as ET
from collections.abc import Awaitable, Callable
from typing import Protocol
from urllib.parse import quote, urlsplit

import httpx

from flowyte.kit.clock import Clock
from flowyte.objects.model import StoreAway, StoreRefuses
from flowyte.vault.aws import Credentials, signed_headers

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # of no body
UNKNOWN_THERE = frozenset({501, 405, 400})  # R2 and others: they keep no versions, and so list none
MOST_ROUNDS = 50  # of up to a thousand versions each: one object never has as many


class Place(Protocol):
    @property
    def base(self) -> str: ...
    @property
    def s3_region(self) -> str: ...
    @property
    def bucket(self) -> str: ...


class Versions:
    def __init__(
        self, place: Place, http: httpx.AsyncClient, credentials: Callable[[], Awaitable[Credentials]], clock: Clock
    ) -> None:
        self._place = place
        self._http = http
        self._credentials = credentials
        self._clock = clock

    async def kept(self) -> bool | None:
        """Whether old versions are kept, also those from before that was switched off; None when it cannot be told."""
        answer = await self._ask("GET", "", {"versioning": ""})
        if answer.status_code != 200:
            return None
        return any(_tag(each) == "Status" for each in _parsed(answer.content))

    async def remove(self, key: str) -> bool:
        """Every version and every mark of a deletion, until the list is empty. False where there are no versions to
        list, and nothing was done."""
        for _ in range(MOST_ROUNDS):
            answer = await self._ask("GET", "", {"prefix": key, "versions": ""})
            if answer.status_code in UNKNOWN_THERE:
                return False
            self._must(answer, "list versions (s3:ListBucketVersions)")
            found = _versions(answer.content, key)
            if not found:
                return True
            for version in found:
                self._must(
                    await self._ask("DELETE", key, {"versionId": version}), "delete versions (s3:DeleteObjectVersion)"
                )
        raise StoreAway("The bucket was told to delete an object and still lists it.")

    def _must(self, answer: httpx.Response, what: str) -> None:
        if answer.is_success or answer.status_code == 404:
            return
        if answer.status_code in (401, 403):
            raise StoreRefuses(f"The bucket {self._place.bucket} does not let us {what}. Allow it in its policy.")
        raise StoreAway(f"The bucket {self._place.bucket} answers {answer.status_code}.")

    async def _ask(self, method: str, key: str, query: dict[str, str]) -> httpx.Response:
        base = urlsplit(self._place.base)
        path = f"{base.path}/{quote(key, safe='/-_.~')}"
        asked = "&".join(f"{name}={quote(value, safe='-_.~')}" for name, value in sorted(query.items()))
        headers = signed_headers(
            host=base.netloc, region=self._place.s3_region, service="s3",
            headers={"x-amz-content-sha256": EMPTY_SHA256}, body=b"", credentials=await self._credentials(),
            now=self._clock.now(), method=method, path=path, query=asked,
        )  # fmt: skip
        try:
            return await self._http.request(method, f"{base.scheme}://{base.netloc}{path}?{asked}", headers=headers)
        except httpx.HTTPError as error:
            raise StoreAway(f"The bucket {self._place.bucket} does not answer at the moment.") from error


def _versions(body: bytes, key: str) -> list[str]:
    """Of this key alone: a prefix also lists what it is the beginning of."""
    found = []
    for each in _parsed(body):
        if _tag(each) in ("Version", "DeleteMarker"):
            values = {_tag(value): value.text or "" for value in each}
            if values.get("Key") == key:
                found.append(values.get("VersionId") or "null")
    return found


def _parsed(body: bytes) -> ET.Element:
    try:
        return ET.fromstring(body)  # noqa: S314 - of the operator's own bucket, over TLS; expat bounds what expands
    except ET.ParseError as error:
        raise StoreAway("The bucket's answer is no XML.") from error


def _tag(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]
