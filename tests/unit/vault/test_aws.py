"""The signature of requests to AWS, held against the vendor's own signer; ARNs; credentials of a machine's role."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from botocore.auth import SigV4Auth  # type: ignore[import-untyped]
from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]
from botocore.credentials import Credentials as TheirCredentials  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from flowyte.kit.errors import Invalid, SetupError
from flowyte.kit.secret import SecretText
from flowyte.vault.aws import Credentials, credential_source, signed_headers
from flowyte.vault.keyring import KeyServiceAway
from flowyte.vault.kms import check_arn

TYPE = "application/x-amz-json-1.1"
SECRET = "canary-secret-5b1d"
plain = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


class At:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic_ms(self) -> int:
        return 0


@settings(max_examples=60)
@given(secret=plain, token=st.one_of(st.just(""), plain), body=st.binary(max_size=300))
def test_the_signature_is_the_one_that_the_vendors_signer_makes(secret: str, token: str, body: bytes) -> None:
    """For any secret, session token and body."""
    target = {"content-type": TYPE, "x-amz-target": "TrentService.Decrypt"}
    now = datetime.now(UTC)
    request = AWSRequest("POST", "https://kms.eu-central-1.amazonaws.com/", data=body, headers=dict(target))
    SigV4Auth(TheirCredentials("AKIDEXAMPLE", secret, token or None), "kms", "eu-central-1").add_auth(request)
    stamp = datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    ours = signed_headers(
        host="kms.eu-central-1.amazonaws.com", region="eu-central-1", service="kms", headers=target, body=body,
        credentials=Credentials(access_key="AKIDEXAMPLE", secret=SecretText(secret), token=SecretText(token)),
        now=stamp,
    )  # fmt: skip
    assert ours["authorization"] == request.headers["Authorization"]
    assert abs(stamp - now) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "arn",
    [
        "", "arn:aws:kms:eu-central-1:123456789012:alias/mine", "arn:aws:kms:eu-central-1:1234:key/x",
        "arn:aws:kms:example.org/:123456789012:key/x", "arn:aws:kms:eu-central-1.example.org#:123456789012:key/x",
        "arn:aws:s3:eu-central-1:123456789012:key/x", "arn:aws:kms:eu-central-1:123456789012:key/x\n",
        "arn:other:kms:eu-central-1:123456789012:key/x", "arn:aws:kms:eu-central-1:123456789012:key/../x",
        "arn:aws:kms:eu-central-1@example-1:123456789012:key/x",
    ],
)  # fmt: skip
def test_only_the_arn_of_a_key_is_taken(arn: str) -> None:
    """The region in it decides which host is asked, so nothing else may stand there."""
    with pytest.raises(Invalid):
        check_arn(arn)


def test_the_arn_says_where() -> None:
    """Partition and region, for keys with plain and multi-region ids."""
    assert check_arn("arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-1a2b") == ("aws-us-gov", "us-gov-west-1")


class Metadata(ThreadingHTTPServer):
    """The metadata service of a machine: a token first, then the role's name and its credentials."""

    asked = 0
    lifetime = timedelta(hours=1)
    broken = False
    clock: At


class Handler(BaseHTTPRequestHandler):
    server: Metadata

    def do_PUT(self) -> None:
        self._answer("machine-token" if self.headers["X-aws-ec2-metadata-token-ttl-seconds"] else None)

    def do_GET(self) -> None:
        allowed = (
            self.headers["Authorization"] == "container-token"
            if self.path == "/container"
            else self.headers["X-aws-ec2-metadata-token"] == "machine-token"
        )
        if not allowed or self.server.broken:
            self._answer(None)
        elif self.path.endswith("/security-credentials/"):
            self._answer("the-role")
        else:
            self.server.asked += 1
            expires = (self.server.clock.now() + self.server.lifetime).strftime("%Y-%m-%dT%H:%M:%SZ")
            role = {"AccessKeyId": f"ASIA{self.server.asked}", "SecretAccessKey": SECRET, "Token": "t"}
            self._answer(json.dumps(role | {"Expiration": expires}))

    def _answer(self, text: str | None) -> None:
        self.send_response(200 if text else 401)
        self.send_header("Content-Length", str(len(text or "")))
        self.end_headers()
        self.wfile.write((text or "").encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def metadata() -> Iterator[Metadata]:
    server = Metadata(("127.0.0.1", 0), Handler)
    server.clock = At()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("kind", ["machine", "container"])
async def test_the_role_of_machine_or_container_is_renewed_before_it_ends(metadata: Metadata, kind: str) -> None:
    """Asked once, again when five minutes are left; an absence in between is bridged while the old ones hold."""
    address = f"http://127.0.0.1:{metadata.server_port}"
    machine = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": address}
    container = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{address}/container",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "container-token",
    }
    clock = metadata.clock
    async with httpx.AsyncClient(trust_env=False) as http:
        source = credential_source(http, clock, machine if kind == "machine" else container)
        assert [(await source.credentials()).access_key for _ in range(3)] == ["ASIA1"] * 3
        clock.time += timedelta(minutes=56)
        metadata.broken = True
        assert (await source.credentials()).access_key == "ASIA1"
        metadata.broken = False
        assert (await source.credentials()).access_key == "ASIA2"
        metadata.broken = True
        clock.time += timedelta(hours=2)
        with pytest.raises(KeyServiceAway) as caught:
            await source.credentials()
        assert SECRET not in repr(caught.value)
        assert SECRET not in repr(source)


async def test_half_a_key_pair_is_named() -> None:
    """One of the two variables alone is a mistake that is said when it matters."""
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(SetupError, match="AWS_SECRET_ACCESS_KEY"):
            await credential_source(http, At(), {"AWS_ACCESS_KEY_ID": "AKID"}).credentials()


def test_credentials_do_not_show_themselves() -> None:
    """Not in a repr, which is what a log or a traceback would take."""
    shown = repr(Credentials(access_key="AKID", secret=SecretText(SECRET), token=SecretText(SECRET)))
    assert SECRET not in shown
