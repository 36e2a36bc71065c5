"""How an installation may be reached: refused before it listens, or turned away at the door."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from flowyte.kit.errors import SetupError
from flowyte.kit.settings import Settings
from flowyte.wiring.tls import address, check_exposure, https, https_only, listener


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """A chain and its key, for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    cert_path, key_path = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert_path.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(cert_path), str(key_path)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_plain_http_is_for_loopback(host: str) -> None:
    """There it is allowed and nothing is promised."""
    settings = Settings(host=host)
    check_exposure(settings)
    assert not https(settings)
    assert "headers" not in listener(settings)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "flowyte.example.com"])
def test_plain_http_elsewhere_is_refused(host: str) -> None:
    """With what to do about it; a declared proxy is one way."""
    with pytest.raises(SetupError, match="--tls-cert and --tls-key"):
        check_exposure(Settings(host=host))
    check_exposure(Settings(host=host, trusted_proxy="192.0.2.7"))


def test_half_a_certificate_is_refused(certificate: tuple[str, str], tmp_path: Path) -> None:
    """Before anything listens; also one that is not there or not with this key."""
    with pytest.raises(SetupError, match="both"):
        check_exposure(Settings(tls_cert=certificate[0]))
    with pytest.raises(SetupError, match="cannot be used"):
        check_exposure(Settings(tls_cert=str(tmp_path / "none.pem"), tls_key=certificate[1]))
    with pytest.raises(SetupError, match="cannot be used"):
        check_exposure(Settings(tls_cert=certificate[1], tls_key=certificate[0]))


def test_own_tls_is_1_2_or_1_3_with_hsts(certificate: tuple[str, str]) -> None:
    """And the address says https."""
    settings = Settings(host="0.0.0.0", tls_cert=certificate[0], tls_key=certificate[1])
    check_exposure(settings)
    options = listener(settings)
    context = options["ssl_context_factory"](None, None)
    assert context.minimum_version.name == "TLSv1_2"
    assert options["headers"] == [("Strict-Transport-Security", "max-age=31536000; includeSubDomains")]
    assert address(settings).startswith("https://")


@pytest.mark.parametrize(("scheme", "served"), [("https", True), ("http", False)])
async def test_behind_a_proxy_only_https_is_served(scheme: str, served: bool) -> None:
    """Whoever goes round the proxy is turned away before any page or operation."""
    asked: list[str] = []
    sent: list[Any] = []

    async def app(scope: Any, _receive: Callable[..., Any], _send: Callable[..., Any]) -> None:
        asked.append(scope["scheme"])

    async def send(message: Any) -> None:
        sent.append(message)

    await https_only(app)({"type": "http", "scheme": scheme}, None, send)
    assert bool(asked) is served
    assert served or sent[0]["status"] == 403
