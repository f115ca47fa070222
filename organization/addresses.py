"""Where a request comes from: the last hop that is none of our own proxies."""

import contextlib
import ipaddress

from django.conf import settings
from django.http import HttpRequest

#: A household or an office is given one such network, and every address in it.
IPV6_PREFIX = 64
#: So much of an address is kept where a network is to be told and nobody to be found.
MASKED_PREFIXES = {4: 24, 6: 48}


def client_address(request: HttpRequest) -> str | None:
    """Return the client's IP address, or None where nobody trustworthy says one, as over a unix socket.

    Each proxy adds to X-Forwarded-For, on the right, whom it was asked by. What stands further left than our own
    proxies wrote came with the request, and anybody can write that.
    """
    peer = _ip_of(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXIES
    if not proxies:
        return peer
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", proxies)
    return (_ip_of(hops[-proxies]) if len(hops) >= proxies else None) or peer


def network_of(address: str) -> str:
    """Return what counts as one address: the address itself, or the network of one of IPv6."""
    if ":" not in address:
        return address
    return str(ipaddress.IPv6Network((address, IPV6_PREFIX), strict=False).network_address)


def masked_network(address: str | None) -> str:
    """Return the wider network of an address, such as 203.0.113.0/24; empty where no address is known."""
    if not address:
        return ""
    found = ipaddress.ip_address(address)
    return str(ipaddress.ip_network((address, MASKED_PREFIXES[found.version]), strict=False))


def _ip_of(hop: str) -> str | None:
    """Return the IP address of a hop, which may carry a port, or None for anything else."""
    hop = hop.strip()
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(hop)
        if isinstance(address, ipaddress.IPv6Address):
            if address.scope_id:
                return None
            return str(address.ipv4_mapped or address)
        return str(address)
    return None
