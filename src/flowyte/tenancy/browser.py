"""What comes with a request unasked: the session's cookie, which page began it, and from which network address."""

from collections.abc import Mapping

from flowyte.kit.errors import Forbidden

COOKIE = "flowyte_session"
COOKIE_TLS = "__Host-flowyte_session"  # the prefix makes browsers insist on Secure, no Domain and Path=/
CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class ForeignOrigin(Forbidden):
    """A change with a session must come from this product's own pages."""

    code = "origin_not_allowed"


def cookie_name(*, secure: bool) -> str:
    return COOKIE_TLS if secure else COOKIE


def cookie_of(cookies: Mapping[str, str]) -> str | None:
    return cookies.get(COOKIE_TLS) or cookies.get(COOKIE)


def address_of(client: tuple[str, int] | None) -> str:
    """The network address that a request came from."""
    return client[0] if client else ""


def refuse_foreign(headers: Mapping[str, str]) -> None:
    """ForeignOrigin when the browser says that a change was begun by another site's page."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise ForeignOrigin
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != headers.get("host"):
        raise ForeignOrigin
