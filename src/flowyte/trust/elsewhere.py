"""Whether an address leads off this machine. One that cannot be read is taken to: the list errs on saying more."""

import os
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

NEARBY = frozenset({"", "localhost", "127.0.0.1", "::1"})
NAMES_HOST = ("host", "hostaddr")  # in the query of a database's address, as libpq and asyncpg read it
FROM_ENVIRONMENT = ("PGHOST", "PGHOSTADDR")  # where the address names no host


def elsewhere(address: str) -> bool:
    try:
        return (urlsplit(address).hostname or "") not in NEARBY or (bool(address) and "://" not in address)
    except ValueError:
        return True


def database_elsewhere(address: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Of all the hosts that a driver may take from it: before the path, in the query, or else from the environment.
    A service names a file whose content may change, so it is taken to lead elsewhere; a socket's folder does not."""
    if not address:
        return False
    try:
        parts = urlsplit(address)
        query = parse_qsl(parts.query, keep_blank_values=True)
        named = [*_hosts(parts.netloc.partition("@")[2] or parts.netloc.rpartition("@")[2])]
        named += [host for name, value in query if name in NAMES_HOST for host in _hosts(value)]
    except ValueError:
        return True
    if parts.scheme not in ("postgresql", "postgres") or "service" in dict(query):
        return True
    if not any(named):
        if environ.get("PGSERVICE"):
            return True
        named = [host for name in FROM_ENVIRONMENT for host in _hosts(environ.get(name, ""))]
    return any(host not in NEARBY and not host.startswith("/") for host in named)


def _hosts(text: str) -> Iterator[str]:
    """One or several by commas, each with or without a port; an IPv6 address stands in brackets or alone."""
    for each in text.split(","):
        host = unquote(each)
        if host.startswith("["):
            yield host[1:].partition("]")[0].lower()
        elif host.startswith("/") or host.count(":") > 1:
            yield host.lower()
        else:
            yield host.partition(":")[0].lower()
