"""How requests may reach this installation: its own TLS, TLS of a proxy that is declared, or plain HTTP on loopback."""

import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from flowyte.kit.errors import SetupError
from flowyte.kit.settings import Settings

HSTS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")  # a year, as browsers' lists ask for
PLAIN = b"This installation takes https only.\n"


def https(settings: Settings) -> bool:
    """Whether browsers reach it by https."""
    return bool(settings.tls_cert) or settings.public_url.startswith("https://")


def address(settings: Settings) -> str:
    """How callers reach this installation."""
    own = f"{'https' if settings.tls_cert else 'http'}://{settings.host}:{settings.port}"
    return settings.public_url.rstrip("/") or own


def loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_exposure(settings: Settings) -> None:
    """SetupError before anything listens: half a certificate, one that cannot be read, or plain HTTP off loopback."""
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise SetupError("TLS needs both --tls-cert and --tls-key.")
    if settings.tls_cert:
        _context(settings)
    elif not loopback(settings.host) and not settings.trusted_proxy:
        raise SetupError(
            f"Plain HTTP on {settings.host} would carry keys and calls in the clear. Give --tls-cert and --tls-key; or "
            "set FLOWYTE_TRUSTED_PROXY to the address of a proxy in front that takes https; or listen on 127.0.0.1."
        )


def _context(settings: Settings) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(Path(settings.tls_cert), Path(settings.tls_key))
    except (OSError, ssl.SSLError) as error:
        raise SetupError(f"The certificate {settings.tls_cert} cannot be used with its key ({error}).") from error
    return context


def listener(settings: Settings) -> dict[str, Any]:
    """The server's options for all of this."""
    options: dict[str, Any] = {"proxy_headers": bool(settings.trusted_proxy)}
    if settings.trusted_proxy:
        options["forwarded_allow_ips"] = settings.trusted_proxy
    if settings.tls_cert:
        options["ssl_context_factory"] = lambda _config, _default: _context(settings)
    if https(settings):
        options["headers"] = [HSTS]
    return options


def https_only(app: Any) -> Any:
    """Behind a proxy that is declared: what reached it by plain HTTP, or went round it, is turned away."""

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["scheme"] != "https":
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": PLAIN})
            return
        await app(scope, receive, send)

    return guarded
