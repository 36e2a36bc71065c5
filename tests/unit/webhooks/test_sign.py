"""Signatures against the published examples of Standard Webhooks and against its own library."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from flowyte.kit.secret import SecretText
from flowyte.webhooks.sign import headers_of, new_secret

# The example of the specification and of its reference libraries.
SECRET = SecretText("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
MESSAGE, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_vector() -> None:
    """Id, time and body of the specification's example give its signature."""
    assert headers_of(MESSAGE, TIMESTAMP, BODY, [SECRET]) == {
        "webhook-id": MESSAGE, "webhook-timestamp": str(TIMESTAMP), "webhook-signature": SIGNATURE,
    }  # fmt: skip


@given(body=st.binary(max_size=300))
def test_the_reference_library_takes_what_we_sign(body: bytes) -> None:
    """With a new secret, and during a rotation with either of the two; with none else."""
    text = base64.b64encode(body)
    new, old, other = new_secret("v1")[0], new_secret("v1")[0], new_secret("v1")[0]
    now = int(datetime.now(UTC).timestamp())
    headers = headers_of("evt_1", now, b'"' + text + b'"', [new, old])
    for secret in (new, old):
        Webhook(secret.reveal()).verify(b'"' + text + b'"', headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(other.reveal()).verify(b'"' + text + b'"', headers)


@given(at=st.integers(0, 2), by=st.text("abc123 ", min_size=1, max_size=4).map(str.encode))
def test_a_changed_id_time_or_body_is_not_what_was_signed(at: int, by: bytes) -> None:
    """Each of the three is under the signature."""
    now = int(datetime.now(UTC).timestamp())
    headers = headers_of("evt_1", now, b"{}", [SECRET])
    changed = dict(headers)
    body = b"{}"
    if at == 0:
        changed["webhook-id"] = "evt_1" + by.hex()
    elif at == 1:
        changed["webhook-timestamp"] = str(now + 1 + by[0])
    else:
        body = b"{}" + by
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET.reveal()).verify(body, changed)


def test_v1a_is_verified_with_the_public_key_alone() -> None:
    """Ed25519 over the same three, as the asymmetric scheme has it."""
    secret, public = new_secret("v1a")
    assert secret.reveal().startswith("whsk_")
    assert public is not None
    assert public.startswith("whpk_")
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public.removeprefix("whpk_")))
    version, _, signature = headers_of("evt_1", 5, b"{}", [secret])["webhook-signature"].partition(",")
    assert version == "v1a"
    key.verify(base64.b64decode(signature), b"evt_1.5.{}")


def test_a_secret_is_long_enough_and_never_the_same() -> None:
    """24 to 64 bytes, as the specification asks."""
    made = {new_secret("v1")[0].reveal() for _ in range(50)}
    assert len(made) == 50
    assert all(24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64 for secret in made)
