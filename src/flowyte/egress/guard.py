"""Where connections may go: every answer of a name is checked, and the literal address that was checked is opened."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import ip_address
from typing import Any

import httpcore

from flowyte.egress.addresses import Address, Deny, Network, plain_host, verdict
from flowyte.egress.wire import Denied
from flowyte.kit.errors import VendorFailed

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


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
        """To the first address that answers; one that does not takes no more than its share of the time."""
        failure: Exception | None = None
        found = await self.addresses(host, port)
        share = timeout / len(found) if timeout is not None and found else None
        for address in found:
            try:
                return await self._inner.connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")

    async def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise Denied(f"{path} is no address of the network.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def addresses(self, host: str, port: int) -> list[Address]:
        """All of a name's addresses, each allowed; Denied when a single one is not.

        The message does not say which address it was: whoever may name a host would read the names inside with it.
        """
        plain = plain_host(host)
        if plain is None:
            raise Denied(f"{host!r} is neither a plain host name nor an address.")
        found = [plain] if not isinstance(plain, str) else await self._asked(plain, port)
        for address in found:
            judged = verdict(address, self._allowed)
            if isinstance(judged, Deny):
                raise Denied(f"{host} is at an address that requests from here may not reach ({judged.reason}).")
        return list(dict.fromkeys(found))

    async def _asked(self, host: str, port: int) -> list[Address]:
        try:
            return [ip_address(text) for text in await self._resolve(host, port)]
        except (OSError, ValueError) as error:
            raise VendorFailed(f"The name {host} is not known ({error}).", kind="unreached") from error
