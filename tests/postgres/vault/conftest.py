"""A KMS on loopback: moto speaks the wire; what it leaves out, that a disabled key refuses, is put in front of it."""

import json
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import boto3  # type: ignore[import-untyped]
import pytest
from moto.backends import get_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from flowyte.kit.clock import SystemClock
from flowyte.vault.providers import Keyring, open_keys

ENVIRON = {"AWS_ACCESS_KEY_ID": "AKIDTESTING", "AWS_SECRET_ACCESS_KEY": "canary-aws-secret-77ab"}
REGION = "eu-central-1"


class Kms:
    """Counts what it is asked; `throttled` answers 400 to that many requests first, `away` drops them all."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.throttled = 0
        self.away = False
        self._moto: Callable[..., Any] = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self._client = boto3.client(
            "kms", region_name=REGION, endpoint_url=self.endpoint, aws_access_key_id="x", aws_secret_access_key="x"
        )

    def create_key(self) -> str:
        arn: str = self._client.create_key()["KeyMetadata"]["Arn"]
        return arn

    def disable(self, arn: str) -> None:
        self._client.disable_key(KeyId=_id(arn))

    def enable(self, arn: str) -> None:
        self._client.enable_key(KeyId=_id(arn))

    def stop(self) -> None:
        self._client.close()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def calls(self) -> int:
        return len(self.asked)

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        action = environ.get("HTTP_X_AMZ_TARGET", "").removeprefix("TrentService.")
        if action not in {"Encrypt", "Decrypt"}:
            answer: Iterable[bytes] = self._moto(environ, start)
            return answer
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = _Again(body)
        asked = json.loads(body)
        self.asked.append((action, asked["EncryptionContext"]))
        problem = self._problem(asked["KeyId"])
        if problem:
            start("400 Bad Request", [("Content-Type", "application/x-amz-json-1.1")])
            return [json.dumps({"__type": problem}).encode()]
        return self._moto(environ, start)

    def _problem(self, arn: str) -> str | None:
        if self.away:
            return "KMSInternalException"
        if self.throttled:
            self.throttled -= 1
            return "ThrottlingException"
        keys = get_backend("kms")["123456789012"][REGION].keys
        key = keys.get(_id(arn))
        return "DisabledException" if key is not None and not key.enabled else None


def _id(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


class _Again:
    """A request's body, read once already."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def read(self, size: int = -1) -> bytes:
        part = self._body if size < 0 else self._body[:size]
        self._body = self._body[len(part) :]
        return part


@pytest.fixture(scope="session")
def kms_server() -> Iterator[Kms]:
    server = Kms()
    yield server
    server.stop()


@pytest.fixture
def kms(kms_server: Kms) -> Kms:
    kms_server.asked.clear()
    kms_server.throttled, kms_server.away = 0, False
    return kms_server


class Hand(SystemClock):
    """A clock whose monotonic hand the test moves."""

    def __init__(self) -> None:
        self.ms = 1_000_000

    def monotonic_ms(self) -> int:
        return self.ms


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
async def with_kms(kms: Kms, tmp_path: Path) -> AsyncIterator[Keyring]:
    """An installation whose own key is in KMS."""
    arn = kms.create_key()
    async with open_keys(
        tmp_path / "keys", source=f"aws-kms:{arn}", clock=SystemClock(), environ=ENVIRON, kms_endpoint=kms.endpoint,
        create=True,
    ) as keys:  # fmt: skip
        yield keys


@pytest.fixture
async def with_files(kms: Kms, tmp_path: Path) -> AsyncIterator[Keyring]:
    """An installation whose key is a file, and whose organizations may bring keys in KMS."""
    async with open_keys(
        tmp_path / "files", source="file", clock=SystemClock(), environ=ENVIRON, kms_endpoint=kms.endpoint, create=True
    ) as keys:
        yield keys
