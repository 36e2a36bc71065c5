"""TLS asks for the name while the connection goes to the address."""

import datetime as dt
import ssl
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.unit.egress.house import HOUSE, at, client
from tests.unit.egress.origin import redirect, saying, serving

from flowyte.egress.client import Denied
from flowyte.kit.errors import VendorFailed


def certified(folder: Path, *names: x509.GeneralName) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for these names, and one that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "egress test")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = (
        made.serial_number(1).not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(days=1))
    )
    made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


async def test_a_certificate_is_checked_against_the_name(tmp_path: Path, opened: list[str]) -> None:
    """While the connection goes to the address: the right name is answered, a wrong one or the address is not."""
    tls, trust = certified(tmp_path, x509.DNSName("shop.example.com"))
    async with serving(host=HOUSE, tls=tls) as house, client(trust=trust) as egress:
        for host in ("shop.example.com", "Shop.Example.COM", "shop.example.com."):
            answer = await egress.request("GET", f"https://{host}:{house.port}/", limits=at(house))
            assert answer.body == b"ok"
        for host in ("other.example.com", "example.com", HOUSE):
            with pytest.raises(VendorFailed, match="could not be reached"):
                await egress.request("GET", f"https://{host}:{house.port}/", limits=at(house))
    assert set(opened) == {HOUSE}
    assert {heard.headers["host"] for heard in house.heard} == {f"shop.example.com:{house.port}"}


async def test_a_certificate_for_an_address_is_checked_against_it(tmp_path: Path) -> None:
    """Where an address is named, it must be in the certificate as one."""
    tls, trust = certified(tmp_path, x509.IPAddress(ip_address(HOUSE)))
    async with serving(host=HOUSE, tls=tls) as house, client(trust=trust) as egress:
        assert (await egress.request("GET", f"https://{HOUSE}:{house.port}/", limits=at(house))).body == b"ok"


async def test_an_unknown_certificate_is_refused(tmp_path: Path) -> None:
    """By default those of the public are trusted, and one that the test made is not among them."""
    tls, _ = certified(tmp_path, x509.DNSName("shop.example.com"))
    async with serving(host=HOUSE, tls=tls) as house, client(trust=None) as egress:
        with pytest.raises(VendorFailed):
            await egress.request("GET", f"https://shop.example.com:{house.port}/", limits=at(house))
        assert house.heard == []


async def test_a_redirect_from_https_to_http_is_refused(tmp_path: Path) -> None:
    """What was protected on the first hop would be readable on the second."""
    async with serving(host=HOUSE) as plain:
        tls, trust = certified(tmp_path, x509.DNSName("shop.example.com"))
        hop = saying(hop=redirect(f"http://shop.example.com:{plain.port}/"))
        async with serving(hop, HOUSE, tls) as house, client(trust=trust) as egress:
            url, limits = f"https://shop.example.com:{house.port}/hop", at(house, plain, redirects=1)
            with pytest.raises(Denied, match="from https to http"):
                await egress.request("GET", url, limits=limits)
        assert plain.connections == 0
