"""SSRF protection: only connect to addresses on the public internet.

A request to a URL from a stranger must not reach our own network. A name is looked up once, and the
address that was checked is the one to connect to, because the next answer may be different (DNS rebinding).
"""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# IPv6 in use on the internet today; all other blocks are local, reserved or multicast (IANA, IPv6 address space).
_GLOBAL_UNICAST = ip_network("2000::/3")
# The well-known prefix of NAT64 (RFC 6052): an IPv4 address in its last 32 bits.
_NAT64 = ip_network("64:ff9b::/96")
# Not globally reachable, or of no use to us, whatever the version of Python says about them (IANA, special-purpose
# registries): protocol assignments, the anycast relays of 6to4, old test networks, documentation.
_SPECIAL = [
    ip_network(block)
    for block in ("192.0.0.0/24", "192.88.99.0/24", "100.64.0.0/10", "2001::/23", "3ffe::/16", "3fff::/20")
]
# Interface identifiers of ISATAP (RFC 5214, 6.1): 0000:5efe or 0200:5efe, and an IPv4 address.
_ISATAP = {0x00005EFE, 0x02005EFE}
_32_BITS = 0xFFFFFFFF

Address = IPv4Address | IPv6Address


class NotPublicError(ValueError):
    """A host with an address that is not on the public internet."""


def is_public(address: str) -> bool:
    """Return whether an IP address, and every IPv4 address that it wraps, is on the public internet."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return all(_is_public(each) for each in _unwrapped(parsed))


def public_address(host: str, port: int) -> str:
    """Return the IP address to connect to for a host, the one its resolver puts first (RFC 6724).

    NotPublicError if any of its addresses is not public; OSError if it has none.
    """
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        # A label of more than 63 letters.
        raise OSError(f"{host[:80]} is not a host name") from error
    addresses = [str(answer[4][0]) for answer in answers]
    if not addresses or not all(is_public(address) for address in addresses):
        raise NotPublicError("leads to a private address")
    return addresses[0]


def _unwrapped(address: Address) -> list[Address]:
    """Return the addresses that packets to this one may go to: itself, and an IPv4 address that it wraps."""
    if isinstance(address, IPv4Address):
        return [address]
    last = IPv4Address(int(address) & _32_BITS)
    if address.ipv4_mapped or address in _NAT64:
        return [last]
    wrapped = [address.sixtofour] if address.sixtofour else list(address.teredo or ())
    if (int(address) >> 32) & _32_BITS in _ISATAP:
        wrapped.append(last)
    return [address, *wrapped]


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and (address.scope_id or address not in _GLOBAL_UNICAST):
        return False
    refused = address.is_multicast or address.is_reserved or address.is_unspecified or not address.is_global
    return not refused and not any(address in block for block in _SPECIAL)
