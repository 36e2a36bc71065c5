"""What a browser sends on its own: the session's cookie, and the headers that say which page a request comes from."""

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


def refuse_foreign(headers: Mapping[str, str]) -> None:
    """ForeignOrigin when the browser says that a change was begun by another site's page."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise ForeignOrigin
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != headers.get("host"):
        raise ForeignOrigin
