"""Which addresses may be connected to. Pure.

The table is our own, after the registries of special-purpose addresses (RFC 6890 and IANA's lists of 2026), because
`ipaddress.is_global` calls several of these global: NAT64, 6to4, IPv4-compatible forms, multicast, and the metadata
service of one cloud.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from flowyte.kit.errors import SetupError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

FORBIDDEN: dict[str, str] = {
    "0.0.0.0/8": "this network",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "shared by a provider's customers",
    "127.0.0.0/8": "this machine",
    "169.254.0.0/16": "link-local, with the metadata services of clouds",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "protocol assignments",
    "192.0.2.0/24": "documentation",
    "192.31.196.0/24": "AS112",
    "192.52.193.0/24": "automatic multicast tunnels",
    "192.88.99.0/24": "6to4 relays",
    "192.168.0.0/16": "private",
    "192.175.48.0/24": "AS112",
    "198.18.0.0/15": "benchmarks",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved, with broadcast",
    "168.63.129.16/32": "a cloud's own services",
    "2001::/23": "protocol assignments, with Teredo",
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4: an IPv4 address inside",
    "2620:4f:8000::/48": "AS112",
    "3fff::/20": "documentation",
}
# Of IPv6, only what is assigned for global unicast; all other ranges hold IPv4 inside, are local, or are nothing yet.
GLOBAL_V6 = IPv6Network("2000::/3")
NETWORKS: tuple[tuple[Network, str], ...] = tuple((ip_network(text), why) for text, why in FORBIDDEN.items())
# RFC 1035 2.3.4 for the lengths. ASCII, because without it IGNORECASE takes U+017F and U+212A for an s and a k.
NAME = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z][a-z0-9-]{0,62}\.?", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class Allow:
    pass


@dataclass(frozen=True, slots=True)
class Deny:
    reason: str


def verdict(address: Address, allowed: Iterable[Network] = ()) -> Allow | Deny:
    """`allowed` are the operator's own networks, which win over the table."""
    if any(address.version == network.version and address in network for network in allowed):
        return Allow()
    if isinstance(address, IPv6Address) and address not in GLOBAL_V6:
        return Deny("no global unicast address")
    for network, why in NETWORKS:
        if address.version == network.version and address in network:
            return Deny(why)
    return Allow()


def plain_host(host: str) -> Address | str | None:
    """A literal address or a host name as everybody reads it; None for anything else.

    Refused is what resolvers understand and readers do not: `0x7f.1`, `2130706433`, digits of other scripts, names that
    end in a number, escapes, white space, zone ids. Brackets are taken round an IPv6 address only.
    """
    bracketed = host.startswith("[") and host.endswith("]")
    try:
        address = ip_address(host[1:-1] if bracketed else host)
    except ValueError:
        return host.rstrip(".").lower() if NAME.fullmatch(host) else None
    if isinstance(address, IPv4Address):
        return None if bracketed else address
    return address if address.scope_id is None else None


def networks(text: str) -> tuple[Network, ...]:
    """The setting `egress_allow`: networks separated by commas. SetupError names the one that cannot be read."""
    return tuple(_network(part.strip()) for part in text.split(",") if part.strip())


def _network(text: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError as error:
        raise SetupError(
            f"The setting egress_allow holds {text!r}, which is no network ({error}). Write 10.20.0.0/16, for example."
        ) from error
    if network.prefixlen == 0:
        raise SetupError(f"The setting egress_allow holds {text!r}, which is everything. Name the networks you mean.")
    return network
