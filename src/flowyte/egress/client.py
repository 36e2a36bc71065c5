"""Requests to addresses that others named: checked, bounded, and never by way of a proxy from the environment."""

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import httpcore
import httpx

from flowyte.egress.addresses import Network
from flowyte.egress.guard import Guard, Resolve, resolve
from flowyte.egress.wire import Call, Denied, Limits, checked, first, onward
from flowyte.kit.errors import VendorFailed

__all__ = ["Answer", "Asks", "Denied", "Egress", "Limits", "TooMuch", "checked"]

USUAL = Limits()
REDIRECTS = (301, 302, 303, 307, 308)
UNREACHED = (httpcore.ConnectError, httpcore.ConnectTimeout)  # nothing of the request has left
FAILURES = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError)


class TooMuch(VendorFailed):
    """The other side sent more than is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """As it came: nothing is unpacked, and of a header that came twice, the last is kept."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Asks(Protocol):
    """`Egress`, or what looks on while it asks."""

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"", limits: Limits
    ) -> Answer: ...


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
        limits: Limits = USUAL,
    ) -> Answer:  # fmt: skip
        """Denied and Invalid before anything is sent; VendorFailed when the other side does not answer in time or size.

        Denied can also come after the first hop, when a redirect leads where requests may not go.
        """
        call = first(method, url, headers or {}, body, limits)
        try:
            async with asyncio.timeout(limits.seconds):
                for _ in range(limits.redirects + 1):
                    answer = await self._once(call, limits)
                    location = answer.headers.get("location")
                    if answer.status not in REDIRECTS or location is None or not limits.redirects:
                        return answer
                    call = onward(call, answer.status, location, limits)
        except TimeoutError as error:
            raise VendorFailed(f"{_name(call)} did not answer within {limits.seconds:g} s.", kind="slow") from error
        except UNREACHED as error:
            raise VendorFailed(f"{_name(call)} could not be reached.", kind="unreached") from error
        except FAILURES as error:
            raise VendorFailed(f"{_name(call)} broke off ({type(error).__name__}).", kind="broken") from error
        raise VendorFailed(f"{_name(call)} redirects more than {limits.redirects} times.", kind="redirects")

    async def _once(self, call: Call, limits: Limits) -> Answer:
        target = httpcore.URL(
            scheme=call.target.raw_scheme, host=call.target.raw_host, port=call.target.port, target=call.target.raw_path
        )
        pieces, size = [], 0
        times = {"timeout": {"connect": limits.seconds}}
        async with self._pool.stream(
            call.method, target, headers=call.wire, content=call.body or None, extensions=times
        ) as response:
            async for piece in response.aiter_stream():
                size += len(piece)
                if size > limits.bytes:
                    raise TooMuch(f"{_name(call)} sent more than {limits.bytes} bytes.")
                pieces.append(piece)
            found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Answer(status=response.status, headers=found, body=b"".join(pieces))


def _name(call: Call) -> str:
    return call.target.raw_host.decode("ascii")
