"""Requests to addresses that others named: checked, bounded, and never by way of a proxy from the environment."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

import httpcore
import httpx

from flowyte.egress.addresses import Address, Allow, Deny, Network, plain_host, verdict
from flowyte.kit.errors import Forbidden, VendorFailed

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
USER_AGENT = "flowyte"


class Denied(Forbidden):
    """This address may not be connected to."""

    code = "egress_denied"


class TooMuch(VendorFailed):
    """The other side sent more than is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one request, redirects included."""

    seconds: float = 10.0  # a caller waits on the line for a skill; a webhook is tried again
    bytes: int = 1 << 20  # what a skill answers is spoken: a page of text is a thousandth of this
    redirects: int = 0  # 3 at most make sense; each hop is checked like the first
    ports: frozenset[int] = field(default_factory=lambda: frozenset({80, 443}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


async def resolve(host: str, port: int) -> Sequence[str]:
    """The system's resolver, once."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]).partition("%")[0] for entry in found]


class Guard(httpcore.AsyncNetworkBackend):
    """Opens connections, and is the only place that decides where to: TLS above it still asks for the name."""

    def __init__(self, allowed: Iterable[Network], resolve: Resolve) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        failure: Exception | None = None
        for address in await self.addresses(host, port):
            try:
                return await self._inner.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")

    async def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise Denied(f"{path} is no address of the network.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def addresses(self, host: str, port: int) -> list[Address]:
        """All of a name's addresses, each allowed; Denied when a single one is not."""
        plain = plain_host(host)
        if plain is None:
            raise Denied(f"{host!r} is neither a plain host name nor an address.")
        found = [plain] if not isinstance(plain, str) else [ip_address(text) for text in await self._asked(plain, port)]
        for address in found:
            match verdict(address, self._allowed):
                case Deny(reason=reason):
                    raise Denied(f"{host} leads to {address}, which is not for requests from here ({reason}).")
                case Allow():
                    continue
        return list(dict.fromkeys(found))

    async def _asked(self, host: str, port: int) -> Sequence[str]:
        try:
            return await self._resolve(host, port)
        except OSError as error:
            raise VendorFailed(f"The name {host} is not known ({error.strerror or error}).") from error


class Egress:
    """One a process. `allowed` are networks that the operator has named; `trust` replaces the public certificates."""

    def __init__(
        self, *, allowed: Iterable[Network] = (), resolve: Resolve = resolve, trust: ssl.SSLContext | None = None
    ) -> None:
        self.guard = Guard(allowed, resolve)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust or httpx.create_ssl_context(),
            network_backend=self.guard,
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=30.0,
        )

    async def close(self) -> None:
        await self._pool.aclose()

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"",
        limits: Limits = Limits(),
    ) -> Answer:  # fmt: skip
        """Denied before anything is sent; VendorFailed when the other side does not answer within the limits."""
        target = checked(url, limits)
        sent = {"user-agent": USER_AGENT, **{name.lower(): value for name, value in (headers or {}).items()}}
        try:
            async with asyncio.timeout(limits.seconds):
                for _ in range(limits.redirects + 1):
                    answer = await self._once(method, target, sent, body, limits)
                    onward = answer.headers.get("location")
                    if answer.status not in (301, 302, 303, 307, 308) or onward is None or not limits.redirects:
                        return answer
                    target, sent = _next(target, onward, sent, limits)
                    if answer.status == 303:
                        method, body = "GET", b""
        except TimeoutError as error:
            raise VendorFailed(f"{target.host} did not answer within {limits.seconds:.0f} s.") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            raise VendorFailed(f"{target.host} could not be reached ({type(error).__name__}).") from error
        raise VendorFailed(f"{target.host} redirects more than {limits.redirects} times.")

    async def _once(
        self, method: str, target: httpx.URL, headers: Mapping[str, str], body: bytes, limits: Limits
    ) -> Answer:
        wire = [(name.encode(), value.encode()) for name, value in headers.items() if name != "host"]
        wire.append((b"host", target.netloc))
        wire.append((b"content-length", str(len(body)).encode()))
        pieces, size = [], 0
        async with self._pool.stream(method, str(target), headers=wire, content=body) as response:
            async for piece in response.aiter_stream():
                size += len(piece)
                if size > limits.bytes:
                    raise TooMuch(f"{target.host} sent more than {limits.bytes} bytes.")
                pieces.append(piece)
            found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Answer(status=response.status, headers=found, body=b"".join(pieces))


def checked(url: str, limits: Limits) -> httpx.URL:
    """An address as it may be asked for; Denied says what about it may not."""
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Denied(f"This is no address ({error}).") from error
    if target.scheme not in ("http", "https"):
        raise Denied("Only http and https addresses are asked.")
    if target.userinfo:
        raise Denied("An address holds no user name and no password; send a header.")
    if not target.host or plain_host(target.host) is None:
        raise Denied(f"{target.host!r} is neither a plain host name nor an address.")
    port = target.port or (443 if target.scheme == "https" else 80)
    if port not in limits.ports:
        raise Denied(f"Port {port} is not one of {', '.join(map(str, sorted(limits.ports)))}.")
    return target.copy_with(fragment=None)


def _next(
    target: httpx.URL, onward: str, headers: Mapping[str, str], limits: Limits
) -> tuple[httpx.URL, dict[str, str]]:
    """Where a redirect leads. What was meant for one host is not told to another."""
    following = checked(str(target.join(onward)), limits)
    if target.scheme == "https" and following.scheme == "http":
        raise Denied("A redirect leads from https to http.")
    same = (following.scheme, following.host, following.port) == (target.scheme, target.host, target.port)
    kept = {name: value for name, value in headers.items() if same or name in ("user-agent", "accept", "content-type")}
    return following, kept
