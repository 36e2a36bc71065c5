"""What the tests of the way out share: a resolver, a client and its limits."""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_network

from tests.unit.egress.origin import Origin

from flowyte.egress.client import Egress, Limits
from flowyte.egress.guard import Resolve

HOUSE = "127.0.0.2"  # where the tests' own servers are; the forbidden listener is on 127.0.0.1
HOUSES = [ip_network(HOUSE)]
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts no certificate; reading the public ones takes 25 ms each time
LOOPBACK = [ip_network("127.0.0.0/8")]


class Names:
    """A resolver that gives each name its answers in turn, the last one for ever."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.asked: list[str] = []
        self._answers = {name.replace("_", "."): list(found) for name, found in answers.items()}

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        found = self._answers.get(host, [[HOUSE]])
        return found.pop(0) if len(found) > 1 else found[0]


@asynccontextmanager
async def client(
    resolve: Resolve | None = None, *, allowed: Sequence[object] = HOUSES, trust: ssl.SSLContext | None = NOBODY
) -> AsyncIterator[Egress]:
    egress = Egress(allowed=[ip_network(str(one)) for one in allowed], resolve=resolve or Names(), trust=trust)
    try:
        yield egress
    finally:
        await egress.close()


def at(*origins: Origin, seconds: float = 5.0, size: int = 1 << 20, redirects: int = 0) -> Limits:
    ports = frozenset(origin.port for origin in origins)
    return Limits(seconds=seconds, bytes=size, redirects=redirects, ports=ports)
