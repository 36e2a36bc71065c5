"""A request as it may be sent: address, method and headers, each checked before anything is opened. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from flowyte.egress.addresses import plain_host
from flowyte.kit.errors import Forbidden, Invalid

USER_AGENT = "flowyte"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 5.6.2, a token
VALUE = re.compile(r"[\t\x20-\x7e]*")  # RFC 9110 5.5 without obs-text: what lies beyond ASCII has no agreed meaning
# These say where a message ends and which connection it is of; a second opinion on either is request smuggling.
OURS = frozenset(
    {"accept-encoding", "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te"}
    | {"trailer", "transfer-encoding", "upgrade"}
)
TOLD_TO_ANYBODY = frozenset({"user-agent", "accept", "accept-encoding", "content-type"})


class Denied(Forbidden):
    """This address may not be connected to."""

    code = "egress_denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one request, redirects included."""

    seconds: float = 10.0  # a caller waits on the line for a skill; a webhook is tried again
    bytes: int = 1 << 20  # what a skill answers is spoken: a page of text is a thousandth of this
    redirects: int = 0  # 3 at most make sense; each hop is checked like the first
    ports: frozenset[int] = field(default_factory=lambda: frozenset({80, 443}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One hop: what is sent, and where to."""

    method: str
    target: httpx.URL
    headers: Mapping[str, str]
    body: bytes

    @property
    def wire(self) -> list[tuple[bytes, bytes]]:
        """Headers as bytes, with those that are ours."""
        sent = [
            (b"host", self.target.netloc),
            *((name.encode(), value.encode()) for name, value in self.headers.items()),
        ]
        if self.body or self.method not in ("GET", "HEAD"):
            sent.append((b"content-length", str(len(self.body)).encode()))
        return sent


def first(method: str, url: str, headers: Mapping[str, str], body: bytes, limits: Limits) -> Call:
    """Invalid for what cannot be a request; Denied for an address that may not be asked."""
    if method not in METHODS:
        raise Invalid(f"The method {method!r} is not one of {', '.join(sorted(METHODS))}.")
    # An answer in a packed encoding would have no bound once unpacked, so none is asked for and none is unpacked.
    sent = {"user-agent": USER_AGENT, **_headers(headers), "accept-encoding": "identity"}
    return Call(method=method, target=checked(url, limits), headers=sent, body=body)


def checked(url: str, limits: Limits) -> httpx.URL:
    """An address as it may be asked for; Denied says what about it may not."""
    return _checked(_parsed(url), limits)


def onward(call: Call, status: int, location: str, limits: Limits) -> Call:
    """Where a redirect leads. What was meant for one host is not told to another."""
    was, target = call.target, _checked(_parsed(location, call.target), limits)
    if was.scheme == "https" and target.scheme == "http":
        raise Denied("A redirect leads from https to http.")
    same = (target.scheme, target.raw_host, target.port) == (was.scheme, was.raw_host, was.port)
    kept = {name: value for name, value in call.headers.items() if same or name in TOLD_TO_ANYBODY}
    if status in (301, 302, 303) and call.method not in ("GET", "HEAD"):  # as every browser does: RFC 9110 15.4
        bare = {name: value for name, value in kept.items() if not name.startswith("content-")}
        return Call(method="GET", target=target, headers=bare, body=b"")
    if call.body and not same:
        raise Denied("A redirect would carry what was sent to another host.")
    return Call(method=call.method, target=target, headers=kept, body=call.body)


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers.items():
        if not HEADER.fullmatch(name):
            raise Invalid(f"{name!r} cannot be the name of a header.")
        if name.lower() in OURS:
            raise Invalid(f"The header {name} cannot be set: it is written with the request.")
        if not VALUE.fullmatch(value):
            raise Invalid(f"The header {name} has a value with characters that cannot be sent.")
        found[name.lower()] = value.strip(" \t")
    return found


def _parsed(url: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        return base.join(url) if base else httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Denied(f"This is no address ({error}).") from error


def _checked(target: httpx.URL, limits: Limits) -> httpx.URL:
    """With its host in the one way that names and certificates are compared in."""
    if target.scheme not in ("http", "https"):
        raise Denied("Only http and https addresses are asked.")
    if target.userinfo:
        raise Denied("An address holds no user name and no password; send a header.")
    written = target.raw_host.decode("ascii")  # not `.host`, which turns punycode back and fails on what is none
    host = plain_host(written)
    if host is None:
        raise Denied(f"{written!r} is neither a plain host name nor an address.")
    port = target.port if target.port is not None else 443 if target.scheme == "https" else 80
    if port not in limits.ports:
        raise Denied(f"Port {port} is not one of {', '.join(map(str, sorted(limits.ports)))}.")
    return target.copy_with(host=str(host), fragment=None)
