"""Which network addresses a typed name may lead to. Pure.

Everything that is not plainly the public internet is refused: the server's own machine and network,
cloud metadata services, and IPv6 forms that carry such an IPv4 address inside. An administrator can
allow hosts and networks by name (``CRM_ALLOW_PRIVATE_ADDRESSES``).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PUBLIC_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# Public by their number, and yet not somebody else's server: Azure's host agent, the 6to4 relay,
# Teredo and 6to4 tunnels (which carry an IPv4 address), documentation, ORCHID.
_REFUSED: tuple[Network, ...] = (
    IPv4Network("100.64.0.0/10"),
    IPv4Network("168.63.129.16/32"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("198.18.0.0/15"),
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an administrator opened: host names (exact) and networks."""

    hosts: frozenset[str]
    networks: tuple[Network, ...]

    @classmethod
    def of(cls, entries: Iterable[str]) -> "Allowance":
        """Each entry is a host name, an address or a network in CIDR form; blanks are skipped."""
        hosts: set[str] = set()
        networks: list[Network] = []
        for entry in entries:
            text = entry.strip().strip("[]")
            try:
                networks.append(ip_network(text, strict=False))
            except ValueError:
                if text:
                    hosts.add(plain_host(text))
        return cls(frozenset(hosts), tuple(networks))

    def covers(self, host: str, address: Address) -> bool:
        """Whether ``address``, reached by the name ``host``, was opened."""
        plain = _unmapped(address)
        return plain_host(host) in self.hosts or any(
            plain in network for network in self.networks if network.version == plain.version
        )


def plain_host(host: str) -> str:
    """A host name for comparison: lower case, no final dot, no brackets."""
    return host.strip().strip("[]").rstrip(".").lower()


def is_public(address: Address) -> bool:
    """Whether ``address`` belongs to the public internet, also by what is embedded in it."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _PUBLIC_V6:
            return False
    if any(address in network for network in _REFUSED if network.version == address.version):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def parse(text: str) -> Address:
    """An address as the resolver gives it, without its scope. Raises ValueError."""
    return ip_address(text.partition("%")[0])


def refused(host: str, addresses: Collection[Address], allowance: Allowance) -> bool:
    """Whether ``host`` must not be visited: one bad address among its addresses is enough."""
    return any(
        not is_public(address) and not allowance.covers(host, address) for address in addresses
    )


def _unmapped(address: Address) -> Address:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
